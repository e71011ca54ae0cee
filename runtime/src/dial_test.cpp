// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/dial.h"

#include "weft/context.h"
#include "weft/run.h"

#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft::detail {
namespace {

Address at(const std::string& address) {
    return numeric(split(address).value()).value();
}

// Of a listener that has gone: whoever dials it is refused.
std::string nobodys_address() {
    auto listener = net::listen("127.0.0.1:0").value();
    return listener.address();
}

}  // namespace

TEST_CASE("the second address is tried when the first refuses") {
    run([] {
        auto listener = net::listen("127.0.0.1:0").value();
        const auto connection = dial_in_turn({at(nobodys_address()), at(listener.address())}, {});
        REQUIRE(connection.ok());
        CHECK(connection->peer() == listener.address());
    });
}

TEST_CASE("when no address answers, the error names each with what it said") {
    run([] {
        const std::string first = nobodys_address();
        const std::string second = nobodys_address();
        const auto connection = dial_in_turn({at(first), at(second)}, {});
        REQUIRE_FALSE(connection.ok());
        CHECK(connection.error().code == "refused");
        const std::string said = "Connection refused";
        CHECK(connection.error().text == first + ": " + said + "; " + second + ": " + said);
    });
}

TEST_CASE("one address fails with its own error, none at all with an error of its own") {
    run([] {
        CHECK(dial_in_turn({at(nobodys_address())}, {}).error().text == "Connection refused");
        CHECK(dial_in_turn({}, {}).error().code == "no-address");
    });
}

TEST_CASE("a deadline is shared out equally, and the last address has what is left") {
    const TimePoint now(10s);
    CHECK(give_up_at(now, TimePoint(16s), 3) == TimePoint(12s));
    CHECK(give_up_at(now, TimePoint(16s), 2) == TimePoint(13s));
    CHECK(give_up_at(now, TimePoint(16s), 1) == TimePoint::max());
    CHECK(give_up_at(now, std::nullopt, 3) == TimePoint::max());
}

}  // namespace weft::detail
