// SPDX-License-Identifier: Apache-2.0
// A model of detail::Ends: two make ends and drop them again. Blocks have one place each, so that
// they must look for one that was dropped, or open a block.
#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace {

using namespace test::model;
using enum Order;

constexpr Value one_taken = 16;  // below: how many ends there are
constexpr Value dropped = 0;     // what a place says
constexpr Value unused = 1;
constexpr Value in_use = 2;

/// The count; which block is open (from 1 on; 0: none); the lock; what the place of each of three
/// blocks says; what a place holds while it is used, and while it is free; how many had been taken
/// before each block was opened (the first has none); and how many blocks there are.
enum Variable : unsigned { state, open, lock, at, use = 6, taken_before = 9, blocks = 12 };

struct Rules {
    Order drops = release;
    bool block_counts_from_its_own = true;
};

// add(), with add_slowly(), take_unused(), gather_free() and add_block(); then drop().
Thread makes_and_drops(Value me, int times, Rules rules) {
    for (int i = 0; i < times; ++i) {
        unsigned place = 0;  // of the block of this number
        const auto block = static_cast<unsigned>(co_await load(open, acquire));
        const Value one_more = block != 0 ? one_taken + 1 : 1;
        const Value before = co_await fetch_add(state, one_more, relaxed);
        if (block != 0) {
            const Value first = co_await read(taken_before + block - 1);
            if (before / one_taken == first) place = block;
        }
        if (place == 0) {
            co_await take(lock);
            const auto now = static_cast<unsigned>(co_await load(open, relaxed));
            if (now != 0) {
                const Value taken = co_await fetch_add(state, one_taken, relaxed);
                const Value first = co_await read(taken_before + now - 1);
                if (taken / one_taken == first)
                    place = now;
                else
                    co_await store(open, 0, relaxed);
            }
            const auto there_are = static_cast<unsigned>(co_await read(blocks));
            for (unsigned one = 1; one <= there_are && place == 0; ++one) {
                const Value said =
                    co_await compare_exchange(at + one - 1, dropped, unused, acquire);
                if (said != dropped) continue;
                co_await write(use + one - 1, 9);  // next_free
                place = one;
            }
            if (place == 0) {
                const Value taken = co_await fetch_add(state, one_taken, relaxed);
                const int off_by = rules.block_counts_from_its_own ? 0 : 1;
                place = there_are + 1;
                co_await write(taken_before + place - 1,
                               static_cast<Value>(taken / one_taken + off_by));
                co_await write(blocks, static_cast<Value>(place));
                co_await store(open, static_cast<Value>(place), release);
            }
            co_await store(lock, 0, release);
        }
        co_await write(use + place - 1, me);
        co_await store(at + place - 1, in_use, relaxed);
        co_await read(use + place - 1);
        co_await store(at + place - 1, dropped, rules.drops);
        co_await fetch_add(state, -1, acq_rel);
    }
}

Found explore_ends(Rules rules) {
    return explore(
        {.atomics = 6,
         .plains = 7,
         .threads = {[=] { return makes_and_drops(1, 2, rules); },
                     [=] { return makes_and_drops(2, 1, rules); }},
         .first = {{open, 1}, {blocks, 1}, {at, unused}, {at + 1, unused}, {at + 2, unused}},
         .good = [](const End& end) {
             return end.all_ended() && end.last[state] % one_taken == 0;
         }});
}

}  // namespace

TEST_CASE("in no order do two ends have one place, or does a place go on before it was dropped") {
    const Found found = explore_ends({});
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 500);
}

TEST_CASE("the model of the ends finds the error when a place is dropped without releasing it") {
    CHECK_FALSE(explore_ends({.drops = relaxed}).wrong.empty());
}

TEST_CASE("the model of the ends finds the error when a new block counts from one too many") {
    CHECK_FALSE(explore_ends({.block_counts_from_its_own = false}).wrong.empty());
}
