// SPDX-License-Identifier: Apache-2.0
// The memory under the models, by the small programs that tell memories apart: what it allows and
// what not is what C++ says, but for the two things that its header leaves out.
#include "tests/support/weak_memory.h"

#include <string>

#include "tests/support/test.h"

namespace {

using namespace test::model;
using enum Order;

enum Variable : unsigned { x, y, both, payload = 3 };

bool not_zero(Value value) {
    return value != 0;
}

/// Whether some order ends so that `both` is that.
bool can_be(Program program, Value wanted) {
    program.atomics = 3;
    program.good = [=](const End& end) { return end.last[both] != wanted; };
    return !explore(program).wrong.empty();
}

// Says that it is there, and looks whether the other is.
Thread says_and_looks(unsigned own, unsigned other, Order order, bool fenced) {
    co_await store(own, 1, order);
    if (fenced) co_await fence();
    const Value other_now = co_await load(other, order == release ? acquire : order);
    if (other_now == 0) co_await fetch_add(both, 1, relaxed);
}

bool neither_sees_the_other(Order order, bool fenced) {
    return can_be({.threads = {[=] { return says_and_looks(x, y, order, fenced); },
                               [=] { return says_and_looks(y, x, order, fenced); }}},
                  2);
}

Thread sends(Order order) {
    co_await write(payload, 1);
    co_await store(x, 1, order);
}
Thread receives(Order order) {
    co_await await(x, not_zero, order);
    co_await read(payload);
}

std::string message(Order sent, Order received) {
    return explore({.atomics = 3,
                    .plains = 1,
                    .threads = {[=] { return sends(sent); }, [=] { return receives(received); }}})
        .wrong;
}

Thread stores(unsigned at) {
    co_await store(at, 1, release);
}
Thread sees_one_before_the_other(unsigned first, unsigned second) {
    const Value one = co_await load(first, acquire);
    const Value other = co_await load(second, acquire);
    if (one == 1 && other == 0) co_await fetch_add(both, 1, relaxed);
}

Thread adds_by_two_steps(bool by_exchange) {
    for (;;) {
        const Value before = co_await load(x, relaxed);
        const auto after = static_cast<Value>(before + 1);
        if (!by_exchange) {
            co_await store(x, after, relaxed);
            co_return;
        }
        const Value x_before = co_await compare_exchange(x, before, after, relaxed);
        if (x_before == before) co_return;
    }
}

}  // namespace

TEST_CASE("two who say that they are there and look for the other may both see nobody") {
    CHECK(neither_sees_the_other(relaxed, false));
    CHECK(neither_sees_the_other(release, false));
}

TEST_CASE("with a fence between, or sequentially consistent, one of the two sees the other") {
    CHECK_FALSE(neither_sees_the_other(relaxed, true));
    CHECK_FALSE(neither_sees_the_other(seq_cst, false));
}

TEST_CASE("what was written before a release is known after an acquire, and not otherwise") {
    CHECK(message(release, acquire).empty());
    CHECK_FALSE(message(relaxed, acquire).empty());
    CHECK_FALSE(message(release, relaxed).empty());
}

TEST_CASE("two may see the stores of two others in different orders") {
    CHECK(can_be({.threads = {[] { return stores(x); }, [] { return stores(y); },
                              [] { return sees_one_before_the_other(x, y); },
                              [] { return sees_one_before_the_other(y, x); }}},
                 2));
}

TEST_CASE("a compare-and-swap loses no addition, a load and a store do") {
    for (const bool by_exchange : {true, false}) {
        const Found found = explore({.atomics = 1,
                                     .threads = {[=] { return adds_by_two_steps(by_exchange); },
                                                 [=] { return adds_by_two_steps(by_exchange); }},
                                     .good = [](const End& end) { return end.last[x] == 2; }});
        CHECK(found.wrong.empty() == by_exchange);
    }
}

TEST_CASE("what is wrong comes with the accesses that led there") {
    const Found found =
        explore({.atomics = 3,
                 .plains = 1,
                 .threads = {[] { return sends(relaxed); }, [] { return receives(acquire); }}});
    CHECK(found.wrong == "a race for variable 3");
    CHECK(found.order.find("thread 0: store 0 1") != std::string::npos);
    CHECK(found.order.find("thread 1: load 0") != std::string::npos);
}
