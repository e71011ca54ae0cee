// SPDX-License-Identifier: Apache-2.0
// Capture over the whole server: every route through the one authorisation into a real store.
#include <functional>

#include "weft/run.h"

#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

namespace {

using cohort::http::Pairs;

std::string change(const std::string& item, const std::string& raw, int base,
                   const std::string& more = {}) {
    return R"({"group":"VITALS","repeat":"1","item":")" + item + R"(","raw":")" + raw +
           R"(","base_version":)" + std::to_string(base) + more + "}";
}

std::string changes(const std::string& list) {
    return R"({"changes":[)" + list + "]}";
}

}  // namespace

TEST_CASE("a form goes from empty through a draft to complete and archived, and is there again") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        Answer saved = w.ask("ann", "PATCH", form, changes(change("SYS", "120", 0)));
        REQUIRE(saved.outcome() == "200");
        CHECK(saved.at("/items/0/raw") == "120");
        CHECK(saved.at("/items/0/value") == "120");
        CHECK(saved.at("/items/0/version") == "1");
        CHECK(saved.at("/people/" + saved.at("/items/0/by")) == "Name of ann");
        CHECK(saved.at("/stages/2/stage") == "stored");
        CHECK(saved.at("/stages/3/stage") == "");
        CHECK(saved.header("ETag") == "\"2\"");

        const Answer done = w.ask("ann", "POST", form + "/complete", "{}", {{"if-match", "\"2\""}});
        REQUIRE(done.outcome() == "200");
        CHECK(done.at("/state") == "complete");
        CHECK(done.at("/stages/3/stage") == "archived");
        CHECK(done.at("/archive/version") == "3");
        CHECK(done.at("/archive/digest").size() == 64);

        const Answer again = w.ask("monitor", "GET", form);
        CHECK(again.at("/items/0/raw") == "120");
        CHECK(again.at("/archive/digest") == done.at("/archive/digest"));
        const Answer archived = w.ask("monitor", "GET", form + "/archive/3");
        CHECK(archived.at("/document/rows/0/items/0/raw") == "120");
        CHECK(archived.header("X-Content-Digest") == "sha-256=" + done.at("/archive/digest"));
        CHECK(w.ask("monitor", "GET", form + "/archive/2").outcome() == "404 archive");
        CHECK(w.ask("monitor", "GET", form + "/archive/x").outcome() == "404 archive");
    });
}

TEST_CASE("two people's edits of different items merge; of the same item the second is told both") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        CHECK(w.ask("ann", "PATCH", form, changes(change("SYS", "120", 0))).outcome() == "200");
        CHECK(w.ask("amy", "PATCH", form, changes(change("NOTE", "calm", 0))).outcome() == "200");
        const Answer both = w.ask("amy", "PATCH", form,
                                  changes(change("SYS", "125", 0) + "," + change("SEX", "F", 0)));
        CHECK(both.outcome() == "412 item-changed");
        CHECK(both.at("/conflicts/0/item") == "SYS");
        CHECK(both.at("/conflicts/0/yours/raw") == "125");
        CHECK(both.at("/conflicts/0/theirs/raw") == "120");
        CHECK(both.at("/conflicts/0/theirs/version") == "1");
        CHECK(both.at("/conflicts/1") == "");
        const Answer now = w.ask("ann", "GET", form);
        CHECK(now.at("/items/2") == "");  // SEX was not saved either
        CHECK(now.at("/version") == "3");
        CHECK(w.ask("amy", "PATCH", form, changes(change("SYS", "125", 1))).outcome() == "200");
    });
}

