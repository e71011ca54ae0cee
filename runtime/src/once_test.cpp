// SPDX-License-Identifier: Apache-2.0
#include "weft/once.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "weft/context.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("among many callers one runs the function, and all see what it did") {
    test::everywhere([] {
        Once once;
        int made = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 20; ++k)
                s.go([&] {
                    once.call([&] {
                        yield();
                        ++made;
                    });
                    CHECK(made == 1);
                });
        });
        CHECK(once.done());
    });
}

TEST_CASE("when the function throws its caller gets the exception and the next caller tries") {
    test::everywhere([] {
        Once once;
        std::atomic<int> tries{0};
        std::atomic<int> failed{0};
        scope([&](Scope& s) {
            for (int k = 0; k < 8; ++k)
                s.go([&] {
                    try {
                        once.call([&] {
                            yield();
                            if (++tries <= 3) throw std::runtime_error("not yet");
                        });
                    } catch (const std::runtime_error&) {
                        ++failed;
                    }
                });
        });
        CHECK(tries == 4);
        CHECK(failed == 3);
        CHECK(once.done());
    });
}

TEST_CASE("when the one who runs it is cancelled the next caller tries") {
    test::everywhere([] {
        Once once;
        int completed = 0;
        scope([&](Scope& s) {
            const bool runner_ended = test::cancel_in(
                "sleep", [&] { once.call([] { sleep(1h); }); },
                [&] {
                    const bool waiter_ended = test::cancel_in("once", [&] { once.call([] {}); });
                    CHECK(waiter_ended);
                    s.go([&] { once.call([&] { ++completed; }); });
                    test::until_waiting(1, "once");
                });
            CHECK(runner_ended);
        });
        CHECK(completed == 1);
        CHECK(once.done());
    });
}

TEST_CASE("calling a Once from inside its own function is reported") {
    const auto end = test::in_child([] {
        Once once;
        once.call([&] { once.call([] {}); });
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("would wait for itself"));
}

TEST_CASE("a Lazy value is made by its first user only, and every user gets the same object") {
    test::everywhere([] {
        int made = 0;
        Lazy<std::string> text([&] {
            yield();
            ++made;
            return std::string("loaded");
        });
        CHECK_FALSE(text.made());
        scope([&](Scope& s) {
            for (int k = 0; k < 10; ++k) s.go([&] { CHECK(text.get() == "loaded"); });
        });
        CHECK(made == 1);
        CHECK(&text.get() == &text.get());
    });
}

TEST_CASE("a Lazy value whose maker throws is asked for again") {
    int tries = 0;
    Lazy<std::unique_ptr<int>> lazy([&] {
        if (++tries == 1) throw std::runtime_error("file missing");
        return std::make_unique<int>(tries);
    });
    CHECK_THROWS_AS((void)lazy.get(), std::runtime_error);
    CHECK(*lazy.get() == 2);
    CHECK(*lazy.get() == 2);
}

TEST_CASE("plain threads share a Once with goroutines") {
    Once once;
    std::atomic<int> made{0};
    std::thread other([&] { once.call([&] { ++made; }); });
    CHECK(run([&] { once.call([&] { ++made; }); }) == 0);
    other.join();
    CHECK(made == 1);
}

}  // namespace weft
