// SPDX-License-Identifier: Apache-2.0
// What C++ keeps per thread and goroutines must not trip over.
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

#include "weft/channel.h"
#include "weft/no_park.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

Options migrating() {
    Options options;
    options.workers = 4;
    options.migrate_always = true;
    return options;
}

// Not inlined: glibc declares pthread_self() constant, so the compiler may keep its answer across a
// park.
[[gnu::noinline]] std::thread::id thread_id() {
    asm volatile("");
    return std::this_thread::get_id();
}

// Parks until another goroutine has run, on whichever worker takes it next.
void bounce(Sender<int>& tx, Receiver<int>& rx) {
    CHECK(tx.send(1));
    CHECK(rx.recv().has_value());
}

template <class F>
void against_partner(F f) {
    auto [tx, partner_rx] = channel<int>();
    auto [partner_tx, rx] = channel<int>();
    scope([&](Scope& s) {
        s.go("partner", [rx = std::move(partner_rx), tx = std::move(partner_tx)]() mutable {
            while (auto v = rx.recv())
                if (!tx.send(*v)) return;
        });
        f(tx, rx);
        {
            auto closed = std::move(tx);
        }
    });
}

}  // namespace

TEST_CASE(
    "exceptions thrown, nested and rethrown across parks on changing threads stay one's own") {
    run(migrating(), [] {
        scope([](Scope& s) {
            for (int i = 0; i < 8; ++i)
                s.go("thrower", [i] {
                    against_partner([i](Sender<int>& tx, Receiver<int>& rx) {
                        for (int k = 0; k < 50; ++k) try {
                                throw std::runtime_error(std::to_string(i));
                            } catch (const std::runtime_error& outer) {
                                bounce(tx, rx);
                                try {
                                    throw i * 1000 + k;
                                } catch (int inner) {
                                    bounce(tx, rx);
                                    CHECK(inner == i * 1000 + k);
                                }
                                bounce(tx, rx);
                                try {
                                    throw;
                                } catch (const std::runtime_error& again) {
                                    CHECK(std::string(again.what()) == std::to_string(i));
                                }
                                CHECK(std::string(outer.what()) == std::to_string(i));
                            }
                        CHECK(std::uncaught_exceptions() == 0);
                        CHECK(std::current_exception() == nullptr);
                    });
                });
        });
    });
}

TEST_CASE("with migration forced a goroutine does run on several threads") {
    run(migrating(), [] {
        against_partner([](Sender<int>& tx, Receiver<int>& rx) {
            const auto first = thread_id();
            int elsewhere = 0;
            for (int i = 0; i < 100; ++i) {
                bounce(tx, rx);
                elsewhere += thread_id() != first;
            }
            CHECK(elsewhere > 0);
        });
    });
}

TEST_CASE("parking where it is forbidden is a contract breach") {
    const auto end = test::in_child([] {
        return run([] {
            NoPark guard;
            sleep(1ms);
        });
    });
    CHECK(end.died());
    CHECK(end.said("parking is forbidden here"));
}

TEST_CASE("a run inside a run is a contract breach") {
    const auto end = test::in_child([] { return run([] { run([] {}); }); });
    CHECK(end.died());
    CHECK(end.said("weft::run inside weft::run"));
}

TEST_CASE("starting a goroutine outside run is a contract breach") {
    const auto end = test::in_child([] {
        detail::spawn({}, [] {});
        return 0;
    });
    CHECK(end.died());
    CHECK(end.said("outside weft::run"));
}

}  // namespace weft
