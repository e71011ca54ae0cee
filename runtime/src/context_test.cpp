// SPDX-License-Identifier: Apache-2.0
#include "weft/context.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "weft/channel.h"
#include "weft/mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

struct RequestId {
    using Value = std::string;
};
struct UserNumber {
    using Value = int;
};

}  // namespace

TEST_CASE("a body that ends in time gives its value; one that does not gives timeout/deadline") {
    test::everywhere([] {
        const auto quick = timeout(1h, [] {
            sleep(1ms);
            return 4;
        });
        REQUIRE(quick);
        CHECK(*quick == 4);
        const auto slow = timeout(2ms, [] {
            sleep(1h);
            return 4;
        });
        REQUIRE_FALSE(slow);
        CHECK(slow.error().kind == ErrorKind::timeout);
        CHECK(slow.error().code == "deadline");
        CHECK(timeout(1ms, [] {}));
    });
}

TEST_CASE("a body's Result stays itself: its errors and the deadline come out the same way") {
    test::everywhere([] {
        const Result<int> own =
            timeout(1ms, []() -> Result<int> { return Error{ErrorKind::conflict, "stale", ""}; });
        CHECK(own.error().code == "stale");
        const Result<int> late = timeout(1ms, []() -> Result<int> {
            sleep(1h);
            return 1;
        });
        CHECK(late.error().code == "deadline");
    });
}

TEST_CASE("exceptions of the body pass a timeout unchanged") {
    test::everywhere([] {
        CHECK_THROWS_AS((void)timeout(1h, [] { throw std::runtime_error("x"); }),
                        std::runtime_error);
    });
}

TEST_CASE("of nested deadlines the earlier one counts, and ends where it was set") {
    test::everywhere([] {
        const TimePoint begin = Clock::now();
        bool inner_returned = false;
        const auto outer = timeout(2ms, [&] {
            const auto inner = timeout(1h, [] { sleep(2h); });
            inner_returned = inner.ok() || !inner.ok();
        });
        CHECK_FALSE(outer);
        CHECK_FALSE(inner_returned);  // the outer deadline went through the inner timeout
        CHECK(Clock::now() - begin >= 2ms);
        if (sim::current_seed() != 0) CHECK(Clock::now() - begin < 3ms);
        const auto kept = timeout(1h, [&] {
            const auto inner = timeout(2ms, [] { sleep(2h); });
            CHECK_FALSE(inner);
            sleep(1ms);
            return 5;
        });
        CHECK(*kept == 5);
    });
}

TEST_CASE("a deadline that has passed cancels the first wait") {
    test::everywhere([] {
        bool began = false;
        const auto ended = deadline(Clock::now() - 1ms, [&] {
            began = true;
            sleep(1h);
        });
        CHECK(began);
        CHECK_FALSE(ended);
        CHECK_FALSE(timeout(-1s, [] { checkpoint(); }));
        CHECK(timeout(0s, [] {}));
    });
}

TEST_CASE("the deadline in force can be asked for, and only shrinks inside") {
    test::everywhere([] {
        CHECK(current_deadline() == std::nullopt);
        const TimePoint near = Clock::now() + 1h;
        CHECK(deadline(near, [&] {
            CHECK(current_deadline() == near);
            CHECK(deadline(near + 1h, [&] { CHECK(current_deadline() == near); }));
            CHECK(deadline(near - 1s, [&] { CHECK(current_deadline() == near - 1s); }));
            shield([] { CHECK(current_deadline() == std::nullopt); });
        }));
        CHECK(current_deadline() == std::nullopt);
    });
}

TEST_CASE("cancellation is sticky: swallowed once, it comes again at the next wait") {
    test::everywhere([] {
        int times = 0;
        CHECK_FALSE(timeout(1ms, [&] {
            for (int k = 0; k < 3; ++k) {
                try {
                    sleep(1h);
                } catch (...) {
                    ++times;
                }
            }
            checkpoint();
        }));
        CHECK(times == 3);
    });
}

