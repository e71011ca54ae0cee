// SPDX-License-Identifier: Apache-2.0
#include "weft/guarded.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "weft/context.h"
#include "weft/lock_all.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("with runs alone, and gives what the body returns") {
    test::everywhere([] {
        Guarded<int> count(40);
        scope([&](Scope& s) {
            for (int k = 0; k < 8; ++k)
                s.go([&] {
                    for (int i = 0; i < 50; ++i)
                        count.with([](int& n) {
                            const int before = n;
                            if (before % 16 == 0) yield();
                            n = before + 1;
                        });
                });
        });
        CHECK(count.with([](int& n) { return n; }) == 440);
    });
}

TEST_CASE("lock gives the value until the end of the block; an exception releases it") {
    test::everywhere([] {
        Guarded<std::string> text("a");
        {
            auto held = text.lock();
            *held += "b";
            held->append("c");
        }
        try {
            text.with([](std::string& t) {
                t += "d";
                throw std::runtime_error("out");
            });
        } catch (const std::runtime_error&) {
        }
        CHECK(*std::make_unique<std::string>(text.with([](std::string& t) { return t; })) ==
              "abcd");
    });
}

TEST_CASE("a value that can be neither copied nor moved can be guarded, and used move-only") {
    test::everywhere([] {
        Guarded<std::unique_ptr<int>> owned(std::make_unique<int>(7));
        auto taken = owned.with([](std::unique_ptr<int>& p) { return std::move(p); });
        CHECK(*taken == 7);
        Guarded<std::atomic<int>> pinned(1);
        CHECK(pinned.with([](std::atomic<int>& n) { return n.load(); }) == 1);
    });
}

TEST_CASE("readers are in together, a writer is alone") {
    test::everywhere([] {
        Guarded<int, RWMutex> value(0);
        std::atomic<int> reading{0};
        std::atomic<int> together{0};
        scope([&](Scope& s) {
            for (int k = 0; k < 3; ++k)
                s.go([&] {
                    value.read([&](const int&) {
                        ++reading;
                        while (reading < 3) yield();
                        ++together;
                    });
                });
        });
        CHECK(together == 3);
        scope([&](Scope& s) {
            for (int k = 0; k < 6; ++k)
                s.go([&, k] {
                    if (k % 2 == 0)
                        value.write([](int& n) {
                            const int before = n;
                            yield();
                            n = before + 1;
                        });
                    else
                        CHECK(*std::make_unique<int>(value.read([](const int& n) { return n; })) <=
                              3);
                });
        });
        auto shared = value.lock_shared();
        CHECK(*shared == 3);
    });
}

TEST_CASE("a cancelled way in does not run the body and leaves the lock usable") {
    test::for_each_seed(20, [] {
        Guarded<int> value(0);
        {
            auto held = value.lock();
            scope([&](Scope& s) {
                s.go([&] {
                    const auto ended = timeout(1ms, [&] { value.with([](int& n) { n = 9; }); });
                    CHECK_FALSE(ended);
                });
            });
        }
        CHECK(value.with([](int& n) { return n; }) == 0);
    });
}

TEST_CASE("a guarded value inside its own body is reported as the double lock it is") {
    const auto end = test::in_child([] {
        return run([] {
            Guarded<int> value(0);
            value.with([&](int&) { value.with([](int& n) { ++n; }); });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("locked again by the goroutine that holds it"));
    CHECK(end.said("guarded_test.cpp"));
}

TEST_CASE("lock_all takes several locks in whatever order they are named, without deadlock") {
    test::everywhere([] {
        Mutex a;
        RWMutex b;
        Mutex c;
        int count = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 9; ++k)
                s.go([&, k] {
                    for (int i = 0; i < 20; ++i) {
                        const auto held = k % 3 == 0   ? lock_all(a, b, c)
                                          : k % 3 == 1 ? lock_all(c, a, b)
                                                       : lock_all(b, c, a);
                        const int before = count;
                        yield();
                        count = before + 1;
                    }
                });
        });
        CHECK(count == 180);
    });
}

TEST_CASE("a cancelled lock_all holds nothing") {
    test::for_each_seed(20, [] {
        Mutex locks[2];
        locks[1].lock();
        scope([&](Scope& s) {
            s.go([&] {
                const auto ended =
                    timeout(1ms, [&] { const auto held = lock_all(locks[1], locks[0]); });
                CHECK_FALSE(ended);
            });
        });
        CHECK(locks[0].try_lock());
        locks[0].unlock();
        locks[1].unlock();
    });
}

TEST_CASE("plain threads and goroutines take several locks together") {
    Mutex a;
    Mutex b;
    int count = 0;
    std::thread other([&] {
        for (int i = 0; i < 500; ++i) {
            const auto held = lock_all(a, b);
            ++count;
        }
    });
    CHECK(run([&] {
              for (int i = 0; i < 500; ++i) {
                  const auto held = lock_all(b, a);
                  ++count;
              }
          }) == 0);
    other.join();
    CHECK(count == 1000);
}

TEST_CASE("the same lock twice in lock_all is reported where it was written") {
    const auto end = test::in_child([] {
        return run([] {
            Mutex a("beds");
            const auto held = lock_all(a, a);
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("\"beds\""));
    CHECK(end.said("guarded_test.cpp"));
}

}  // namespace weft
