// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "runtime/src/worker.h"

using weft::detail::Loot;

namespace {

constexpr std::int64_t microsecond = 1000;

void steal(Loot& loot, std::uint32_t goroutines, std::int64_t lasting, int lock_waits = 0) {
    loot.taken(goroutines, 0);
    for (int i = 0; i < lock_waits; ++i) loot.met_lock_in_use();
    loot.judge(lasting);
}

}  // namespace

TEST_CASE("a thief who gets crumbs holds back twice as long each time, up to a bound") {
    Loot loot;
    CHECK(loot.patience() == 1);
    steal(loot, 10, 5 * microsecond);
    CHECK(loot.patience() == 2);
    steal(loot, 10, 5 * microsecond);
    CHECK(loot.patience() == 4);
    for (int i = 0; i < 20; ++i) steal(loot, 10, 5 * microsecond);
    CHECK(loot.patience() == 32);
    CHECK_FALSE(loot.quarrelled());
}

TEST_CASE("a thief whose thefts pay is soon as quick as ever") {
    Loot loot;
    for (int i = 0; i < 20; ++i) steal(loot, 10, 5 * microsecond);
    for (int i = 0; i < 3; ++i) steal(loot, 10, 500 * microsecond);
    CHECK(loot.patience() == 1);
}

TEST_CASE(
    "stolen goroutines that soon wait for a lock make the thief hold back, long runs do not") {
    Loot loot;
    steal(loot, 1, 30 * microsecond, 2);
    CHECK(loot.patience() == 2);
    CHECK(loot.quarrelled());
    steal(loot, 1, 10'000 * microsecond, 2);
    CHECK(loot.patience() == 1);
    CHECK_FALSE(loot.quarrelled());
}

TEST_CASE("what was judged once is not judged again") {
    Loot loot;
    steal(loot, 10, 5 * microsecond);
    loot.judge(6 * microsecond);
    CHECK(loot.patience() == 2);
}
