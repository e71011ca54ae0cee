// SPDX-License-Identifier: Apache-2.0
// A caller may leave at any moment. In the simulator a second goroutine lets the request run for n
// turns and then cancels it, for every n until the request is quicker: so the cancel arrives at
// each place where the request parks, destructors included.
#include <string>

#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

namespace {

const weft::Options one_worker{.workers = 1};

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

}  // namespace

TEST_CASE(
    "a save cancelled anywhere is whole or not there, and the next one finds everything free") {
    Tally tally;
    for (int round = 1; round <= 6; ++round) {
        const int code = weft::run(one_worker, [&] {
            World w;
            for (int turns = 0; turns < 40'000; turns += turns / 3 + 1) {
                const std::string form = w.form();
                const std::string target = "/api/v1/forms/" + form;
                const int status = ask_and_leave(
                    w, turns, "PATCH", target,
                    R"({"changes":[{"group":"VITALS","item":"SYS","raw":"120","base_version":0}]})",
                    {{"idempotency-key", "k"}});
                (status == 200 ? tally.answered : tally.cancelled) += 1;
                check_whole(w, form);
                // The same again: what was committed is answered, what was not is done now.
                const Answer again = w.ask(
                    "ann", "PATCH", target,
                    R"({"changes":[{"group":"VITALS","item":"SYS","raw":"120","base_version":0}]})",
                    {{"idempotency-key", "k"}});
                CHECK(again.outcome() == "200");
                CHECK(again.at("/version") == "2");
                check_whole(w, form);
            }
        });
        CHECK(code == 0);
    }
    MESSAGE("cancelled ", tally.cancelled, ", answered ", tally.answered);
    CHECK(tally.cancelled > 0);
    CHECK(tally.answered > 0);
}

TEST_CASE("completing cancelled anywhere archives once or not at all") {
    Tally tally;
    for (int round = 1; round <= 6; ++round) {
        const int code = weft::run(one_worker, [&] {
            World w;
            for (int turns = 0; turns < 40'000; turns += turns / 3 + 1) {
                const std::string form = w.form();
                const std::string target = "/api/v1/forms/" + form;
                REQUIRE(
                    w.ask(
                         "ann", "PATCH", target,
                         R"({"changes":[{"group":"VITALS","item":"SYS","raw":"120","base_version":0}]})")
                        .status == 200);
                const cohort::http::Pairs headers = {{"if-match", "\"2\""},
                                                     {"idempotency-key", "c"}};
                const int status =
                    ask_and_leave(w, turns, "POST", target + "/complete", "{}", headers);
                (status == 200 ? tally.answered : tally.cancelled) += 1;
                check_whole(w, form);
                const Answer again = w.ask("ann", "POST", target + "/complete", "{}", headers);
                CHECK(again.outcome() == "200");
                CHECK(again.at("/version") == "3");
                check_whole(w, form);
            }
        });
        CHECK(code == 0);
    }
    MESSAGE("cancelled ", tally.cancelled, ", answered ", tally.answered);
    CHECK(tally.cancelled > 0);
    CHECK(tally.answered > 0);
}

}  // namespace tests
