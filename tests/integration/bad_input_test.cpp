// SPDX-License-Identifier: Apache-2.0
// What goes wrong around a running server: each bad request gets one clear problem, of the shape
// and with the code that clients rely on, and nothing of it is stored and nothing else is lost.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>

#include "weft/net.h"
#include "weft/run.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/test.h"

namespace tests {

namespace {

using cohort::http::Pairs;

std::string save(const std::string& item, const std::string& raw, int base) {
    return R"({"changes":[{"group":"VITALS","item":")" + item + R"(","raw":")" + raw +
           R"(","base_version":)" + std::to_string(base) + "}]}";
}

/// A running server with one form at site A that holds NOTE = "kept".
struct Scene {
    test::TempFolder folder;
    Ground ground = lay_ground(*open_store(folder.path()));
    Server server{folder};
    std::string form;

    Scene() {
        REQUIRE_FALSE(server.address().empty());
        Client ann = client("ann");
        const std::string subject =
            ann.ask("POST", "/api/v1/studies/" + ground.study.text + "/subjects",
                    R"({"site":")" + ground.site_a.text + "\"}")
                .at("/id");
        form = "/api/v1/forms/" + ann.ask("POST", "/api/v1/subjects/" + subject + "/forms",
                                          R"({"event":"V","form":"F"})")
                                      .at("/id");
        REQUIRE(ann.ask("PATCH", form, save("NOTE", "kept", 0), {{"idempotency-key", "first"}})
                    .status == 200);
    }
    Client client(const char* who) const {
        return {server.address(), *who == '\0' ? "" : ground.tokens.at(who)};
    }
};

void in_scene(const std::function<void(Scene&)>& body) {
    CHECK(weft::run([&] {
              Scene scene;
              body(scene);
          }) == 0);
}

// What a client can rely on in every problem.
void check_shape(const Answer& answer) {
    CHECK(answer.header("Content-Type") == "application/problem+json");
    CHECK(answer.at("/type") == "urn:cohort:problem:" + answer.at("/code"));
    CHECK(answer.at("/status") == std::to_string(answer.status));
    CHECK_FALSE(answer.at("/title").empty());
    CHECK_FALSE(answer.at("/detail").empty());
    CHECK_FALSE(answer.at("/instance").empty());
}

struct Case {
    const char* what;
    const char* who;
    std::string method;
    std::string target;
    std::string body;
    Pairs headers;
    const char* outcome;
};

std::vector<Case> cases_of(const Scene& scene) {
    const std::string& form = scene.form;
    const std::string nobody = "/api/v1/forms/00000000-0000-7000-8000-000000000000";
    const std::string wrong_type =
        R"({"changes":[{"group":"VITALS","item":"SYS","raw":120,"base_version":0}]})";
    return {
        {"no session", "", "GET", form, "", {}, "401 no-session"},
        {"no session, writing", "", "PATCH", form, save("SYS", "1", 0), {}, "401 no-session"},
        {"another site's form", "bob", "GET", form, "", {}, "404 unknown-object"},
        {"another site's, writing",
         "bob",
         "PATCH",
         form,
         save("SYS", "1", 0),
         {},
         "404 unknown-object"},
        {"no such form", "ann", "GET", nobody, "", {}, "404 unknown-object"},
        {"no such path", "ann", "GET", "/api/v1/nothing", "", {}, "404 unknown-path"},
        {"no such method", "ann", "PUT", form, "{}", {}, "405 method-not-allowed"},
        {"broken JSON", "ann", "PATCH", form, R"({"changes":[)", {}, "400 bad-json"},
        {"deep JSON",
         "ann",
         "PATCH",
         form,
         std::string(9'000, '[') + std::string(9'000, ']'),
         {},
         "400 json-too-deep"},
        {"no object", "ann", "PATCH", form, "[]", {}, "400 wrong-type"},
        {"a misspelt member", "ann", "PATCH", form, R"({"chanegs":[]})", {}, "400 unknown-member"},
        {"a misspelt member of a change",
         "ann",
         "PATCH",
         form,
         R"({"changes":[{"group":"VITALS","item":"NOTE","raw":"x","base_version":1,"resaon":"y"}]})",
         {},
         "400 unknown-member"},
        {"a number for a text", "ann", "PATCH", form, wrong_type, {}, "400 wrong-type"},
        {"nothing to save", "ann", "PATCH", form, "{}", {}, "400 empty-patch"},
        {"bytes that are no text",
         "ann",
         "PATCH",
         form,
         save("NOTE", "\xff\xfe", 1),
         {},
         "400 bad-json"},
        {"unknown item", "ann", "PATCH", form, save("NONE", "1", 0), {}, "422 unknown-item"},
        {"stale item", "ann", "PATCH", form, save("NOTE", "late", 0), {}, "412 item-changed"},
        {"stale version",
         "ann",
         "POST",
         form + "/complete",
         "{}",
         {{"if-match", "\"1\""}},
         "412 stale-version"},
        {"no version", "ann", "POST", form + "/complete", "{}", {}, "428 if-match-missing"},
        {"something mandatory is missing",
         "ann",
         "POST",
         form + "/complete",
         "{}",
         {{"if-match", "\"2\""}},
         "422 not-complete"},
        {"a key with another body",
         "ann",
         "PATCH",
         form,
         save("NOTE", "other", 1),
         {{"idempotency-key", "first"}},
         "422 idempotency-mismatch"},
        {"a query that is no number",
         "ann",
         "GET",
         "/api/v1/studies/" + scene.ground.study.text + "/matrix?limit=x",
         "",
         {},
         "400 bad-query"},
    };
}

std::int64_t audit_records(const Scene& scene) {
    Client monitor = scene.client("monitor");
    return std::stoll(
        monitor.ask("GET", "/api/v1/studies/" + scene.ground.study.text + "/audit").at("/total"));
}

}  // namespace

