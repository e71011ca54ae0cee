// SPDX-License-Identifier: Apache-2.0
#include "cohort/audit/audit.h"

#include <atomic>

#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/audit/sealer.h"
#include "cohort/audit/verify.h"
#include "cohort/migrations/test_store.h"
#include "tests/support/test.h"

namespace cohort::audit {

namespace {

struct World : migrations::TestStore {
    Entry entry(const std::string& item, const std::string& before, const std::string& after) {
        Entry e;
        e.actor = nurse.text;
        e.role = "coordinator";
        e.action = "form.item.changed";
        e.study = study;
        e.subject = subject;
        e.form_id = form;
        e.group = "vitals";
        e.group_repeat = "1";
        e.item = item;
        e.old_value = Datum{before, "mmHg"};
        e.new_value = Datum{after, "mmHg"};
        e.reason = "typed wrongly";
        e.address = "192.0.2.7";
        e.how = "ui";
        return e;
    }
    AuditId add(const Entry& entry) {
        return db->transact([&](db::Tx& tx) { return append(tx, entry); }).value();
    }
    History page(const Filter& filter, const Page& page = {}) {
        return db->read([&](db::Tx& tx) { return history(tx, filter, page); }).value();
    }
    Result<void> redact(const AuditId& record, std::vector<std::string> parts, const Entry& by) {
        return db->transact([&](db::Tx& tx) { return audit::redact(tx, record, parts, by); });
    }
    Counts counts() { return db->read(audit::counts).value(); }
    Verdict verdict(const std::vector<Anchor>& anchors = {}) {
        return verify(*db, {key.verify_key()}, anchors).value();
    }

