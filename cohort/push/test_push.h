// SPDX-License-Identifier: Apache-2.0
// For tests of pushes: a study with sites and reports that were made, and receivers that are no
// more than a table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "weft/task_set.h"
#include "weft/time.h"

#include "cohort/delivery/store.h"
#include "cohort/identity/users.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/platform/jobs/engine.h"
#include "cohort/platform/jobs/test_jobs.h"
#include "cohort/push/push_kind.h"
#include "cohort/push/push_start.h"
#include "cohort/push/receivers.h"
#include "cohort/sites/sites.h"

namespace cohort::push {

/// What a receiver does with a call: it may look at what is kept, and change it.
using Kept = std::map<std::string, std::string>;  ///< digests by the URL of the delivery
using Way = std::function<Result<calls::Called>(const calls::Call&, Kept&)>;

inline calls::Called answer(long status, std::string body = "{}") {
    return {.fate = calls::Fate::answered,
            .status = status,
            .body = std::move(body),
            .retry_after = {},
            .was_alone = true,
            .reason = {}};
}
inline calls::Called no_answer(calls::Fate fate) {
    return {.fate = fate,
            .status = 0,
            .body = {},
            .retry_after = {},
            .was_alone = true,
            .reason = "cut off"};
}
inline std::string last_part(const std::string& url) {
    return url.substr(url.rfind('/') + 1);
}
inline std::string header(const calls::Call& call, const std::string& name) {
    for (const auto& [key, value] : call.headers)
        if (key == name) return value;
    return {};
}

/// As a receiver should be.
inline Result<calls::Called> well(const calls::Call& call, Kept& kept) {
    const bool is_new = call.method == "PUT" && !kept.contains(call.url);
    if (is_new) kept[call.url] = header(call, "Digest-SHA256");
    if (!kept.contains(call.url)) return answer(404);
    return answer(is_new ? 201 : 200, json::to_text(json::object{{"delivery", last_part(call.url)},
                                                                 {"sha256", kept.at(call.url)},
                                                                 {"receipt", "kept"}}));
}

/// Lives inside weft::sim::run, or in both stores.
struct World {
    explicit World(jobs::TestLedger& at) : ledger(at) {
        ledger.write([&](db::Tx& tx) -> Result<void> {
            organisation =
                TRY(identity::create_organisation(tx, "Hospital", identity::command_line())).id;
            return tx.put(
                "INSERT INTO study (id, oid, name, description, protocol_name, position, body, "
                "origin, created_at) VALUES (?, 'ST', 'Study', '', '', 1, '{}', '{}', 0)",
                study);
        });
    }

    /// A site with a receiver and so many reports that wait.
    SiteId site(const std::string& oid, int reports) {
        return ledger.write([&](db::Tx& tx) -> Result<SiteId> {
            const auto actor = identity::command_line();
            const auto made =
                TRY(sites::create(tx, {organisation, oid, "Site " + oid, "Asia/Shanghai"}, actor));
            TRY(sites::activate(tx, study, made.id, actor));
            TRY(set_receiver(tx, {study, made.id, url_of(oid), "token-" + oid}, key, actor));
            for (int i = 0; i < reports; ++i)
                TRY(submit(tx, made.id, oid + "-" + std::to_string(i)));
            return made.id;
        });
    }
    /// Its report was made already.
    Result<void> submit(db::Tx& tx, const SiteId& site, const std::string& submission) {
        const std::string body = "%PDF of " + submission;
        TRY(delivery::keep(tx, submission,
                           {.digest = auth::sha256_hex(body), .body = body, .made_at = now()}));
        return add(tx, {submission, study, site, submission});
    }
    static std::string url_of(const std::string& oid) { return "https://" + oid + ".example/in"; }

    jobs::Kind kind() {
        return push_kind({.db = *ledger.db,
                          .key = key,
                          .render = [this](const std::string& submission) -> Result<std::string> {
                              ++rendered;
                              return "%PDF of " + submission;
                          },
                          .calling = [this](const calls::Call& call) -> Result<calls::Called> {
                              ++calls_to[call.url];
                              called.push_back(call);
                              return way(call, kept);
                          }});
    }
    JobId start() {
        return ledger
            .write([&](db::Tx& tx) { return start_push(tx, study, identity::command_line()); })
            .id;
    }
    jobs::Job whole(const JobId& job) {
        return ledger.db
            ->read([&](db::Tx& tx) -> Result<jobs::Job> {
                return jobs::whole(tx, TRY(jobs::get(tx, job)));
            })
            .value();
    }
    /// Until the job is over; its counters must add up all the time.
    void finish(const JobId& job) {
        for (;;) {
            const jobs::Job now = whole(job);
            CHECK(now.counts.add_up());
            if (now.ended_at) return;
            weft::sleep(std::chrono::milliseconds(100));
        }
    }
    std::int64_t in_state(const std::string& state) {
        return ledger.number("SELECT count(*) FROM report_delivery WHERE state = '" + state + "'");
    }
    /// Code and reason of the one item that did not end well.
    std::pair<std::string, std::string> trouble(const std::string& state = "failed") {
        return ledger.db
            ->read([&](db::Tx& tx) -> Result<std::pair<std::string, std::string>> {
                const auto row =
                    TRY(tx.one("SELECT coalesce(code, ''), coalesce(reason, '') FROM job_item "
                               "WHERE state = ?",
                               state));
                return std::pair(row.get<std::string>(0), row.get<std::string>(1));
            })
            .value();
    }

    jobs::TestLedger& ledger;
    StudyId study{"00000000-0000-7000-8000-00000000000a"};
    OrganisationId organisation;
    auth::SealingKey key = auth::SealingKey::derived(auth::SigningKey::generate(), "tokens");
    Way way = well;
    Kept kept;
    int rendered = 0;
    std::map<std::string, int> calls_to;  ///< by URL
    std::vector<calls::Call> called;
};

/// One process that works on pushes, from here to its end.
struct Server {
    explicit Server(World& world, jobs::EngineOptions options = {}, bool crashes = false)
        : engine(*world.ledger.db, with(options, crashes)) {
        engine.add(world.kind());
        tasks.go("engine", [this] { engine.run(); });
    }
    static jobs::EngineOptions with(jobs::EngineOptions options, bool crashes) {
        options.seed = 7;
        options.alone = true;
        options.drop_everything_at_end = crashes;
        return options;
    }
    jobs::Engine engine;
    weft::TaskSet tasks{"server"};
};

}  // namespace cohort::push