TEST_CASE("every bad request has its own problem, and nothing of it is kept") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        REQUIRE(w.ask("ann", "PATCH", form, changes(change("NOTE", "x", 0))).status == 200);
        const std::int64_t records = w.count("audit_record");
        struct Case {
            const char* what;
            const char* who;
            const char* method;
            std::string target;
            std::string body;
            Pairs headers;
            const char* outcome;
        };
        const std::string nobody = "/api/v1/forms/00000000-0000-7000-8000-000000000000";
        const Case cases[] = {
            {"no session", "", "GET", form, "", {}, "401 no-session"},
            {"another site's form", "bob", "GET", form, "", {}, "404 unknown-object"},
            {"another site's form, written",
             "bob",
             "PATCH",
             form,
             changes(change("SYS", "1", 0)),
             {},
             "404 unknown-object"},
            {"a form that is not there", "ann", "GET", nobody, "", {}, "404 unknown-object"},
            {"an id that is none", "ann", "GET", "/api/v1/forms/x", "", {}, "404 unknown-object"},
            {"a reader writes",
             "monitor",
             "PATCH",
             form,
             changes(change("SYS", "1", 0)),
             {},
             "403 not-allowed"},
            {"broken JSON", "ann", "PATCH", form, "{\"changes\":[", {}, "400 bad-json"},
            {"deep JSON",
             "ann",
             "PATCH",
             form,
             std::string(40, '[') + std::string(40, ']'),
             {},
             "400 json-too-deep"},
            {"a list instead of an object", "ann", "PATCH", form, "[]", {}, "400 wrong-type"},
            {"nothing to change", "ann", "PATCH", form, "{}", {}, "400 empty-patch"},
            {"a number instead of a text",
             "ann",
             "PATCH",
             form,
             changes(R"({"group":"VITALS","item":"SYS","raw":120,"base_version":0})"),
             {},
             "400 wrong-type"},
            {"no base version",
             "ann",
             "PATCH",
             form,
             changes(R"({"group":"VITALS","item":"SYS","raw":"120"})"),
             {},
             "400 missing-field"},
            {"an unknown item",
             "ann",
             "PATCH",
             form,
             changes(change("DIA", "80", 0)),
             {},
             "422 unknown-item"},
            {"an unknown item beside a good one",
             "ann",
             "PATCH",
             form,
             changes(change("SYS", "120", 0) + "," + change("DIA", "80", 0)),
             {},
             "422 unknown-item"},
            {"a stale item",
             "ann",
             "PATCH",
             form,
             changes(change("NOTE", "y", 7)),
             {},
             "412 item-changed"},
            {"a second row where there is one",
             "ann",
             "PATCH",
             form,
             changes(R"({"group":"VITALS","repeat":2,"item":"SYS","raw":"1","base_version":0})"),
             {},
             "422 unknown-row"},
            {"completing without saying which version",
             "ann",
             "POST",
             form + "/complete",
             "{}",
             {},
             "428 if-match-missing"},
            {"completing a stale version",
             "ann",
             "POST",
             form + "/complete",
             "{}",
             {{"if-match", "\"1\""}},
             "412 stale-version"},
            {"completing too early",
             "ann",
             "POST",
             form + "/complete",
             "{}",
             {{"if-match", "\"2\""}},
             "422 not-complete"},
            {"a row in a group that has one",
             "ann",
             "POST",
             form + "/rows",
             R"({"group":"VITALS"})",
             {},
             "422 not-repeating"},
            {"a row in no group",
             "ann",
             "POST",
             form + "/rows",
             R"({"group":"X"})",
             {},
             "422 unknown-item"},
        };
        for (const Case& c : cases) {
            // Not CAPTURE: it belongs to a thread, and a goroutine may move to another.
            const Answer answer = w.ask(c.who, c.method, c.target, c.body, c.headers);
            CHECK(c.what + (": " + answer.outcome()) == c.what + (": " + std::string(c.outcome)));
        }
        CHECK(w.count("audit_record") == records);
        CHECK(w.ask("ann", "GET", form).at("/version") == "2");
    });
}

TEST_CASE("a key repeated gives the first answer once more; with another body it is refused") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        const Pairs key = {{"idempotency-key", "k1"}};
        const Answer first = w.ask("ann", "PATCH", form, changes(change("SYS", "120", 0)), key);
        REQUIRE(w.ask("amy", "PATCH", form, changes(change("SYS", "130", 1))).status == 200);
        const Answer again = w.ask("ann", "PATCH", form, changes(change("SYS", "120", 0)), key);
        CHECK(again.outcome() == "200");
        CHECK(cohort::json::canonical(again.body) == cohort::json::canonical(first.body));
        CHECK(w.ask("ann", "PATCH", form, changes(change("SYS", "121", 0)), key).outcome() ==
              "422 idempotency-mismatch");
        CHECK(w.ask("ann", "GET", form).at("/items/0/raw") == "130");
    });
}

TEST_CASE("a refused save leaves its key free for another try") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        REQUIRE(w.ask("ann", "PATCH", form, changes(change("SYS", "120", 0))).status == 200);
        const Pairs key = {{"idempotency-key", "k1"}};
        CHECK(w.ask("amy", "PATCH", form, changes(change("SYS", "130", 0)), key).outcome() ==
              "412 item-changed");
        CHECK(w.ask("amy", "PATCH", form, changes(change("SYS", "130", 1)), key).outcome() ==
              "200");
    });
}

