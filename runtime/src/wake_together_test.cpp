// SPDX-License-Identifier: Apache-2.0
#include "weft/wake_together.h"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "weft/blocking.h"
#include "weft/outside_waker.h"
#include "weft/promise.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

namespace weft {

namespace {

constexpr int crowd = 200;

struct Crowd {
    std::vector<Promise<int>> answers;
    std::vector<Future<int>> waiting;
    Crowd() {
        for (int i = 0; i < crowd; ++i) {
            auto ends = promise<int>("answer");
            answers.push_back(std::move(ends.first));
            waiting.push_back(std::move(ends.second));
        }
    }
    void answer_all() {
        for (int i = 0; i < crowd; ++i) answers[static_cast<std::size_t>(i)].set(i);
    }
};

}  // namespace

TEST_CASE("a crowd that one thread answers together runs, each with its own answer") {
    test::for_each_worker_count([] {
        const OutsideWaker waker;
        for (int round = 0; round < 20; ++round) {
            Crowd all;
            std::atomic<int> right{0};
            PinnedThread writer{"writer"};
            scope([&](Scope& s) {
                for (int i = 0; i < crowd; ++i)
                    s.go([&, i] {
                        const auto got = all.waiting[static_cast<std::size_t>(i)].get();
                        if (got && *got == i) right.fetch_add(1);
                    });
                writer.call([&] {
                    const WakeTogether together;
                    all.answer_all();
                });
            });
            CHECK(right.load() == crowd);
        }
    });
}

TEST_CASE("nobody of the crowd runs before the thread lets go") {
    Options options;
    options.workers = 2;
    CHECK(run(options, [] {
              const OutsideWaker waker;
              auto [promised, expected] = promise<int>("expected");
              std::atomic<bool> woke{false};
              PinnedThread writer{"writer"};
              scope([&](Scope& s) {
                  s.go("waiter", [&] {
                      CHECK(*expected.get() == 1);
                      woke.store(true);
                  });
                  writer.call([&] {
                      while (dump().find("\"expected\"") == std::string::npos)
                          std::this_thread::yield();
                      const WakeTogether together;
                      promised.set(1);
                      (void)dump();  // takes long enough for an idle worker to have run it
                      CHECK(!woke.load());
                  });
              });
              CHECK(woke.load());
          }) == 0);
}

TEST_CASE("a thread that waits itself lets its crowd go first") {
    Options options;
    options.workers = 2;
    CHECK(run(options, [] {
              const OutsideWaker waker;
              auto [promised, expected] = promise<int>("expected");
              auto [there, back] = promise<int>("back");
              PinnedThread writer{"writer"};
              scope([&](Scope& s) {
                  s.go([&] {
                      CHECK(*expected.get() == 1);
                      there.set(2);
                  });
                  writer.call([&] {
                      const WakeTogether together;
                      promised.set(1);
                      CHECK(*back.get() == 2);
                  });
              });
          }) == 0);
}

TEST_CASE("one inside another lets nobody go, and one on a worker gathers nobody") {
    Options options;
    options.workers = 2;
    CHECK(run(options, [] {
              const OutsideWaker waker;
              const WakeTogether on_a_worker;
              auto [promised, expected] = promise<int>("expected");
              std::atomic<bool> woke{false};
              PinnedThread writer{"writer"};
              scope([&](Scope& s) {
                  s.go([&] {
                      CHECK(*expected.get() == 1);
                      woke.store(true);
                  });
                  writer.call([&] {
                      while (dump().find("\"expected\"") == std::string::npos)
                          std::this_thread::yield();
                      const WakeTogether outer;
                      {
                          const WakeTogether inner;
                          promised.set(1);
                      }
                      (void)dump();
                      CHECK(!woke.load());
                  });
              });
              auto [sent, received] = promise<int>("on a worker");
              scope([&](Scope& s) {
                  s.go([&] { CHECK(*received.get() == 2); });
                  yield();
                  sent.set(2);
              });
          }) == 0);
}

}  // namespace weft
