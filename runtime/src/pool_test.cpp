// SPDX-License-Identifier: Apache-2.0
#include "weft/pool.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("what was given back is borrowed again, before anything new is made") {
    test::everywhere([] {
        int made = 0;
        Pool<std::string> pool([&] {
            ++made;
            return std::make_unique<std::string>();
        });
        const std::string* first = nullptr;
        {
            const auto loan = pool.borrow();
            first = &*loan;
        }
        const auto again = pool.borrow();
        CHECK(&*again == first);
        const auto other = pool.borrow();
        CHECK(&*other != first);
        CHECK(made == 2);
    });
}

TEST_CASE("no object is ever with two goroutines, wherever it was taken and given back") {
    test::everywhere([] {
        struct Owned {
            std::atomic<bool> used{false};
        };
        Pool<Owned> pool;
        scope([&](Scope& s) {
            for (int k = 0; k < 8; ++k)
                s.go([&] {
                    for (int i = 0; i < 50; ++i) {
                        const auto loan = pool.borrow();
                        CHECK_FALSE(loan->used.exchange(true));
                        yield();
                        loan->used = false;
                    }
                });
        });
    });
}

TEST_CASE("an object is cleaned when it comes back, and dropped when that throws") {
    test::everywhere([] {
        int made = 0;
        Pool<std::string> pool(
            [&] {
                ++made;
                return std::make_unique<std::string>();
            },
            [](std::string& s) {
                if (s == "torn") throw std::runtime_error("cannot be used again");
                s.clear();
            });
        {
            *pool.borrow() = "used";
        }
        {
            CHECK(pool.borrow()->empty());
        }
        CHECK(made == 1);
        {
            *pool.borrow() = "torn";
        }
        {
            CHECK(pool.borrow()->empty());
        }
        CHECK(made == 2);
    });
}

TEST_CASE("what nobody borrows for a while is destroyed, and what is in use is not") {
    test::everywhere([] {
        auto alive = std::make_shared<int>(0);
        using Held = std::shared_ptr<int>;
        Pool<Held> pool([&] { return std::make_unique<Held>(alive); }, {}, 1ms);
        {
            std::vector<Pool<Held>::Loan> rush;
            for (int i = 0; i < 20; ++i) rush.push_back(pool.borrow());
        }
        CHECK(alive.use_count() == 21);
        for (int i = 0; i < 4; ++i) {
            sleep(1ms);
            const auto one = pool.borrow();
        }
        // One is in use again and again; where it goes from shelf to shelf, one a shelf.
        CHECK(alive.use_count() <= 1 + 4);
        if (sim::current_seed() != 0) CHECK(alive.use_count() == 2);
    });
}

TEST_CASE("a kept object leaves the pool for good") {
    test::everywhere([] {
        Pool<int> pool;
        std::unique_ptr<int> mine = pool.borrow().keep();
        *mine = 4;
        const auto other = pool.borrow();
        CHECK(&*other != mine.get());
    });
}

TEST_CASE("plain threads borrow from the same pool") {
    Pool<std::string> pool;
    std::vector<std::thread> threads;
    for (int k = 0; k < 3; ++k)
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) pool.borrow()->assign("x");
        });
    CHECK(run([&] {
              for (int i = 0; i < 200; ++i) pool.borrow()->assign("y");
          }) == 0);
    for (auto& thread : threads) thread.join();
}

TEST_CASE("destroying a pool while something is borrowed is reported") {
    const auto end = test::in_child([] {
        auto pool = std::make_unique<Pool<int>>();
        const auto loan = pool->borrow();
        pool.reset();
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("a Pool was destroyed while something of it was borrowed"));
}

}  // namespace weft
