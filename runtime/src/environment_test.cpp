// SPDX-License-Identifier: Apache-2.0
// WEFT_DIAGNOSIS and WEFT_REPORTS. Each in a process of its own, whose environment is its own.
#include "runtime/src/environment.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

#include "weft/ensure.h"
#include "weft/run.h"

#include "tests/support/child.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

Options with(const char* words, const Options& before = {}) {
    ::setenv("WEFT_DIAGNOSIS", words, 1);  // NOLINT(concurrency-mt-unsafe): no threads yet
    return detail::with_environment(before);
}

}  // namespace

TEST_CASE("without WEFT_DIAGNOSIS the options are as the program has them, with it as it says") {
    const auto end = test::in_child([] {
        ::unsetenv("WEFT_DIAGNOSIS");  // NOLINT(concurrency-mt-unsafe): no threads yet
        Options asked;
        asked.crowd = 7;
        CHECK(detail::with_environment(asked).crowd == 7);
        CHECK(detail::with_environment(asked).diagnosis);
        CHECK_FALSE(with("off", asked).diagnosis);
        CHECK(with("off,stuck_after=20", asked).stuck_after == 20ms);
        CHECK(with("", asked).crowd == 7);
        const Options everything = with("everything", asked);
        CHECK(everything.search_memory);
        CHECK(everything.crowd == 100);
        CHECK(everything.require_deadline == RequireDeadline::smell);
        return 0;
    });
    CHECK_MESSAGE(!end.died(), end.output);
}

TEST_CASE("a program that wants waits without a deadline refused keeps that under everything") {
    const auto end = test::in_child([] {
        Options asked;
        asked.require_deadline = RequireDeadline::throw_error;
        CHECK(with("everything", asked).require_deadline == RequireDeadline::throw_error);
        return 0;
    });
    CHECK_MESSAGE(!end.died(), end.output);
}

TEST_CASE("a word that WEFT_DIAGNOSIS does not know ends the process and names those it knows") {
    const auto end = test::in_child([] {
        (void)with("everythin");
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("WEFT_DIAGNOSIS knows the words off, everything and stuck_after=20"));
}

TEST_CASE("a time that is no number of milliseconds ends the process") {
    const auto end = test::in_child([] {
        (void)with("stuck_after=1s");
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("WEFT_DIAGNOSIS: stuck_after takes milliseconds"));
}

TEST_CASE("the file that WEFT_REPORTS names gets each report as a line, the last one too") {
    const auto end = test::in_child([] {
        std::string file = "/tmp/cohort-test-reports-XXXXXX";
        ENSURE(::mkstemp(file.data()) >= 0, "the temp directory can be written");
        std::printf("reports=%s;", file.c_str());
        std::fflush(stdout);
        ::setenv("WEFT_REPORTS", file.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no threads yet
        return run([] { ENSURE(1 + 1 == 3, "the quota is negative"); });
    });
    CHECK(end.signal == SIGABRT);
    const std::size_t begin = end.output.find("reports=") + 8;
    const std::string name = end.output.substr(begin, end.output.find(';', begin) - begin);
    std::ifstream file(name);
    const std::string lines{std::istreambuf_iterator<char>(file), {}};
    CHECK(lines.starts_with(R"({"certainty":"PROVEN","finding":"contract broken",)"));
    CHECK(lines.find('\n') + 1 == lines.size());
    std::remove(name.c_str());
}

TEST_CASE("a file that cannot be written takes no report from standard error") {
    const auto end = test::in_child([] {
        ::setenv("WEFT_REPORTS", "/nowhere/reports", 1);  // NOLINT(concurrency-mt-unsafe): as above
        return run([] { ENSURE(1 + 1 == 3, "the quota is negative"); });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("the file that WEFT_REPORTS names cannot be written"));
    CHECK(end.said("the quota is negative"));
}

}  // namespace weft
