// SPDX-License-Identifier: Apache-2.0
// What a person is, in every place of a request where somebody could put it, by mistake or not: it
// may come to rest in the store, and nowhere else.
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "weft/run.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/prometheus.h"
#include "tests/support/test.h"
#include "tests/world/estate.h"

namespace tests {

namespace {

using cohort::http::Pairs;

// A name, initials and a date of birth, as people write them.
const std::string name = "李小红";
const std::string pinyin = "Xiaohong";
const std::string initials = "LXHQZ";
const std::string born = "1970-03-01";
const std::string born_short = "19700301";
const std::string percent_name = "%E6%9D%8E%E5%B0%8F%E7%BA%A2";

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// Which of the planted words a text holds.
std::set<std::string> planted_in(const std::string& text) {
    std::set<std::string> found;
    const std::string small = lower(text);
    for (const std::string& word : {name, pinyin, initials, born, born_short, percent_name})
        if (small.find(lower(word)) != std::string::npos) found.insert(word);
    return found;
}

std::string all() {
    return name + " " + pinyin + " " + initials + " " + born + " " + born_short;
}

std::string note(const std::string& raw) {
    return R"({"changes":[{"group":"VITALS","item":"NOTE","raw":")" + raw +
           R"(","base_version":0}]})";
}

std::string log_of(const test::TempFolder& folder) {
    std::ifstream in(folder.path() + "/cohort.log");
    return {std::istreambuf_iterator<char>(in), {}};
}

/// A server that writes down all it ever writes, each request as a slow one too.
struct Scene {
    test::TempFolder folder;
    Estate estate = lay_estate(*open_store(folder.path()));
    Server server{folder,
                  {"--set", "data.demo=false", "--set", "log.level=debug", "--set", "log.slow=0s"}};

    Client client(const std::string& who) const {
        return {server.address(), who.empty() ? "" : estate.ground.tokens.at(who)};
    }
};

void in_scene(const std::function<void(Scene&)>& body) {
    CHECK(weft::run([&] {
              Scene scene;
              REQUIRE_FALSE(scene.server.address().empty());
              body(scene);
              CHECK(scene.server.stop() == 0);
          }) == 0);
}

Pairs planted_headers() {
    return {{"user-agent", all()},
            {"referer", "https://hospital.example/" + pinyin + "?born=" + born},
            {"x-patient", all()},
            {"x-request-id", initials + born_short},
            {"traceparent", "00-" + initials + "-" + born_short + "-01"},
            {"tracestate", "cohort=" + pinyin},
            {"accept-language", pinyin},
            {"idempotency-key", initials + "-" + born}};
}

// Requests with the planted words in them; each is answered.
void plant(Scene& scene) {
    Client ann = scene.client("ann");
    const std::string study = "/api/v1/studies/" + scene.estate.ground.study.text;
    const auto ask = [&](const std::string& method, const std::string& target,
                         const std::string& body = {}) {
        const Answer answer = ann.ask(method, target, body, planted_headers());
        CHECK_MESSAGE(answer.status != 0, method, " ", target);
        CHECK_MESSAGE(answer.status != 500, method, " ", target);
        return answer;
    };
    const Answer subject = ask("POST", study + "/subjects",
                               R"({"site":")" + scene.estate.ground.site_a.text + R"(","key":")" +
                                   initials + born_short + "\"}");
    REQUIRE(subject.outcome() == "201");
    const Answer form = ask("POST", "/api/v1/subjects/" + subject.at("/id") + "/forms",
                            R"({"event":"V","form":"F"})");
    const std::string path = "/api/v1/forms/" + form.at("/id");
    CHECK(ask("PATCH", path, note(all())).outcome() == "200");
    // It is there: what is searched for below can be found.
    CHECK(planted_in(ask("GET", path).text).contains(name));
    CHECK(ask("PATCH", path, note(pinyin)).outcome() == "422 idempotency-mismatch");
    CHECK(ask("PATCH", path, R"({")" + pinyin + "\":1}").outcome() == "400 unknown-member");
    CHECK(ask("PATCH", path, R"({"changes":")" + all()).outcome() == "400 bad-json");
    CHECK(ask("GET", study + "/matrix?search=" + pinyin + born).outcome() == "200");
    CHECK(ask("GET", study + "/matrix?site=" + percent_name).outcome() == "404 site");
    CHECK(ask("GET", study + "/matrix?" + pinyin + "=" + born).outcome() ==
          "400 unknown-parameter");
    CHECK(ask("GET", study + "/matrix?limit=" + born).outcome() == "400 bad-query");
    CHECK(ask("GET", "/api/v1/subjects/" + pinyin + "-" + born).outcome() == "404 unknown-object");
    CHECK(ask("GET", "/api/v1/patients/" + percent_name + "/" + born).status == 404);
    ask("GET", "/" + percent_name + "/" + born_short);  // a page, where pages are built
    CHECK(ask(initials, "/api/v1/subjects").outcome() == "501 unknown-method");
    CHECK(ask("DELETE", path).outcome() == "405 method-not-allowed");
    CHECK(ask("POST", "/api/v1/session",
              R"({"login":")" + pinyin + R"(","password":")" + all() + "\"}")
              .outcome() == "401 bad-credentials");
    CHECK(ask("POST", "/api/v1/studies", "<ODM>" + all() + "</ODM>").status < 500);
    // What is no HTTP at all.
    Client broken = scene.client("");
    CHECK(broken.ask_head("GET", "/" + pinyin + " " + born, planted_headers()).status == 505);
    Client folded = scene.client("");
    CHECK(folded.ask_head("GET", "/", {{"x-a", "b\r\n " + all()}}).status == 400);
}

}  // namespace

