// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <set>

#include "weft/run.h"
#include "weft/scope.h"

#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

namespace {

Answer add(World& w, const char* who, const cohort::SiteId& site, const std::string& more = {},
           const cohort::http::Pairs& headers = {}) {
    return w.ask(who, "POST", "/api/v1/studies/" + w.ground().study.text + "/subjects",
                 R"({"site":")" + site.text + "\"" + more + "}", headers);
}

}  // namespace

TEST_CASE("numbers are given out by site, and a number given by hand is skipped later") {
    in_world([](World& w) {
        CHECK(add(w, "ann", w.ground().site_a).at("/key") == "A-0001");
        CHECK(add(w, "bob", w.ground().site_b).at("/key") == "B-0001");
        CHECK(add(w, "ann", w.ground().site_a, R"(,"key":"A-0002")").at("/key") == "A-0002");
        CHECK(add(w, "ann", w.ground().site_a).at("/key") == "A-0003");
        CHECK(add(w, "ann", w.ground().site_a, R"(,"key":"A-0002")").outcome() ==
              "409 subject-key-taken");
        CHECK(add(w, "bob", w.ground().site_b, R"(,"key":"A-0002")").outcome() ==
              "409 subject-key-taken");
        CHECK(add(w, "ann", w.ground().site_a, R"(,"key":" x")").outcome() ==
              "400 bad-subject-key");
        CHECK(w.count("subject") == 4);
        CHECK(w.count("audit_record WHERE action = 'subject.created'") == 4);
    });
}

TEST_CASE("a subject is added where one may, on a day that has come") {
    in_world([](World& w) {
        CHECK(add(w, "ann", w.ground().site_b).outcome() == "404 unknown-object");
        CHECK(add(w, "monitor", w.ground().site_a).outcome() == "403 not-allowed");
        CHECK(add(w, "ann", cohort::SiteId{"nowhere"}).outcome() == "404 unknown-object");
        CHECK(add(w, "ann", w.ground().site_a, R"(,"enrolled_on":"2999-01-01")").outcome() ==
              "422 enrolled-in-future");
        CHECK(add(w, "ann", w.ground().site_a, R"(,"enrolled_on":"2024-02-30")").outcome() ==
              "400 bad-date");
        const Answer made = add(w, "ann", w.ground().site_a, R"(,"enrolled_on":"2024-02-29")");
        CHECK(made.at("/enrolled_on") == "2024-02-29");
        const std::string subject = "/api/v1/subjects/" + made.at("/id");
        CHECK(made.header("Location") == subject);
        CHECK(w.ask("monitor", "GET", subject).at("/key") == made.at("/key"));
        CHECK(w.ask("bob", "GET", subject).outcome() == "404 unknown-object");
        CHECK(w.ask("editor", "GET", subject).outcome() == "404 unknown-object");
    });
}

TEST_CASE("a thousand subjects added at once get a thousand numbers") {
    in_world([](World& w) {
        std::vector<std::string> keys(1000);
        weft::scope([&](weft::Scope& scope) {
            for (std::string& key : keys)
                scope.go([&w, &key] { key = add(w, "ann", w.ground().site_a).at("/key"); });
        });
        const std::set<std::string> distinct(keys.begin(), keys.end());
        CHECK(distinct.size() == 1000);
        CHECK(*distinct.begin() == "A-0001");
        CHECK(*distinct.rbegin() == "A-1000");
        CHECK(w.count("subject") == 1000);
    });
}

TEST_CASE("a thousand callers with one key add one subject") {
    in_world([](World& w) {
        std::vector<Answer> answers(1000);
        weft::scope([&](weft::Scope& scope) {
            for (Answer& answer : answers)
                scope.go([&w, &answer] {
                    answer = add(w, "ann", w.ground().site_a, "", {{"idempotency-key", "one"}});
                });
        });
        std::set<std::string> outcomes;
        std::set<std::string> ids;
        for (const Answer& answer : answers) {
            outcomes.insert(answer.outcome());
            if (answer.status == 201) ids.insert(answer.at("/id"));
        }
        outcomes.erase("201");
        outcomes.erase("409 idempotency-running");
        CHECK(outcomes.empty());
        CHECK(ids.size() == 1);
        CHECK(w.count("subject") == 1);
        CHECK(w.count("idempotency WHERE for_ever = 1") == 1);
    });
}

TEST_CASE("the matrix shows each subject's forms, narrowed to what the caller may see") {
    in_world([](World& w) {
        const std::string matrix = "/api/v1/studies/" + w.ground().study.text + "/matrix";
        const std::string old_day = R"(,"enrolled_on":"2024-01-01")";
        const Answer first = add(w, "ann", w.ground().site_a, old_day);
        add(w, "ann", w.ground().site_a);
        add(w, "bob", w.ground().site_b);
        const std::string form =
            w.ask("ann", "POST", "/api/v1/subjects/" + first.at("/id") + "/forms",
                  R"({"event":"V","form":"F"})")
                .at("/id");

        const Answer own = w.ask("ann", "GET", matrix);
        CHECK(own.at("/total") == "2");
        CHECK(own.at("/columns") ==
              R"([{"event":"V","event_repeat":"1","form":"F","mandatory":true}])");
        CHECK(own.at("/rows/0/cells/0/state") == "in_progress");
        CHECK(own.at("/rows/0/cells/0/form_id") == form);
        CHECK(own.at("/states/in_progress") == "1");

        const Answer all = w.ask("monitor", "GET", matrix + "?limit=1&offset=2");
        CHECK(all.at("/total") == "3");
        CHECK(all.at("/rows/0/subject/key") == "B-0001");
        CHECK(all.at("/rows/1") == "");
        CHECK(all.at("/states") == "");  // the first page brings them
        const Answer first_page = w.ask("monitor", "GET", matrix + "?limit=1");
        CHECK(first_page.at("/total") == "3");
        CHECK(first_page.at("/rows/1") == "");
        CHECK(first_page.at("/states/overdue") == own.at("/states/overdue"));
        CHECK(first_page.at("/states/in_progress") == "1");  // of all subjects, not of the page
        CHECK(w.ask("monitor", "GET", matrix + "?limit=2&offset=7").at("/rows") == "[]");
        CHECK(w.ask("monitor", "GET", matrix + "?search=b-").at("/total") == "1");
        CHECK(w.ask("monitor", "GET", matrix + "?search=%25").at("/total") == "0");
        CHECK(w.ask("monitor", "GET", matrix + "?site=" + w.ground().site_b.text).at("/total") ==
              "1");
        CHECK(w.ask("ann", "GET", matrix + "?site=" + w.ground().site_b.text).at("/total") == "0");
        CHECK(w.ask("ann", "GET", matrix + "?limit=0").outcome() == "400 bad-query");
        CHECK(w.ask("editor", "GET", matrix).outcome() == "404 unknown-object");
        CHECK(w.ask("", "GET", matrix).outcome() == "401 no-session");
    });
}

}  // namespace tests
