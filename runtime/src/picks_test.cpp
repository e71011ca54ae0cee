// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/picks.h"

#include "tests/support/test.h"

namespace weft::detail {
namespace {

using Picks = std::vector<std::uint32_t>;

TEST_CASE("a schedule's choices come back from their text") {
    for (const Picks& picks : {Picks{}, Picks{3}, Picks{0, 0, 1}, Picks{2, 0, 0, 0, 1, 1, 0, 7}})
        CHECK(picks_of_text(text_of_picks(picks)) == picks);
    CHECK(text_of_picks(Picks{2, 0, 0, 0, 1}) == "2.~3.1");
}

TEST_CASE("the first choices at the end of a schedule need not be written") {
    CHECK(text_of_picks(Picks{0, 1, 0, 0}) == "~1.1");
    CHECK(without_tail({0, 1, 0, 0}) == Picks{0, 1});
    CHECK(without_tail({0, 0}).empty());
}

TEST_CASE("what is no schedule is not taken for one") {
    for (const char* text : {"x", "1.", ".1", "1..2", "~", "~x", "-1", "1,2", "~4000000000"}) {
        CAPTURE(text);
        CHECK(!picks_of_text(text));
    }
}

}  // namespace
}  // namespace weft::detail