TEST_CASE("a handle ends the part it was given to, from any goroutine, and says why") {
    test::everywhere([] {
        std::optional<Cause> cause;
        const auto ended = cancellable([&](CancelHandle& handle) {
            scope([&](Scope& s) {
                s.go([&] { handle.cancel(); });
                try {
                    sleep(1h);
                } catch (const Cancelled&) {
                    cause = cancel_cause();
                    throw;
                }
            });
        });
        REQUIRE_FALSE(ended);
        CHECK(ended.error().code == "cancelled");
        REQUIRE(cause);
        CHECK(cause->reason == EndReason::cancelled);
        CHECK(std::string(cause->where.file_name()).find("context_test") != std::string::npos);
        CHECK(cancellable([](CancelHandle&) { return 3; }).value() == 3);
    });
}

TEST_CASE("a handle used after its part is over does nothing") {
    test::everywhere([] {
        std::optional<CancelHandle> kept;
        CHECK(cancellable([&](CancelHandle& handle) { kept = handle; }));
        kept->cancel();
        kept->cancel();
        checkpoint();
        CHECK_FALSE(cancelled());
    });
}

TEST_CASE("shielded work is completed although its context has ended; then the cancel goes on") {
    test::everywhere([] {
        bool completed = false;
        bool after = false;
        CHECK_FALSE(timeout(1ms, [&] {
            const auto outer = Context::current();
            shield([&] {
                sleep(2ms);
                test::yield_until([&] { return outer.cancelled(); });
                CHECK_FALSE(cancelled());
                scope([&](Scope& s) {
                    s.go([&] {
                        sleep(1ms);
                        completed = true;
                    });
                });
            });
            CHECK(cancelled());
            checkpoint();
            after = true;
        }));
        CHECK(completed);
        CHECK_FALSE(after);
    });
}

TEST_CASE("a timeout inside a shield counts, also inside a second shield") {
    test::everywhere([] {
        CHECK_FALSE(timeout(1ms, [] {
            const auto outer = Context::current();
            shield([] {
                CHECK_FALSE(timeout(2ms, [] { sleep(1h); }));
                shield([] { CHECK_FALSE(timeout(2ms, [] { sleep(1h); })); });
            });
            test::yield_until([&] { return outer.cancelled(); });
            checkpoint();
        }));
    });
}

TEST_CASE("a destructor may wait while Cancelled unwinds, and a timeout in it counts") {
    struct Cleaner {
        int& waited;
        ~Cleaner() {
            sleep(1ms);
            ++waited;
            if (!timeout(1ms, [] { sleep(1h); })) ++waited;
            auto [tx, rx] = channel<int>();
            scope([&, &tx = tx](Scope& s) {
                s.go([&] { CHECK(tx.send(1)); });
                if (rx.recv() == 1) ++waited;
            });
        }
    };
    test::everywhere([] {
        int waited = 0;
        CHECK_FALSE(timeout(1ms, [&] {
            Cleaner cleaner{waited};
            sleep(1h);
        }));
        CHECK(waited == 3);
    });
}

TEST_CASE("Cancelled is no std::exception, so a catch of those lets it pass") {
    test::everywhere([] {
        CHECK_FALSE(timeout(1ms, [] {
            try {
                sleep(1h);
            } catch (const std::exception&) {
                FAIL_CHECK("a cancel was taken for an error");
            }
        }));
    });
}

TEST_CASE("values are found inside, by key type, innermost first, in goroutines too") {
    test::everywhere([] {
        CHECK(value<RequestId>() == nullptr);
        with_value<RequestId>("r1", [] {
            with_value<UserNumber>(7, [] {
                scope([](Scope& s) {
                    s.go([] {
                        REQUIRE(value<RequestId>() != nullptr);
                        CHECK(*value<RequestId>() == "r1");
                        CHECK(*value<UserNumber>() == 7);
                    });
                });
                with_value<RequestId>("r2", [] { CHECK(*value<RequestId>() == "r2"); });
                CHECK(*value<RequestId>() == "r1");
                shield([] { CHECK(*value<RequestId>() == "r1"); });
            });
            CHECK(value<UserNumber>() == nullptr);
            CHECK(with_value<UserNumber>(3, [] { return *value<UserNumber>(); }) == 3);
        });
        CHECK(value<RequestId>() == nullptr);
    });
}

