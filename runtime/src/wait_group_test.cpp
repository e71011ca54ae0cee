// SPDX-License-Identifier: Apache-2.0
#include "weft/wait_group.h"

#include <array>
#include <atomic>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/event.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("wait returns once every goroutine of go() has ended, and the group can be used again") {
    test::everywhere([] {
        WaitGroup group;
        std::atomic<int> ended{0};
        for (int round = 1; round <= 5; ++round) {
            for (int k = 0; k < 16; ++k)
                group.go([&] {
                    yield();
                    ++ended;
                });
            group.wait();
            CHECK(ended == 16 * round);
        }
        group.wait();
    });
}

TEST_CASE("several may wait, and what the goroutines wrote is visible to all") {
    test::everywhere([] {
        WaitGroup group;
        std::array<int, 8> written{};
        for (std::size_t k = 0; k < written.size(); ++k)
            group.go([&written, k] { written[k] = 1; });
        scope([&](Scope& s) {
            for (int k = 0; k < 3; ++k)
                s.go([&] {
                    group.wait();
                    for (const int w : written) CHECK(w == 1);
                });
        });
    });
}

TEST_CASE("a token counts as long as it lives, wherever it is moved") {
    test::everywhere([] {
        WaitGroup group;
        std::atomic<bool> released{false};
        scope([&](Scope& s) {
            auto token = group.token();
            s.go([&, token = std::move(token)]() mutable {
                yield();
                std::vector<WaitGroup::Token> kept;
                kept.push_back(std::move(token));
                released = true;
            });
            group.wait();
            CHECK(released);
        });
    });
}

TEST_CASE("a plain thread may hold a token and wait") {
    WaitGroup group;
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (int k = 0; k < 4; ++k) threads.emplace_back([&done, token = group.token()] { ++done; });
    group.wait();
    CHECK(done == 4);
    for (auto& thread : threads) thread.join();
}

TEST_CASE("the first exception of a goroutine comes out of wait, once") {
    test::everywhere([] {
        WaitGroup group;
        std::atomic<bool> other{false};
        group.go([] { throw std::runtime_error("first"); });
        group.go([&] { other = true; });
        CHECK_THROWS_WITH_AS(group.wait(), "first", std::runtime_error);
        CHECK(other);
        group.wait();
    });
}

TEST_CASE("a cancelled wait leaves the goroutines to end, and the destructor waits for them") {
    test::everywhere([] {
        Event end;
        bool ended = false;
        {
            WaitGroup group;
            group.go([&] {
                end.wait();
                ended = true;
            });
            CHECK(test::cancel_in("wait group", [&] { group.wait(); }));
            end.set();
        }
        CHECK(ended);
    });
}

TEST_CASE("goroutines of a group end with the context in which the group was made") {
    test::everywhere([] {
        bool cancelled = false;
        const auto ended = timeout(1ms, [&] {
            WaitGroup group;
            group.go([&] {
                try {
                    sleep(1h);
                } catch (const Cancelled&) {
                    cancelled = true;
                    throw;
                }
            });
            group.wait();
        });
        CHECK_FALSE(ended);
        CHECK(cancelled);
    });
}

TEST_CASE("the first token taken inside the goroutine, after wait() went by, is reported") {
    const auto end = test::in_child([] {
        return sim::run(1, [] {
            WaitGroup group;
            scope([&](Scope& s) {
                s.go([&] {
                    sleep(1ms);
                    auto token = group.token();
                });
                group.wait();
            });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("take it before starting the goroutine"));
}

TEST_CASE("an error that nobody asks a WaitGroup for is reported") {
    const auto end = test::in_child([] {
        return run([] {
            WaitGroup group;
            group.go([] { throw std::runtime_error("lost"); });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("nobody called wait()"));
}

}  // namespace weft
