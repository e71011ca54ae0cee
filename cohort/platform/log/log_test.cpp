// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/log/log.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "cohort/base/json.h"
#include "tests/support/test.h"

namespace cohort::log {

struct Lines {
    std::vector<std::string> lines;
    Logger logger(Level least) {
        return Logger{[this](std::string_view line) { lines.emplace_back(line); }, least};
    }
};

TEST_CASE("a line is one JSON object with the time, the level, the event and every field") {
    Lines sink;
    sink.logger(Level::info)
        .info("http.request", {{"status", 200}, {"route", "/ping"}, {"slow", false}, {"ms", 1.5}});
    REQUIRE(sink.lines.size() == 1);
    CHECK(sink.lines[0].ends_with("\n"));
    const auto line = json::parse(sink.lines[0]).value().as_object();
    CHECK(line.at("level") == "info");
    CHECK(line.at("event") == "http.request");
    CHECK(line.at("status") == 200);
    CHECK(line.at("route") == "/ping");
    CHECK(line.at("slow") == false);
    CHECK(line.at("ms") == 1.5);
    CHECK(line.at("at").as_string().ends_with("Z"));
}

TEST_CASE("text with quotes and line breaks stays one line and one value") {
    Lines sink;
    sink.logger(Level::info).warn("a\nb", {{"x", "\"},\n{\\\x7f\x01"}});
    REQUIRE(sink.lines.size() == 1);
    CHECK(sink.lines[0].find('\n') == sink.lines[0].size() - 1);
    const auto line = json::parse(sink.lines[0]).value().as_object();
    CHECK(line.at("event") == "a\nb");
    CHECK(line.at("x") == "\"},\n{\\\x7f\x01");
}

TEST_CASE("a line below the least level is not written") {
    Lines sink;
    sink.logger(Level::warn).info("quiet");
    CHECK(sink.lines.empty());
    sink.logger(Level::warn).error("loud");
    CHECK(sink.lines.size() == 1);
}

TEST_CASE("a log file is appended to, never started again") {
    const auto path = std::filesystem::temp_directory_path() / "cohort_log_test.log";
    std::filesystem::remove(path);
    for (int i = 0; i < 2; ++i) Logger::to_file(path.string()).value().info("line", {{"i", i}});
    std::stringstream text;
    text << std::ifstream{path}.rdbuf();
    CHECK(std::count(std::istreambuf_iterator<char>{text}, {}, '\n') == 2);
    std::filesystem::remove(path);
}

TEST_CASE("a log file that cannot be opened is an error that names it") {
    const auto logger = Logger::to_file("/nowhere/cohort.log");
    REQUIRE_FALSE(logger);
    CHECK(logger.error().code == "log-unwritable");
    CHECK(logger.error().text.find("/nowhere/cohort.log") != std::string::npos);
}

TEST_CASE("every level has a word that reads back as the level") {
    for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
        CHECK(parse_level(to_string(level)) == level);
    }
    CHECK_FALSE(parse_level("loud"));
}

}  // namespace cohort::log