TEST_CASE("a completed form changes for a reason only, opens again and keeps its archive") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        w.ask("ann", "PATCH", form, changes(change("SYS", "120", 0)));
        const Answer done = w.ask("ann", "POST", form + "/complete", "", {{"if-match", "\"2\""}});
        REQUIRE(done.outcome() == "200");
        const Answer bare = w.ask("amy", "PATCH", form, changes(change("SYS", "125", 1)));
        CHECK(bare.outcome() == "422 reason-required");
        CHECK(bare.at("/errors/0/pointer") == "/changes/0/reason");
        CHECK(w.ask("amy", "PATCH", form, changes(change("SYS", "120", 1))).at("/state") ==
              "complete");  // nothing changes, so nothing has to be explained
        const Answer changed = w.ask(
            "amy", "PATCH", form, changes(change("SYS", "125", 1, R"(,"reason":"typing error")")));
        CHECK(changed.at("/state") == "in_progress");
        CHECK(changed.at("/archive/version") == "3");
        CHECK(w.ask("ann", "GET", form + "/archive/3").at("/document/rows/0/items/0/raw") == "120");
        CHECK(w.ask("ann", "POST", form + "/complete", "", {{"if-match", "\"4\""}})
                  .at("/archive/version") == "5");
        const Answer life = w.ask("ann", "GET", form + "/history?item=SYS");
        CHECK(life.at("/total") == "2");
        CHECK(life.at("/records/0/old") == "120");
        CHECK(life.at("/records/0/new") == "125");
        CHECK(life.at("/records/0/reason") == "typing error");
        CHECK(life.at("/records/0/who") == "Name of amy");
        CHECK(life.at("/records/0/role") == "coordinator");
    });
}

TEST_CASE("soft findings are listed until somebody stands by them, hard ones for ever") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        w.ask("ann", "PATCH", form, changes(change("SYS", "400", 0)));
        const std::string seen = R"({"acknowledged":["VITALS/1/SYS/range-1"]})";
        const Answer hard = w.ask("ann", "POST", form + "/complete", seen, {{"if-match", "\"2\""}});
        CHECK(hard.outcome() == "422 not-complete");
        CHECK(hard.at("/errors/0/code") == "range-2");
        CHECK(hard.at("/errors/0/pointer") == "/items/VITALS/1/SYS");
        w.ask("ann", "PATCH", form, changes(change("SYS", "200", 1)));
        const Answer soft = w.ask("ann", "POST", form + "/complete", "{}", {{"if-match", "\"3\""}});
        CHECK(soft.at("/errors/0/code") == "soft-check");
        const Answer done = w.ask("ann", "POST", form + "/complete", seen, {{"if-match", "\"3\""}});
        CHECK(done.outcome() == "200");
        CHECK(done.at("/items/0/findings/0/acknowledged") == "true");
    });
}

TEST_CASE("rows get keys that are never used again, and a removed row stays with its reason") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        const std::string group = R"({"group":"AE"})";
        CHECK(w.ask("ann", "POST", form + "/rows", group).at("/added/repeat") == "1");
        CHECK(w.ask("amy", "POST", form + "/rows", group).at("/added/repeat") == "2");
        const auto term = [&](const char* repeat, const char* raw) {
            return changes(R"({"group":"AE","repeat":)" + std::string(repeat) +
                           R"(,"item":"TERM","raw":")" + raw + R"(","base_version":0})");
        };
        CHECK(w.ask("ann", "PATCH", form, term("2", "rash")).outcome() == "200");
        CHECK(w.ask("ann", "PATCH", form, term("3", "cough")).outcome() == "422 unknown-row");
        const auto remove = [&](int base, const char* reason) {
            return R"({"removals":[{"group":"AE","repeat":"2","base_version":)" +
                   std::to_string(base) + R"(,"reason":")" + reason + R"("}]})";
        };
        CHECK(w.ask("ann", "PATCH", form, remove(1, "")).outcome() == "422 reason-required");
        CHECK(w.ask("amy", "PATCH", form, remove(0, "twice")).outcome() == "412 item-changed");
        const Answer gone = w.ask("ann", "PATCH", form, remove(1, "entered twice"));
        CHECK(gone.at("/rows/1/removed/reason") == "entered twice");
        CHECK(gone.at("/items") == "[]");
        CHECK(w.ask("ann", "PATCH", form, term("2", "rash")).outcome() == "412 item-changed");
        CHECK(w.ask("ann", "POST", form + "/rows", group).at("/added/repeat") == "3");
    });
}