TEST_CASE("an explicit Context carries deadline, cancel and values to another thread") {
    std::optional<Context> carried;
    std::atomic<bool> cancelled_there{false};
    std::thread other;
    Options options;
    options.workers = 2;
    CHECK(run(options, [&] {
              const auto ended = cancellable([&](CancelHandle& handle) {
                  with_value<RequestId>("r9", [&] {
                      auto [tx, rx] = channel<int>();
                      other = std::thread([&, context = Context::current()] {
                          context.run([&] {
                              CHECK(*value<RequestId>() == "r9");
                              (void)tx.send(1);
                              try {
                                  auto [never, nothing] = channel<int>();
                                  (void)nothing.recv();
                              } catch (const Cancelled&) {
                                  cancelled_there = true;
                              }
                          });
                          CHECK(value<RequestId>() == nullptr);
                      });
                      CHECK(rx.recv() == 1);
                      handle.cancel();
                      other.join();
                  });
              });
              CHECK(ended);  // nothing here waited any more
          }) == 0);
    CHECK(cancelled_there);
}

TEST_CASE("a Context ends when the code it was taken from goes on, and background never does") {
    test::everywhere([] {
        std::optional<Context> kept;
        const TimePoint near = Clock::now() + 1h;
        CHECK(deadline(near, [&] {
            kept = with_value<RequestId>("r", [] { return Context::current(); });
            CHECK(kept->cancelled());  // with_value() was left
            kept = Context::current();
            CHECK_FALSE(kept->cancelled());
            CHECK(kept->deadline() == near);
        }));
        CHECK(kept->cancelled());
        REQUIRE(kept->cause());
        CHECK(kept->cause()->reason == EndReason::left);
        bool ran = false;
        try {
            kept->run([&] {
                ran = true;
                checkpoint();
            });
            FAIL_CHECK("no cancel");
        } catch (const Cancelled&) {
        }
        CHECK(ran);
        Context::background().run([] {
            CHECK(value<RequestId>() == nullptr);
            checkpoint();
        });
    });
}

TEST_CASE("siblings of a failed goroutine see failed as the cause, and where") {
    test::everywhere([] {
        std::optional<Cause> cause;
        try {
            scope([&](Scope& s) {
                s.go([] { throw 1; });
                try {
                    sleep(1h);
                } catch (const Cancelled&) {
                    cause = cancel_cause();
                    throw;
                }
            });
        } catch (int) {
        }
        REQUIRE(cause);
        CHECK(cause->reason == EndReason::failed);
    });
}

TEST_CASE("a storm of cancels at random moments leaves nobody behind and no lock held") {
    test::everywhere([] {
        Mutex mutex;
        auto [tx, rx] = channel<int>(1);
        std::atomic<int> ended{0};
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            for (int k = 0; k < 100; ++k)
                s.go([&, k] {
                    (void)timeout(std::chrono::microseconds(k % 13), [&] {
                        scope([&](Scope& inner) {
                            inner.go([&] { (void)tx.send(k); });
                            inner.go([&] { (void)rx.recv(); });
                            mutex.lock();
                            struct Unlock {
                                Mutex& m;
                                ~Unlock() { m.unlock(); }
                            } unlock{mutex};
                            sleep(std::chrono::microseconds(k % 7));
                        });
                    });
                    ++ended;
                });
        });
        CHECK(ended == 100);
        CHECK(mutex.try_lock());
        mutex.unlock();
    });
}

TEST_CASE("a timeout on a plain thread ends what waits there") {
    Options options;
    CHECK(run(options, [] {
              std::atomic<bool> ended{false};
              std::thread other([&] {
                  auto [tx, rx] = channel<int>();
                  const auto got = timeout(1ms, [&rx = rx] { return rx.recv(); });
                  CHECK_FALSE(got);
                  ended = true;
              });
              while (!ended) yield();
              other.join();
          }) == 0);
}

}  // namespace weft
