// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "weft/run.h"

#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

namespace {

std::string trail_of(const World& w, const char* query = "") {
    return "/api/v1/studies/" + w.ground().study.text + "/audit" + query;
}

Answer add(World& w, const char* who, const cohort::SiteId& site) {
    return w.ask(who, "POST", "/api/v1/studies/" + w.ground().study.text + "/subjects",
                 R"({"site":")" + site.text + "\"}");
}

}  // namespace

TEST_CASE("a study's trail names the subject by number, newest first, page by page") {
    in_world([](World& w) {
        add(w, "ann", w.ground().site_a);
        add(w, "ann", w.ground().site_a);
        const Answer newest = w.ask("ann", "GET", trail_of(w, "?action=subject.created&limit=1"));
        CHECK(newest.at("/total") == "2");
        CHECK(newest.at("/records/0/subject") == "A-0002");
        CHECK(newest.at("/records/1").empty());
        const Answer next =
            w.ask("ann", "GET", trail_of(w, "?action=subject.created&limit=1&offset=1"));
        CHECK(next.at("/records/0/subject") == "A-0001");
        CHECK(next.at("/records/0/site") == w.ground().site_a.text);
    });
}

TEST_CASE("somebody of one site reads nothing of another site in a study's trail") {
    in_world([](World& w) {
        add(w, "ann", w.ground().site_a);
        add(w, "bob", w.ground().site_b);
        const std::string created = trail_of(w, "?action=subject.created");
        CHECK(w.ask("ann", "GET", created).at("/total") == "1");
        CHECK(w.ask("ann", "GET", created).at("/records/0/subject") == "A-0001");
        CHECK(w.ask("bob", "GET", created).at("/records/0/subject") == "B-0001");
        CHECK(w.ask("monitor", "GET", created).at("/total") == "2");
        CHECK(w.ask("editor", "GET", created).outcome() == "404 unknown-object");
        CHECK(w.ask("", "GET", created).outcome() == "401 no-session");
    });
}

}  // namespace tests
