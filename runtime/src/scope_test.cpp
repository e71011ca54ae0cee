// SPDX-License-Identifier: Apache-2.0
#include "weft/scope.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

struct Number {
    using Value = int;
};

void wait_for_cancel(auto& seen) {  // bool, or atomic where several wait
    try {
        sleep(1h);
    } catch (const Cancelled&) {
        seen = true;
        throw;
    }
}

long tree(int depth) {
    if (depth == 0) return 1;
    return scope([depth](Scope& s) {
        std::vector<Task<long>> tasks;
        for (int k = 0; k < 4; ++k) tasks.push_back(s.go([depth] { return tree(depth - 1); }));
        long sum = 0;
        for (auto& task : tasks) sum += task.join();
        return sum;
    });
}

}  // namespace

TEST_CASE("a scope returns its body's result once everything it started has ended") {
    test::everywhere([] {
        std::atomic<int> ended{0};
        const std::string result = scope([&](Scope& s) {
            for (int k = 0; k < 50; ++k)
                s.go([&] {
                    yield();
                    ++ended;
                });
            return std::string("done");
        });
        CHECK(result == "done");
        CHECK(ended == 50);
    });
}

TEST_CASE("tasks give their results, move-only ones too, and may be joined in any order") {
    test::everywhere([] {
        scope([](Scope& s) {
            auto first = s.go("first", [] { return std::make_unique<int>(1); });
            auto second = s.go("second", [] { return 2; });
            auto third = s.go([] {});
            CHECK(second.join() == 2);
            third.join();
            CHECK(*first.join() == 1);
        });
        CHECK(tree(4) == 256);
    });
}

TEST_CASE("what a task captured is destroyed before anybody sees its end") {
    test::everywhere([] {
        auto shared = std::make_shared<int>(1);
        scope([&](Scope& s) {
            auto task = s.go([copy = shared] { return *copy; });
            CHECK(task.join() == 1);
            CHECK(shared.use_count() == 1);
            for (int k = 0; k < 5; ++k) s.go([copy = shared] { yield(); });
        });
        CHECK(shared.use_count() == 1);
    });
}

TEST_CASE(
    "the first error leaves the scope unchanged after the siblings were cancelled and joined") {
    struct Own {
        int number;
    };
    test::everywhere([] {
        std::atomic<bool> cancelled = false;
        try {
            scope([&](Scope& s) {
                s.go([&] { wait_for_cancel(cancelled); });
                s.go([] { throw Own{7}; });
                wait_for_cancel(cancelled);
            });
            FAIL_CHECK("no error came out");
        } catch (const Own& own) {
            CHECK(own.number == 7);
        }
        CHECK(cancelled);
    });
}

TEST_CASE("an error of the body cancels what it started") {
    test::everywhere([] {
        bool cancelled = false;
        CHECK_THROWS_AS(scope([&](Scope& s) {
                            s.go([&] { wait_for_cancel(cancelled); });
                            throw std::runtime_error("body");
                        }),
                        std::runtime_error);
        CHECK(cancelled);
    });
}

TEST_CASE("join throws what the task threw; the scope still fails with it") {
    test::everywhere([] {
        bool caught = false;
        CHECK_THROWS_WITH(scope([&](Scope& s) {
                              auto task = s.go([]() -> int { throw std::runtime_error("task"); });
                              try {
                                  (void)task.join();
                              } catch (const std::runtime_error&) {
                                  caught = true;
                              } catch (const Cancelled&) {
                                  caught = true;  // the scope's cancel came first
                              }
                          }),
                          "task");
        CHECK(caught);
    });
}

TEST_CASE("cancelling a scope ends its goroutines and lets a body without result just return") {
    test::everywhere([] {
        bool cancelled = false;
        bool body = false;
        scope([&](Scope& s) {
            s.go([&] { wait_for_cancel(cancelled); });
            s.cancel();
            wait_for_cancel(body);
        });
        CHECK(cancelled);
        CHECK(body);
        checkpoint();
    });
}

