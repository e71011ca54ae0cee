// SPDX-License-Identifier: Apache-2.0
// A model of detail::SpinLock, on which the primitives stand that have no word of their own.
#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace {

using namespace test::model;
using enum Order;

enum Variable : unsigned { held, guarded };

Thread passes(Order takes, Order leaves) {
    for (int i = 0; i < 2; ++i) {
        co_await take(held, takes);
        co_await write(guarded, 1);
        co_await store(held, 0, leaves);
    }
}

Found explore_lock(Order takes, Order leaves) {
    const auto one = [=] { return passes(takes, leaves); };
    return explore({.atomics = 1, .plains = 1, .threads = {one, one, one}});
}

}  // namespace

TEST_CASE("in no order are two inside a spin lock together, or does one not see what was done") {
    const Found found = explore_lock(acquire, release);
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 50);
}

TEST_CASE("the model of the spin lock finds the error when it is taken or left relaxed") {
    CHECK_FALSE(explore_lock(relaxed, release).wrong.empty());
    CHECK_FALSE(explore_lock(acquire, relaxed).wrong.empty());
}