TEST_CASE("a person's name, initials and date of birth are in no line of the log and no metric") {
    in_scene([](Scene& scene) {
        plant(scene);
        const Answer metrics = scene.client("engineer@all").ask("GET", "/metrics");
        CHECK(metrics.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
        CHECK(metrics.text.find("cohort_http_requests_total{") != std::string::npos);
        CHECK(planted_in(metrics.text) == std::set<std::string>{});
        CHECK(test::prometheus_errors(metrics.text) == "");
        CHECK(metrics.text.find("\ncohort_store_repeated_total ") != std::string::npos);

        const std::string log = log_of(scene.folder);
        CHECK(planted_in(log) == std::set<std::string>{});
        for (const char* event : {"\"http.request\"", "\"http.slow\"", "\"http.malformed\""})
            CHECK_MESSAGE(log.find(event) != std::string::npos, event);
        std::istringstream lines(log);
        for (std::string line; std::getline(lines, line);) CHECK(cohort::json::parse(line).ok());
    });
}

TEST_CASE(
    "the pages of the goroutines show the program, and nothing of whom its requests are about") {
    in_scene([](Scene& scene) {
        plant(scene);
        // One that has begun to say what it is about, and is waited for.
        Client slow = scene.client("");
        const std::string said = R"({"login":")" + pinyin + R"(","password":")" + all() + "\"}";
        REQUIRE(slow.begin("POST", "/api/v1/session", said));
        const std::map<std::string, std::string> types{
            {"", "text/html; charset=utf-8"},         {"/stuck", "text/plain; charset=utf-8"},
            {"/stuck.json", "application/json"},      {"/goroutines", "text/plain; charset=utf-8"},
            {"/goroutines.json", "application/json"}, {"/waits.svg", "image/svg+xml"},
            {"/waits.json", "application/json"}};
        Client engineer = scene.client("engineer@all");
        for (const auto& [path, type] : types) {
            const Answer page = engineer.ask("GET", "/system/goroutines" + path);
            CHECK_MESSAGE(page.status == 200, path);
            CHECK_MESSAGE(page.header("Content-Type") == type, path);
            CHECK_MESSAGE(page.header("Cache-Control") == "no-store", path);
            CHECK_MESSAGE(planted_in(page.text) == std::set<std::string>{}, path);
        }
        CHECK(engineer.ask("GET", "/system/goroutines").text.find("http connection") !=
              std::string::npos);
        CHECK(slow.finish(said).outcome() == "401 bad-credentials");
    });
}

TEST_CASE("a caller's trace is in the answer, in the problem and in the log of the request") {
    in_scene([](Scene& scene) {
        const std::string chain = "4bf92f3577b34da6a3ce929d0e0e4736";
        Client ann = scene.client("ann");
        const Answer answer = ann.ask("GET", "/api/v1/forms/none", {},
                                      {{"traceparent", "00-" + chain + "-00f067aa0ba902b7-01"}});
        CHECK(answer.outcome() == "404 unknown-object");
        CHECK(answer.at("/trace") == chain);
        const std::string ours = answer.header("traceparent");
        CHECK(ours.starts_with("00-" + chain + "-"));
        CHECK(ours.find("00f067aa0ba902b7") == std::string::npos);

        const std::string log = log_of(scene.folder);
        const auto at = log.find("\"trace\":\"" + chain + "\"");
        REQUIRE(at != std::string::npos);
        const auto begin = log.rfind('\n', at) + 1;
        const auto line = cohort::json::parse(log.substr(begin, log.find('\n', at) - begin));
        CHECK(line->at("request") == cohort::json::value(answer.at("/instance")));
        CHECK(line->at("span") == cohort::json::value(ours.substr(36, 16)));
        CHECK(line->at("parent") == "00f067aa0ba902b7");
        CHECK(line->at("status") == 404);

        const Answer fresh = ann.ask("GET", "/ping");
        CHECK(fresh.header("traceparent").size() == 55);
        CHECK(fresh.header("traceparent").find(chain) == std::string::npos);
    });
}

}  // namespace tests