    auth::SigningKey key = auth::SigningKey::generate();
    Sealer sealer{*db, key, "server-1"};
    UserId nurse = new_id<UserId>();
    StudyId study = new_id<StudyId>();
    SubjectId subject = new_id<SubjectId>();
    FormId form = new_id<FormId>();
};

template <class F>
void in_runtime(F body) {
    weft::Options options;
    options.workers = 2;
    CHECK(weft::run(options, [&] { body(); }) == 0);
}

}  // namespace

TEST_CASE("a record comes back as it was written, with its seal once it has one") {
    in_runtime([] {
        World world;
        Entry entry = world.entry("sysbp", "140", "120");
        entry.detail = {{"stage", "draft"}};
        entry.at = Instant{1'700'000'000'123};
        const AuditId id = world.add(entry);
        Record record = world.page({.form_id = world.form}).records.at(0);
        CHECK(record.id == id);
        CHECK(record.entry.actor == world.nurse.text);
        CHECK(record.entry.old_value == Datum{"140", "mmHg"});
        CHECK(record.entry.new_value == Datum{"120", "mmHg"});
        CHECK(record.entry.reason == "typed wrongly");
        CHECK(record.entry.address == "192.0.2.7");
        CHECK(record.entry.at == entry.at);
        CHECK(record.entry.detail == entry.detail);
        CHECK_FALSE(record.version.empty());
        CHECK_FALSE(record.seal.has_value());

        CHECK(world.sealer.seal_all().value() == 2);  // and the start of the study's chain
        record = world.page({.form_id = world.form}).records.at(0);
        REQUIRE(record.seal.has_value());
        CHECK(record.seal->number == 1);
        CHECK(record.seal->hash.size() == 64);
    });
}

TEST_CASE("an empty new value is a value that was cleared, and not the absence of one") {
    in_runtime([] {
        World world;
        Entry entry = world.entry("sysbp", "140", "");
        world.add(entry);
        entry.new_value.reset();
        world.add(entry);
        const auto records = world.page({.form_id = world.form}, {.newest_first = false}).records;
        CHECK(records.at(0).entry.new_value == Datum{"", "mmHg"});
        CHECK_FALSE(records.at(1).entry.new_value.has_value());
    });
}

TEST_CASE("a record goes when its change is rolled back") {
    in_runtime([] {
        World world;
        const auto outcome = world.db->transact([&](db::Tx& tx) -> Result<void> {
            TRY(append(tx, world.entry("sysbp", "1", "2")));
            return refused("rule", "no");
        });
        CHECK_FALSE(outcome.ok());
        CHECK(world.page({}).total == 0);
    });
}

TEST_CASE("history narrows by item, subject, study, site, actor, action and time, page by page") {
    in_runtime([] {
        World world;
        for (int i = 0; i < 25; ++i) {
            Entry e = world.entry(i % 5 == 0 ? "sysbp" : "diabp", "1", std::to_string(i));
            e.at = Instant{1000 + i};
            world.add(e);
        }
        Entry elsewhere = world.entry("sysbp", "1", "2");
        elsewhere.study = new_id<StudyId>();
        elsewhere.subject = new_id<SubjectId>();
        elsewhere.form_id = new_id<FormId>();
        elsewhere.site = new_id<SiteId>();
        elsewhere.action = "form.completed";
        world.add(elsewhere);
        Entry system;
        system.actor = "server";
        system.action = "session.opened";
        system.target = "someone";
        world.add(system);

        CHECK(world.page({.form_id = world.form}).total == 25);
        CHECK(world.page({.form_id = world.form, .item = "sysbp"}).total == 5);
        CHECK(world.page({.subject = world.subject}).total == 25);
        CHECK(world.page({.study = world.study}).total == 25);
        CHECK(world.page({.site = elsewhere.site}).total == 1);
        CHECK(world.page({.study = StudyId{}}).records.at(0).entry.action == "session.opened");
        CHECK(world.page({.target = "someone"}).total == 1);
        CHECK(world.page({.actor = "server"}).total == 1);
        CHECK(world.page({.action = "form.completed"}).total == 1);
        CHECK(world.page({.from = Instant{1010}, .until = Instant{1020}}).total == 10);
        CHECK(world.page({}).total == 27);

        const auto last = world.page({.study = world.study}, {.offset = 20, .limit = 10});
        CHECK(last.total == 25);
        REQUIRE(last.records.size() == 5);
        CHECK(last.records.at(4).entry.new_value->text == "0");
        const auto first = world.page({.study = world.study}, {.limit = 1, .newest_first = false});
        CHECK(first.records.at(0).entry.new_value->text == "0");
    });
}

TEST_CASE("a redaction destroys value and salt, leaves a tombstone, and the chain still verifies") {
    in_runtime([] {
        World world;
        const AuditId id = world.add(world.entry("sysbp", "Mrs Smith", "120"));
        REQUIRE(world.sealer.seal_all().ok());
        Entry by;
        by.actor = "officer";
        by.reason = "a name was typed by mistake";
        REQUIRE(world.redact(id, {"old"}, by).ok());
        CHECK(world.verdict().good());  // the tombstone counts before it is sealed, too
        REQUIRE(world.sealer.seal_all().ok());
        CHECK(world.verdict().good());

        const auto records = world.page({.study = world.study}, {.newest_first = false}).records;
        REQUIRE(records.size() == 2);
        CHECK_FALSE(records[0].entry.old_value.has_value());
        CHECK(records[0].redacted == std::vector<std::string>{"old"});
        CHECK(records[0].entry.new_value == Datum{"120", "mmHg"});
        CHECK(records[1].entry.action == "audit.redacted");
        CHECK(records[1].entry.target == id.text);
        CHECK(records[1].entry.actor == "officer");
    });
}

TEST_CASE("a redaction needs a reason, a record and the name of a part") {
    in_runtime([] {
        World world;
        const AuditId id = world.add(world.entry("sysbp", "1", "2"));
        Entry by;
        by.actor = "officer";
        CHECK(world.redact(id, {"old"}, by).error().code == "reason-required");
        by.reason = "law";
        CHECK(world.redact(id, {"all"}, by).error().code == "bad-part");
        CHECK(world.redact(new_id<AuditId>(), {"old"}, by).error().code == "audit-record");
        CHECK(world.redact(id, {"old"}, by).ok());
        CHECK(world.redact(id, {"old"}, by).ok());  // the second time there is nothing left
        CHECK(world.page({.action = "audit.redacted"}).total == 1);
    });
}

// --- the sealer ---------------------------------------------------------------------------

TEST_CASE("every committed record is sealed once, whatever is written meanwhile") {
    in_runtime([] {
        World world;
        std::atomic<int> writers{8};
        weft::scope([&](weft::Scope& s) {
            for (int w = 0; w < 8; ++w)
                s.go([&, w] {
                    for (int i = 0; i < 40; ++i)
                        world.add(world.entry("i" + std::to_string(w), "1", std::to_string(i)));
                    --writers;
                });
            s.go([&] {
                while (writers > 0) CHECK(world.sealer.seal_all().ok());
            });
        });
        CHECK(world.sealer.seal_all().ok());
        const Verdict verdict = world.verdict();
        CHECK(verdict.good());
        CHECK(verdict.sealed == 321);
        CHECK(verdict.unsealed == 0);
        CHECK(world.counts().sealed == 321);
        CHECK(world.sealer.status().sealed == 321);
    });
}

TEST_CASE("while one process holds the lease another seals nothing") {
    in_runtime([] {
        World world;
        Sealer other(*world.db, world.key, "server-2");
        world.add(world.entry("sysbp", "1", "2"));
        CHECK(world.sealer.seal_all().value() == 2);
        world.add(world.entry("sysbp", "2", "3"));
        CHECK(other.seal_all().value() == 0);
        CHECK(world.counts().unsealed == 1);
        CHECK(world.counts().oldest_unsealed.has_value());
        CHECK(world.sealer.seal_all().value() == 1);
    });
}

TEST_CASE("the sealer does not continue a chain that somebody shortened") {
    in_runtime([] {
        World world;
        for (int i = 0; i < 5; ++i) world.add(world.entry("sysbp", "1", std::to_string(i)));
        REQUIRE(world.sealer.seal_all().ok());
        REQUIRE(world.db
                    ->transact([&](db::Tx& tx) -> Result<void> {
                        TRY(
                            tx.run("DELETE FROM audit_record WHERE id = (SELECT record FROM "
                                   "audit_seal WHERE chain = ? AND number = 5)",
                                   world.study));
                        TRY(tx.run("DELETE FROM audit_seal WHERE chain = ? AND number = 5",
                                   world.study));
                        return {};
                    })
                    .ok());
        world.add(world.entry("sysbp", "1", "9"));
        CHECK(world.sealer.seal_all().value() == 0);
        CHECK(world.sealer.status().broken == std::vector{world.study.text});
        CHECK(world.counts().unsealed == 1);
        const Verdict verdict = world.verdict();
        REQUIRE(verdict.findings.size() == 1);
        CHECK(verdict.findings[0].number == 5);
    });
}

TEST_CASE("the sealer's goroutine seals by itself and leaves the lease when its context ends") {
    in_runtime([] {
        World world;
        world.add(world.entry("sysbp", "1", "2"));
        weft::scope([&](weft::Scope& s) {
            s.go("sealer", [&] { world.sealer.run(); });
            while (world.counts().unsealed > 0) weft::yield();
            s.cancel();
        });
        CHECK(world.verdict().good());
        Sealer next(*world.db, world.key, "server-2");
        world.add(world.entry("sysbp", "2", "3"));
        CHECK(next.seal_all().value() == 1);
    });
}

}  // namespace cohort::audit
