// SPDX-License-Identifier: Apache-2.0
// The lock is checked twice, as OwnerGate: every order of a model, and the real one under load.
#include "runtime/src/biased_lock.h"

#include <array>
#include <thread>

#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/store_buffers.h"
#include "tests/support/test.h"

namespace weft {
namespace {

using detail::BiasedLock;
using Line = test::StoreBuffers::Line;
using Step = test::StoreBuffers::Step;

constexpr std::array friends_program = {
    Line{Step::set, 0},   Line{Step::test, 1, 8}, Line{Step::inside}, Line{Step::clear, 0},
    Line{Step::set, 0},   Line{Step::test, 1, 8}, Line{Step::inside}, Line{Step::clear, 0},
    Line{Step::clear, 0},  // no friend any more: it waits for held_, as all others
    Line{Step::end}};
constexpr std::array takers_program = {Line{Step::set, 1}, Line{Step::fence},
                                       Line{Step::test, 0, 2},  // until the friend is outside
                                       Line{Step::inside}, Line{Step::end}};

void pass(BiasedLock& lock, int times) {
    for (int i = 0; i < times; ++i) {
        lock.lock();
        lock.unlock();
    }
}

}  // namespace

TEST_CASE("in no order of stores are the friend and who takes the bias away inside together") {
    test::StoreBuffers model(friends_program, takers_program, true);
    CHECK_FALSE(model.both_can_be_inside());
    CHECK(model.states() > 30);
}

TEST_CASE("the model of the biased lock finds the error when the taker passes no fence") {
    test::StoreBuffers model(friends_program, takers_program, false);
    CHECK(model.both_can_be_inside());
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
