// SPDX-License-Identifier: Apache-2.0
// A caller may leave at any moment. In the simulator a request is run again and again and cancelled
// at its first wait, at its second, and so on until it is answered before: each place where it can
// park, destructors included. On real threads, where the store has a thread of its own, a second
// goroutine lets the request run for n turns and then cancels it, for growing n.
#include <chrono>
#include <functional>
#include <string>

#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "cohort/audit/sealer.h"
#include "cohort/audit/verify.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

namespace {

const weft::Options one_worker{.workers = 1};
constexpr const char* password = "correct horse battery";

constexpr const char* change =
    R"({"changes":[{"group":"VITALS","item":"SYS","raw":"120","base_version":0}]})";

std::uint64_t rounds() {
    return test::from_environment("CANCEL_ROUNDS", 6);
}

struct Tally {
    int cancelled = 0;
    int answered = 0;
};

// What a request left behind: all of the change or nothing of it.
void check_whole(World& w, const std::string& form) {
    const std::int64_t version =
        std::stoll(w.ask("ann", "GET", "/api/v1/forms/" + form).at("/version"));
    const std::string of_form = "WHERE form_id = '" + form + "'";
    CHECK(w.count("form_stage " + of_form) == version - 1);
    CHECK(w.count("audit_record " + of_form) == version);  // its creation, and one a version
    CHECK(w.count("form_archive " + of_form) == (version == 3 ? 1 : 0));
}

// Runs one request and cancels it after `turns`. Shape: the status, 0 when it was cancelled.
int ask_and_leave(World& w, int turns, const std::string& method, const std::string& target,
                  const std::string& body, const cohort::http::Pairs& headers) {
    int status = 0;
    const auto outcome = weft::cancellable([&](weft::CancelHandle& handle) {
        weft::scope([&](weft::Scope& scope) {
            auto leaver = scope.go("leaver", [&handle, turns] {
                for (int i = 0; i < turns; ++i) weft::yield();
                handle.cancel();
            });
            status = w.ask("ann", method, target, body, headers).status;
            leaver.join();
        });
    });
    (void)outcome;  // cancelled or not: the status says whether an answer was made
    return status;
}

struct Cut {
    int status = 0;        // 0: it was cancelled
    bool reached = false;  // its k-th wait, where it was cancelled
    std::size_t left = 0;  // goroutines that were not there before
};

// Runs a request and cancels it at its k-th wait.
Cut cut_at(World& w, int k, const std::function<Answer()>& request) {
    Cut cut;
    const auto before = weft::stats().goroutines;
    (void)weft::cancellable([&](weft::CancelHandle& handle) {
        w.on_wait = [&, waits = 0]() mutable {
            if (++waits == k) {
                cut.reached = true;
                handle.cancel();
            }
            weft::sleep(std::chrono::nanoseconds(1));
        };
        cut.status = request().status;
    });
    w.on_wait = nullptr;
    cut.left = static_cast<std::size_t>(weft::stats().goroutines - before);
    return cut;
}

// Runs `request` with a fresh `prepare` each time, cut at every wait it has. Shape: how many those
// are. `check` looks at what is left.
template <class Prepare, class Request, class Check>
int cut_everywhere(World& w, Prepare prepare, Request request, Check check) {
    for (int k = 1;; ++k) {
        const auto ground = prepare();
        const Cut cut = cut_at(w, k, [&] { return request(ground); });
        CAPTURE(k);
        CHECK(cut.left == 0);
        // Cancelled or answered; a 499 or 503 would be an answer nobody waits for.
        CHECK((cut.status == 0 || cut.status == 200));
        check(ground);
        if (!cut.reached) {
            CHECK(cut.status == 200);
            return k - 1;
        }
    }
}

void check_audit(World& w) {
    const auto key = cohort::auth::SigningKey::from_seed(std::string(32, 'k')).value();
    cohort::audit::Sealer sealer(w.db(), key, "test");
    CHECK(sealer.seal_all().ok());
    const auto verdict = cohort::audit::verify(w.db(), {key.verify_key()});
    REQUIRE(verdict.ok());
    CHECK(verdict->good());
    CHECK(verdict->unsealed == 0);
    CHECK(verdict->sealed > 0);
}

// The request once more, by somebody who stays.
void check_again(World& w, const std::string& form, const std::string& method,
                 const std::string& target, const std::string& body,
                 const cohort::http::Pairs& headers, const char* version) {
    check_whole(w, form);
    const Answer again = w.ask("ann", method, target, body, headers);
    CHECK(again.outcome() == "200");
    CHECK(again.at("/version") == version);
    check_whole(w, form);
}

int cut_saves(World& w) {
    const cohort::http::Pairs key = {{"idempotency-key", "k"}};
    return cut_everywhere(
        w, [&] { return w.form(); },
        [&](const std::string& form) {
            return w.ask("ann", "PATCH", "/api/v1/forms/" + form, change, key);
        },
        [&](const std::string& form) {
            check_again(w, form, "PATCH", "/api/v1/forms/" + form, change, key, "2");
        });
}

int cut_completions(World& w) {
    const cohort::http::Pairs headers = {{"if-match", "\"2\""}, {"idempotency-key", "c"}};
    return cut_everywhere(
        w,
        [&] {
            const std::string form = w.form();
            CHECK(w.ask("ann", "PATCH", "/api/v1/forms/" + form, change).outcome() == "200");
            return form;
        },
        [&](const std::string& form) {
            return w.ask("ann", "POST", "/api/v1/forms/" + form + "/complete", "{}", headers);
        },
        [&](const std::string& form) {
            check_again(w, form, "POST", "/api/v1/forms/" + form + "/complete", "{}", headers, "3");
        });
}

// Signing in holds a turn at the hash and a counted guess while it waits. Who leaves before the
// answer has used up that guess and no more: otherwise leaving early would make guesses free.
int cut_sign_ins(World& w) {
    const std::string body = std::string(R"({"login":"ann","password":")") + password + R"("})";
    const auto sign_in = [&](std::int64_t) { return w.ask("", "POST", "/api/v1/session", body); };
    w.set_password("ann", password);
    return cut_everywhere(
        w, [&] { return w.count("login_attempt"); }, sign_in,
        [&](std::int64_t before) {
            const std::int64_t after = w.count("login_attempt");
            CHECK(after <= before + 1);
            CHECK(sign_in(0).outcome() == "200");
            CHECK(w.count("login_attempt") == after);
        });
}

}  // namespace

TEST_SUITE_BEGIN("whatever the store");

TEST_CASE(
    "a request cancelled at each of its waits leaves all of its change or nothing, no lock, "
    "no turn and no goroutine, and the audit verifies") {
    int saves = 0;
    int completions = 0;
    int sign_ins = 0;
    for (std::uint64_t seed = 1; seed <= test::seeds(3); ++seed) {
        CHECK(weft::sim::run(seed, [&] {
                  World w;
                  saves = cut_saves(w);
                  completions = cut_completions(w);
                  sign_ins = cut_sign_ins(w);
                  check_audit(w);
              }) == 0);
    }
    MESSAGE("waits at which a request was cancelled: save ", saves, ", complete ", completions,
            ", sign in ", sign_ins);
    // Its body, its session, its form, the store's turn, the commit.
    CHECK(saves >= 4);
    CHECK(completions >= 4);
    CHECK(sign_ins >= 4);
}

// Cuts a request after ever more turns. `cut(w, turns)` gives the status the caller saw; both ends
// must have been seen.
static void cut_anywhere(const std::function<int(World&, int)>& cut) {
    Tally tally;
    for (std::uint64_t round = 1; round <= rounds(); ++round) {
        const int code = weft::run(one_worker, [&] {
            World w;
            for (int turns = 0; turns < 40'000; turns += turns / 3 + 1)
                (cut(w, turns) == 200 ? tally.answered : tally.cancelled) += 1;
        });
        CHECK(code == 0);
    }
    MESSAGE("cancelled ", tally.cancelled, ", answered ", tally.answered);
    CHECK(tally.cancelled > 0);
    CHECK(tally.answered > 0);
}

TEST_CASE(
    "a save cancelled anywhere is whole or not there, and the next one finds everything free") {
    cut_anywhere([](World& w, int turns) {
        const std::string form = w.form();
        const std::string target = "/api/v1/forms/" + form;
        const int status =
            ask_and_leave(w, turns, "PATCH", target, change, {{"idempotency-key", "k"}});
        check_whole(w, form);
        // The same again: what was committed is answered, what was not is done now.
        const Answer again = w.ask("ann", "PATCH", target, change, {{"idempotency-key", "k"}});
        CHECK(again.outcome() == "200");
        CHECK(again.at("/version") == "2");
        check_whole(w, form);
        return status;
    });
}

TEST_CASE("completing cancelled anywhere archives once or not at all") {
    cut_anywhere([](World& w, int turns) {
        const std::string form = w.form();
        const std::string target = "/api/v1/forms/" + form;
        REQUIRE(w.ask("ann", "PATCH", target, change).status == 200);
        const cohort::http::Pairs headers = {{"if-match", "\"2\""}, {"idempotency-key", "c"}};
        const int status = ask_and_leave(w, turns, "POST", target + "/complete", "{}", headers);
        check_whole(w, form);
        const Answer again = w.ask("ann", "POST", target + "/complete", "{}", headers);
        CHECK(again.outcome() == "200");
        CHECK(again.at("/version") == "3");
        check_whole(w, form);
        return status;
    });
}

TEST_SUITE_END();

}  // namespace tests
