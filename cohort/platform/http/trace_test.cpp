// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/trace.h"

#include <set>

#include "tests/support/test.h"

namespace cohort::http {

static const std::string chain = "4bf92f3577b34da6a3ce929d0e0e4736";
static const std::string caller = "00f067aa0ba902b7";

TEST_CASE("a caller's chain goes on under a part of our own") {
    const Trace trace = trace_of("00-" + chain + "-" + caller + "-01");
    CHECK(trace.id == chain);
    CHECK(trace.parent == caller);
    CHECK(trace.span != caller);
    CHECK(trace.traceparent() == "00-" + chain + "-" + trace.span + "-01");
    CHECK(trace_of("00-" + chain + "-" + caller + "-00").traceparent().ends_with("-00"));
    CHECK(trace_of("cc-" + chain + "-" + caller + "-01-more").id == chain);
}

TEST_CASE("what cannot be read begins a chain of our own, and nothing of it is repeated") {
    const std::string rest = "-" + chain + "-" + caller + "-01";
    for (const std::string& bad :
         {std::string(), "ff" + rest, "0" + rest, "00" + rest + "-more", "cc" + rest + "x",
          "00-" + std::string(32, '0') + "-" + caller + "-01",
          "00-" + chain + "-" + std::string(16, '0') + "-01",
          "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + caller + "-01", "00" + rest.substr(0, 52),
          "00-" + chain + "-Anna Berg1970-03-01"}) {
        CAPTURE(bad);
        const Trace trace = trace_of(bad);
        CHECK(trace.parent.empty());
        CHECK(trace.id != chain);
        CHECK(trace_of(trace.traceparent()).id == trace.id);
    }
    CHECK(trace_of({}).parent.empty());
}

TEST_CASE("every part has an id of its own") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const Trace trace = trace_of({});
        CHECK(trace.id.size() == 32);
        CHECK(seen.insert(trace.id).second);
        CHECK(seen.insert(trace.span).second);
    }
}

}  // namespace cohort::http