TEST_CASE("a row gets a key of its own whatever keys clients chose before") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        for (const char* taken : {"9223372036854775807", "99999999999999999999", "999999999",
                                  "1000000000", "-1", "first"}) {
            const std::string row = R"({"additions":[{"group":"AE","repeat":")" +
                                    std::string(taken) + R"("}],"changes":[]})";
            CHECK(w.ask("ann", "PATCH", form, row).outcome() == "200");
        }
        const Answer added = w.ask("ann", "POST", form + "/rows", R"({"group":"AE"})");
        CHECK(added.outcome() == "201");
        CHECK(added.at("/added/repeat") == "1000000001");
    });
}

TEST_CASE("a new row that is sent again under its id is one row, in a save and on its own") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        const auto save = [&](const char* repeat, const char* id, const char* term) {
            const std::string place = R"({"group":"AE","repeat":")" + std::string(repeat) + "\"";
            return R"({"additions":[)" + place + R"(,"row_id":")" + id + R"("}],"changes":[)" +
                   place + R"(,"item":"TERM","raw":")" + term + R"(","base_version":0}]})";
        };
        CHECK(w.ask("ann", "PATCH", form, save("1", "r-1", "rash")).outcome() == "200");
        // The answer was lost; then another row came, and the client thinks of key 3 by now.
        CHECK(w.ask("amy", "PATCH", form, save("2", "r-2", "cough")).outcome() == "200");
        const Answer again = w.ask("ann", "PATCH", form, save("3", "r-1", "rash"));
        CHECK(again.outcome() == "200");
        CHECK(again.at("/rows/0/row_id") == "r-1");
        CHECK(again.at("/rows/1/row_id") == "r-2");
        CHECK(again.at("/rows/2") == "");
        CHECK(again.at("/version") == "3");  // nothing changed
        CHECK(w.count("audit_record WHERE action = 'form.row.added'") == 2);
        CHECK(w.ask("amy", "PATCH", form, save("1", "r-3", "fever")).outcome() ==
              "412 item-changed");

        const std::string row = R"({"group":"AE","row_id":"r-4"})";
        const Answer added = w.ask("ann", "POST", form + "/rows", row);
        CHECK(added.outcome() == "201");
        CHECK(added.at("/added/repeat") == "3");
        const Answer known = w.ask("ann", "POST", form + "/rows", row);
        CHECK(known.outcome() == "200");
        CHECK(known.at("/added/repeat") == "3");
        CHECK(known.at("/rows/3") == "");
        CHECK(w.ask("ann", "POST", form + "/rows", R"({"group":"AE","row_id":" "})").outcome() ==
              "400 bad-row-id");
        CHECK(w.ask("ann", "POST", form + "/rows", R"({"group":"AE","row_id":4})").outcome() ==
              "400 wrong-type");
    });
}

TEST_CASE("opening a form twice opens one form") {
    in_world([](World& w) {
        const std::string forms = "/api/v1/subjects/" + w.subject() + "/forms";
        const Answer first = w.ask("ann", "POST", forms, R"({"event":"V","form":"F"})");
        const Answer second = w.ask("amy", "POST", forms, R"({"event":"V","form":"F"})");
        CHECK(first.outcome() == "201");
        CHECK(second.outcome() == "200");
        CHECK(first.at("/id") == second.at("/id"));
        CHECK(w.ask("ann", "POST", forms, R"({"event":"V","form":"X"})").outcome() ==
              "422 unknown-form");
        CHECK(
            w.ask("ann", "POST", forms, R"({"event":"V","form":"F","form_repeat":2})").outcome() ==
            "422 not-repeating");
        CHECK(w.count("form_instance") == 1);
    });
}

TEST_CASE("each accepted change has exactly one audit record, and each refused one none") {
    in_world([](World& w) {
        const std::string form = "/api/v1/forms/" + w.form();
        const std::string items = "audit_record WHERE action = 'form.item.changed'";
        w.ask("ann", "PATCH", form, changes(change("SYS", "120", 0) + "," + change("SEX", "F", 0)));
        CHECK(w.count(items) == 2);
        w.ask("ann", "PATCH", form, changes(change("SYS", "120", 1)));  // says the same
        w.ask("ann", "PATCH", form, changes(change("SYS", "121", 5)));  // conflicts
        CHECK(w.count(items) == 2);
        w.ask("ann", "PATCH", form, changes(change("SYS", "121", 1)));
        CHECK(w.count(items) == 3);
        CHECK(w.count("audit_record WHERE action = 'form.created'") == 1);
        CHECK(w.count("form_stage") == 2);
    });
}

}  // namespace tests
