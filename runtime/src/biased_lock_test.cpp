// SPDX-License-Identifier: Apache-2.0
// The lock is checked twice, as OwnerGate: every order of a model, and the real one under load.
#include "runtime/src/biased_lock.h"

#include <thread>

#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace weft {
namespace {

using detail::BiasedLock;
namespace model = test::model;
using model::Thread;
using enum model::Order;

bool is_zero(model::Value value) {
    return value == 0;
}

enum Variable : unsigned { is_friend, friend_inside, held, guarded };  // no friend: 0

struct Rules {
    bool taker_passes_fence = true;
    model::Order friend_leaves = release;
    bool leans_to_any = false;  // not only to the first
};

constexpr model::Value first = 1, second = 2, stranger = 0;

Thread passes(model::Value me, int times, Rules rules) {
    for (int i = 0; i < times; ++i) {
        const model::Value is_friend_now = co_await model::load(is_friend, relaxed);
        if (me != stranger && is_friend_now == me) {
            co_await model::store(friend_inside, 1, relaxed);
            const model::Value is_friend_still = co_await model::load(is_friend, acquire);
            if (is_friend_still == me) {
                co_await model::write(guarded, me);
                co_await model::store(friend_inside, 0, rules.friend_leaves);
                continue;
            }
            co_await model::store(friend_inside, 0, release);
        }
        co_await model::take(held);
        const model::Value whose = co_await model::load(is_friend, relaxed);
        if (whose != 0) {
            co_await model::store(is_friend, 0, relaxed);
            if (rules.taker_passes_fence) co_await model::heavy_fence();
            co_await model::await(friend_inside, is_zero, acquire);
        }
        co_await model::write(guarded, me);
        if (me == first || (me == second && rules.leans_to_any))
            co_await model::store(is_friend, me, release);
        co_await model::store(held, 0, release);
    }
}

model::Found explore(Rules rules) {
    return model::explore({.atomics = 3,
                           .plains = 1,
                           .threads = {[=] { return passes(first, 2, rules); },
                                       [=] { return passes(second, 2, rules); },
                                       [=] { return passes(stranger, 1, rules); }},
                           .first = {{is_friend, first}}});
}

void pass(BiasedLock& lock, int times) {
    for (int i = 0; i < times; ++i) {
        lock.lock();
        lock.unlock();
    }
}

}  // namespace

TEST_CASE("in no order are the friend and one who takes the bias away inside together") {
    const model::Found found = explore({});
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 100);
}

TEST_CASE("the model of the biased lock finds the error when the taker passes no fence") {
    CHECK_FALSE(explore({.taker_passes_fence = false}).wrong.empty());
}

TEST_CASE("the model of the biased lock finds the error when the friend does not release") {
    CHECK_FALSE(explore({.friend_leaves = relaxed}).wrong.empty());
}

TEST_CASE("the model of the biased lock finds the error when a lock leans to a second worker") {
    CHECK_FALSE(explore({.leans_to_any = true}).wrong.empty());
}

TEST_CASE("a worker that has had a lock alone for long passes it by stores, until a thread comes") {
    if (!detail::has_membarrier) {
        MESSAGE("skipped: this kernel has no membarrier, so no lock is ever biased");
        return;
    }
    BiasedLock lock;
    Options options;
    options.workers = 1;
    CHECK(run(options, [&] {
              pass(lock, 500);
              CHECK_FALSE(lock.is_biased());
              pass(lock, 100);
              CHECK(lock.is_biased());
          }) == 0);
    pass(lock, 1);  // this thread is no worker
    CHECK_FALSE(lock.is_biased());
    pass(lock, 5000);
    CHECK_FALSE(lock.is_biased());
    CHECK(run(options, [&] {
              pass(lock, 600);  // once taken away it is harder to get
              CHECK_FALSE(lock.is_biased());
              pass(lock, 600);
              CHECK(lock.is_biased());
          }) == 0);
}

TEST_CASE("a biased lock lets one inside at a time, whoever comes") {
    constexpr int rounds = 40;
    constexpr int burst = 3000;
    test::for_each_worker_count([] {
        BiasedLock lock;
        long inside = 0;  // plain: two at once would lose counts, and ThreadSanitizer would say so
        const auto add = [&](int times) {
            for (int i = 0; i < times; ++i) {
                lock.lock();
                ++inside;
                lock.unlock();
            }
        };
        std::thread stranger([&] {
            for (int i = 0; i < rounds; ++i) {
                add(3);
                std::this_thread::yield();
            }
        });
        scope([&](Scope& s) {
            for (int g = 0; g < 3; ++g)
                s.go([&] {
                    for (int i = 0; i < rounds; ++i) {
                        add(burst);
                        yield();
                    }
                });
        });
        stranger.join();
        CHECK(inside == 3L * rounds * burst + 3L * rounds);
    });
}

}  // namespace weft