TEST_CASE("every bad request to the real server gets its own problem and leaves nothing behind") {
    in_scene([](Scene& scene) {
        const std::int64_t before = audit_records(scene);
        for (const Case& c : cases_of(scene)) {
            Client client = scene.client(c.who);
            const Answer answer = client.ask(c.method, c.target, c.body, c.headers);
            CHECK(c.what + (": " + answer.outcome()) == c.what + (": " + std::string(c.outcome)));
            check_shape(answer);
        }
        const Answer form = scene.client("ann").ask("GET", scene.form);
        CHECK(form.at("/version") == "2");
        CHECK(form.at("/items/0/raw") == "kept");
        CHECK(form.at("/items/1").empty());
        CHECK(audit_records(scene) == before);
        CHECK(scene.server.stop() == 0);
    });
}

TEST_CASE("a body over the limit is refused by its length alone, before a byte of it was sent") {
    in_scene([](Scene& scene) {
        Client ann = scene.client("ann");
        const Answer answer = ann.ask_head("PATCH", scene.form, {{"Content-Length", "3000000000"}});
        CHECK(answer.outcome() == "413 body-too-large");
        check_shape(answer);
        CHECK(scene.client("ann").ask("GET", scene.form).at("/version") == "2");
    });
}

TEST_CASE("a hard check stops completion and names the place; the draft keeps what was entered") {
    in_scene([](Scene& scene) {
        Client ann = scene.client("ann");
        CHECK(ann.ask("PATCH", scene.form, save("SYS", "900", 0)).outcome() == "200");
        const Answer refused =
            ann.ask("POST", scene.form + "/complete", "{}", {{"if-match", "\"3\""}});
        CHECK(refused.outcome() == "422 not-complete");
        check_shape(refused);
        CHECK(refused.at("/errors/1/pointer") == "/items/VITALS/1/SYS");
        CHECK(refused.at("/errors/1/code") == "range-2");
        const Answer form = ann.ask("GET", scene.form);
        CHECK(form.at("/state") == "in_progress");
        CHECK(form.at("/items/1/raw") == "900");
    });
}

TEST_CASE("a store file replaced by garbage is a problem for each request and an end for a start") {
    in_scene([](Scene& scene) {
        Client ann = scene.client("ann");
        REQUIRE(ann.ask("GET", scene.form).status == 200);
        CHECK(scene.server.stop() == 0);
        const std::string file = scene.folder / "cohort.db";
        std::ofstream(file, std::ios::binary | std::ios::trunc) << std::string(8192, 'x');
        Process again({COHORT_BINARY, "serve", "--data", scene.folder.path(), "--port", "0",
                       "--set", "data.demo=false"},
                      scene.folder / "again.txt");
        CHECK(again.wait() == 1);
        std::ifstream said(scene.folder / "again.txt");
        const std::string text{std::istreambuf_iterator<char>(said), {}};
        CHECK(text.starts_with("cohort: "));
        CHECK(text.find("store") != std::string::npos);
        CHECK(std::count(text.begin(), text.end(), '\n') == 1);
        // Nothing was "mended" in place: the file is for somebody who knows.
        std::ifstream left(file, std::ios::binary);
        CHECK(std::string(std::istreambuf_iterator<char>(left), {}) == std::string(8192, 'x'));
    });
}

