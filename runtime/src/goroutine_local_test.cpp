// SPDX-License-Identifier: Apache-2.0
#include "weft/goroutine_local.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("each goroutine has its own value, which stays its own across every park") {
    test::everywhere([] {
        GoroutineLocal<int> mine;
        scope([&](Scope& s) {
            for (int k = 1; k <= 10; ++k)
                s.go([&, k] {
                    CHECK(*mine == 0);
                    *mine = k;
                    int* const at = &*mine;
                    for (int i = 0; i < 20; ++i) {
                        yield();
                        CHECK(*mine == k);
                        CHECK(&*mine == at);
                    }
                });
        });
        CHECK(*mine == 0);
    });
}

TEST_CASE(
    "a value is destroyed before the scope hears of the goroutine's end, the last made first") {
    test::everywhere([] {
        std::vector<std::string> gone;
        struct Noted {
            std::vector<std::string>* gone = nullptr;
            std::string name;
            Noted(std::vector<std::string>* list, std::string called)
                : gone(list), name(std::move(called)) {}
            Noted(Noted&& other) noexcept
                : gone(std::exchange(other.gone, nullptr)), name(std::move(other.name)) {}
            ~Noted() {
                if (gone != nullptr) gone->push_back(name);
            }
        };
        GoroutineLocal<Noted> a([&] { return Noted(&gone, "a"); });
        GoroutineLocal<Noted> b([&] { return Noted(&gone, "b"); });
        scope([&](Scope& s) {
            s.go([&] {
                CHECK(b->name == "b");
                CHECK(a->name == "a");
            });
        });
        CHECK(gone == std::vector<std::string>{"a", "b"});
    });
}

TEST_CASE("a destructor of a value may wait, also in a cancelled goroutine") {
    test::for_each_seed(10, [] {
        bool flushed = false;
        struct Flusher {
            bool* flag = nullptr;
            explicit Flusher(bool* f) : flag(f) {}
            Flusher(Flusher&& other) noexcept : flag(std::exchange(other.flag, nullptr)) {}
            ~Flusher() {
                if (flag == nullptr) return;
                sleep(1ms);
                *flag = true;
            }
        };
        GoroutineLocal<Flusher> flusher([&] { return Flusher(&flushed); });
        const auto ended = timeout(1ms, [&] {
            scope([&](Scope& s) {
                s.go([&] {
                    CHECK(flusher->flag != nullptr);
                    sleep(1h);
                });
            });
        });
        CHECK_FALSE(ended);
        CHECK(flushed);
    });
}

TEST_CASE("a new variable never finds the value of one that is gone") {
    test::everywhere([] {
        auto first = std::make_unique<GoroutineLocal<int>>();
        **first = 5;
        first.reset();
        GoroutineLocal<int> second;
        CHECK(*second == 0);
    });
}

TEST_CASE("plain threads have values of their own, destroyed with the thread") {
    auto alive = std::make_shared<int>(0);
    GoroutineLocal<std::shared_ptr<int>> mine([&] { return alive; });
    std::thread other([&] { CHECK(mine.get() == alive); });
    other.join();
    CHECK(alive.use_count() == 1);
}

}  // namespace weft
