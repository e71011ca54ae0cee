// SPDX-License-Identifier: Apache-2.0
#include "weft/err_group.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/event.h"
#include "weft/produce.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

Error refused(const char* code) {
    return {ErrorKind::refused, code, "a rule says no"};
}

}  // namespace

TEST_CASE("a group whose goroutines all succeed answers success, and what they wrote is visible") {
    test::everywhere([] {
        ErrGroup group;
        std::vector<int> written(10);
        for (std::size_t k = 0; k < written.size(); ++k)
            group.go([&, k]() -> Result<void> {
                yield();
                written[k] = 1;
                return {};
            });
        group.go([] {});
        CHECK(group.wait());
        for (const int w : written) CHECK(w == 1);
        CHECK(group.suppressed().empty());
    });
}

TEST_CASE("the first error comes out unchanged, the others are cancelled, later errors are kept") {
    test::everywhere([] {
        ErrGroup group("imports");
        Event cancelled;
        group.go([&]() -> Result<void> {
            try {
                sleep(1h);
            } catch (const Cancelled&) {
                cancelled.set();
                throw;
            }
            return {};
        });
        group.go([&]() -> Result<void> {
            shield([&] { cancelled.wait(); });
            return refused("second");
        });
        group.go([&] {
            test::yield_until([&] { return !group.suppressed().empty(); });
            throw std::runtime_error("third");
        });
        group.go([]() -> Result<void> { return refused("first"); });
        const auto ended = group.wait();
        REQUIRE_FALSE(ended);
        CHECK(ended.error().code == "first");
        CHECK(ended.error().kind == ErrorKind::refused);
        CHECK(cancelled.is_set());
        const auto rest = group.suppressed();
        REQUIRE(rest.size() == 2);
        CHECK(rest[0].code == "second");
        CHECK(rest[1].text == "third");
    });
}

TEST_CASE("an exception that comes first is thrown by wait, unchanged") {
    test::everywhere([] {
        ErrGroup group;
        group.go([] { throw std::out_of_range("bed 9"); });
        bool thrown = false;
        try {
            (void)group.wait();
        } catch (const std::out_of_range& e) {
            thrown = e.what() == std::string("bed 9");
        }
        CHECK(thrown);
    });
}

TEST_CASE("a limit bounds how many run, go waits for a place and try_go says that there is none") {
    test::everywhere([] {
        ErrGroup group("bounded", 2);
        std::atomic<int> running{0};
        std::atomic<int> ran{0};
        std::atomic<bool> too_many{false};
        for (int k = 0; k < 12; ++k)
            group.go([&] {
                if (++running > 2) too_many = true;
                yield();
                --running;
                ++ran;
            });
        CHECK(group.wait());
        CHECK(ran == 12);
        CHECK_FALSE(too_many);
    });
    test::everywhere([] {
        ErrGroup group("bounded", 1);
        Event leave;
        CHECK(group.try_go([&] { leave.wait(); }));
        CHECK_FALSE(group.try_go([] {}));
        leave.set();
        CHECK(group.wait());
        CHECK(group.try_go([] {}));
        CHECK(group.wait());
    });
}

TEST_CASE("go that waits for a place is cancelled with its caller, and starts nothing") {
    test::everywhere([] {
        ErrGroup group("bounded", 1);
        Event leave;
        bool started = false;
        group.go([&] { leave.wait(); });
        CHECK(test::cancel_in("semaphore", [&] { group.go([&] { started = true; }); }));
        leave.set();
        CHECK(group.wait());
        CHECK_FALSE(started);
    });
}

TEST_CASE("a group that goes without wait cancels its goroutines and waits for them") {
    test::everywhere([] {
        bool ended = false;
        {
            ErrGroup group;
            group.go([&] {
                try {
                    sleep(1h);
                } catch (const Cancelled&) {
                    shield([] { sleep(1ms); });
                    ended = true;
                    throw;
                }
            });
            test::until_waiting(1, "sleep");
        }
        CHECK(ended);
    });
}

TEST_CASE("a plain thread may start goroutines in a group and wait for them") {
    CHECK(run([] {
              ErrGroup group;
              Event done;
              std::thread other([&] {
                  group.go([]() -> Result<void> { return refused("there"); });
                  const auto ended = group.wait();
                  CHECK(ended.error().code == "there");
                  done.set();
              });
              done.wait();
              other.join();
          }) == 0);
}

TEST_CASE("a scope's limit bounds its goroutines, however they are started") {
    test::everywhere([] {
        std::atomic<int> running{0};
        std::atomic<int> ran{0};
        std::atomic<bool> too_many{false};
        scope({.limit = 3}, [&](Scope& s) {
            const auto work = [&] {
                if (++running > 3) too_many = true;
                yield();
                --running;
                ++ran;
            };
            for (int k = 0; k < 6; ++k) s.go(work);
            for (int k = 0; k < 6; ++k) go(work);
        });
        CHECK(ran == 12);
        CHECK_FALSE(too_many);
    });
}

TEST_CASE("a scope throws its first exception and hands over the others, in order") {
    test::for_each_seed(20, [] {
        std::vector<std::exception_ptr> rest;
        std::string first;
        try {
            scope({.suppressed = &rest}, [&](Scope& s) {
                for (int k = 1; k <= 3; ++k)
                    s.go([k] {
                        shield([k] { sleep(std::chrono::milliseconds(k)); });
                        throw std::runtime_error("error " + std::to_string(k));
                    });
            });
        } catch (const std::runtime_error& e) {
            first = e.what();
        }
        CHECK(first == "error 1");
        REQUIRE(rest.size() == 2);
        CHECK_THROWS_WITH(std::rethrow_exception(rest[0]), "error 2");
        CHECK_THROWS_WITH(std::rethrow_exception(rest[1]), "error 3");
    });
}

TEST_CASE("what produce starts owns the senders: the loop ends when the last worker has") {
    test::everywhere([] {
        int sum = 0;
        int values = 0;
        scope([&](Scope&) {
            auto numbers = produce<int>(4, [](Sender<int>& out, std::size_t worker) {
                for (int i = 0; i < 5; ++i)
                    if (!out.send(static_cast<int>(worker))) return;
            });
            for (const int n : numbers) {
                sum += n;
                ++values;
            }
        });
        CHECK(values == 20);
        CHECK(sum == 5 * (0 + 1 + 2 + 3));
    });
}

TEST_CASE("producers whose receiver is dropped end by themselves, and none at all is an end") {
    test::everywhere([] {
        std::atomic<int> told{0};
        scope([&](Scope&) {
            auto numbers = produce<int>(3, [&](Sender<int>& out) {
                for (int i = 0;; ++i)
                    if (!out.send(i)) {
                        ++told;
                        return;
                    }
            });
            CHECK(numbers.recv());
        });
        CHECK(told == 3);
        scope([&](Scope&) {
            auto nothing = produce<int>(0, [](Sender<int>&) {});
            const auto got = nothing.recv();
            CHECK_FALSE(got);
        });
    });
}

TEST_CASE("a producer that throws ends the scope it runs in, with its exception") {
    test::everywhere([] {
        std::string what;
        try {
            scope([&](Scope&) {
                auto numbers = produce<int>(2, [](Sender<int>& out, std::size_t worker) {
                    (void)out.send(1);
                    if (worker == 1) throw std::runtime_error("file is torn");
                });
                for (const int n : numbers) CHECK(n == 1);
            });
        } catch (const std::runtime_error& e) {
            what = e.what();
        }
        CHECK(what == "file is torn");
    });
}

}  // namespace weft