TEST_CASE("goroutines started after the cancel are cancelled at their first wait") {
    test::everywhere([] {
        bool began = false;
        bool cancelled = false;
        scope([&](Scope& s) {
            s.cancel();
            s.go([&] {
                began = true;
                wait_for_cancel(cancelled);
            });
        });
        CHECK(began);
        CHECK(cancelled);
    });
}

TEST_CASE("a cancel from outside reaches nested scopes and goes on as Cancelled") {
    test::for_each_seed(20, [] {
        bool inner = false;
        bool outer = false;
        const auto ended = timeout(1ms, [&] {
            scope([&](Scope& s) {
                s.go([&] { scope([&](Scope& t) { t.go([&] { wait_for_cancel(inner); }); }); });
            });
            outer = true;
        });
        CHECK_FALSE(ended);
        CHECK(inner);
        CHECK_FALSE(outer);
    });
}

TEST_CASE("a deadline around go() does not reach the goroutine: its context is the scope's") {
    test::for_each_seed(10, [] {
        bool finished = false;
        scope([&](Scope& s) {
            CHECK(timeout(1ms, [&] {
                s.go([&] {
                    sleep(5ms);
                    finished = true;
                });
            }));
        });
        CHECK(finished);
    });
}

TEST_CASE("a goroutine may start siblings in its scope") {
    test::everywhere([] {
        std::atomic<int> ran{0};
        scope([&](Scope& s) {
            s.go([&] {
                for (int k = 0; k < 5; ++k)
                    s.go([&] {
                        s.go([&] { ++ran; });
                        ++ran;
                    });
            });
        });
        CHECK(ran == 10);
    });
}

TEST_CASE("go() without a scope in hand starts in the innermost one") {
    test::everywhere([] {
        std::atomic<int> ran{0};
        scope([&](Scope&) {
            go([&] { go("deeper", [&] { ++ran; }); });
            with_value<Number>(1, [&] { go([&] { ++ran; }); });
        });
        CHECK(ran == 2);
        go([&] { ++ran; });  // run() is a scope, too
    });
}

TEST_CASE("a cancelled join may be repeated, the task goes on") {
    test::for_each_seed(10, [] {
        scope([](Scope& s) {
            auto task = s.go([] {
                sleep(5ms);
                return 3;
            });
            CHECK_FALSE(timeout(1ms, [&] { (void)task.join(); }));
            CHECK(task.join() == 3);
        });
    });
}

TEST_CASE("errors of several goroutines: one comes out, the scope ends, nothing is left") {
    test::everywhere([] {
        for (int round = 0; round < 20; ++round)
            CHECK_THROWS_AS(scope([](Scope& s) {
                                for (int k = 0; k < 10; ++k)
                                    s.go([k] {
                                        if (k % 3 == 0) throw std::runtime_error("x");
                                        sleep(1h);
                                    });
                            }),
                            std::runtime_error);
    });
}

TEST_CASE("a scope inside a destructor works while an exception is on its way") {
    struct Cleaner {
        bool& cleaned;
        ~Cleaner() {
            scope([&](Scope& s) {
                s.go([&] {
                    yield();
                    cleaned = true;
                });
            });
        }
    };
    test::everywhere([] {
        bool cleaned = false;
        CHECK_THROWS_AS(
            [&] {
                Cleaner cleaner{cleaned};
                throw std::runtime_error("x");
            }(),
            std::runtime_error);
        CHECK(cleaned);
    });
}

TEST_CASE("joining a task twice is reported") {
    const auto end = test::in_child([] {
        return run([] {
            scope([](Scope& s) {
                auto task = s.go([] { return 1; });
                (void)task.join();
                (void)task.join();
            });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("joined twice"));
}

TEST_CASE("a goroutine that waits for ever is named with its scope's wait when all are asleep" *
          doctest::skip(test::emulated())) {
    const auto end = test::in_child([] {
        return run([] {
            auto [tx, rx] = channel<int>(0, "orders");
            scope([&, &rx = rx](Scope& s) { s.go("reader", [&] { (void)rx.recv(); }); });
        });
    });
    CHECK(end.exit_code == 2);
    CHECK(end.said("\"reader\""));
    CHECK(end.said("orders"));
    CHECK(end.said("join"));
}

}  // namespace weft