// PostgreSQL keeps its files to itself.
TEST_CASE("garbage written over the store beside a running server is told, and the server lives" *
          doctest::skip(on_postgresql())) {
    in_scene([](Scene& scene) {
        const std::string file = scene.folder / "cohort.db";
        {
            std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
            out << std::string(1 << 20, 'x');
        }
        std::ofstream(file + "-wal", std::ios::binary | std::ios::trunc);
        Client ann = scene.client("ann");
        int told = 0;
        for (int i = 0; i < 5; ++i) {
            const Answer answer = ann.ask("PATCH", scene.form, save("SYS", "120", 0));
            if (answer.status < 300)
                continue;  // answered from what the process still had in memory
            check_shape(answer);
            CHECK_MESSAGE(answer.status == 503, answer.outcome());
            told += 1;
        }
        CHECK(told > 0);
        CHECK(scene.client("").ask("GET", "/ping").text == "pong");
        const Answer health = scene.client("").ask("GET", "/healthz");
        check_shape(health);
        CHECK_MESSAGE(health.status == 503, health.outcome());
    });
}

// As above.
TEST_CASE("on a full disk a save says so, what was acknowledged is there, and reading goes on" *
          doctest::skip(on_postgresql())) {
    const int code = weft::run([] {
        const test::TempFolder folder;
        const Ground ground = lay_ground(*open_store(folder / "store"));
        // A mount of its own; where the kernel allows none, nothing can be tested here (the model
        // of the disk in the store's tests is filled everywhere).
        const std::string script =
            "mkdir disk && mount -t tmpfs -o size=5m tmpfs disk || exit 77; "
            "cp store/* disk/ && exec \"$0\" serve --data disk --port 0 "
            "--set data.demo=false --set log.file=-";
        Process process({"/usr/bin/env", "-C", folder.path(), "unshare", "-Urm", "/bin/sh", "-c",
                         script, COHORT_BINARY},
                        folder / "stderr.txt");
        const std::string address = address_of(process);
        if (address.empty()) {
            const int ended = process.wait();  // doctest's text is the thread's: no wait within
            MESSAGE("skipped: no mount of its own, exit ", ended);
            return;
        }
        Client ann{address, ground.tokens.at("ann")};
        const std::string subject =
            ann.ask("POST", "/api/v1/studies/" + ground.study.text + "/subjects",
                    R"({"site":")" + ground.site_a.text + "\"}")
                .at("/id");
        const std::string form =
            "/api/v1/forms/" +
            ann.ask("POST", "/api/v1/subjects/" + subject + "/forms", R"({"event":"V","form":"F"})")
                .at("/id");
        Answer last;
        int acknowledged = 0;
        for (; acknowledged < 500; ++acknowledged) {
            const std::string raw = std::to_string(acknowledged) + std::string(40'000, 'x');
            last = ann.ask("PATCH", form, save("NOTE", raw, acknowledged));
            if (last.status != 200) break;
        }
        CHECK(last.outcome() == "503 store-full");
        check_shape(last);
        CHECK(acknowledged > 0);
        const Answer now = ann.ask("GET", form);
        CHECK(now.at("/items/0/version") == std::to_string(acknowledged));
        CHECK(now.at("/items/0/raw").starts_with(std::to_string(acknowledged - 1) + "x"));
        CHECK(ann.ask("GET", "/ping").text == "pong");
    });
    CHECK(code == 0);
}

TEST_CASE("a stop lets the request under way finish, answers it, and exits 0") {
    in_scene([](Scene& scene) {
        Client ann = scene.client("ann");
        const std::string body = save("SYS", "120", 0);
        REQUIRE(ann.begin("PATCH", scene.form, body));
        scene.server.signal(SIGINT);
        while (weft::net::dial(scene.server.address())) weft::yield();
        const Answer answer = ann.finish(body);
        CHECK(answer.outcome() == "200");
        CHECK(answer.at("/items/1/raw") == "120");
        CHECK(scene.server.wait() == 0);
        const Server again{scene.folder};
        CHECK(Client(again.address(), scene.ground.tokens.at("ann"))
                  .ask("GET", scene.form)
                  .at("/items/1/raw") == "120");
    });
}

}  // namespace tests
