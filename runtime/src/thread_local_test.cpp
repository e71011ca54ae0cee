// SPDX-License-Identifier: Apache-2.0
// The hazard that no library can take away: a goroutine may wake on another thread, and compilers
// keep the address of a thread-local (errno is one) across the call that parked. Built with -O3
// -fPIC (runtime.cmake), where gcc does it. What these tests hold: weft itself never trips over it,
// the way out works, and the hazard is real, so that nobody deletes the way out as superstition.
#include <cerrno>
#include <thread>

#include "weft/channel.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "tests/support/test.h"

namespace weft {
namespace {

thread_local int local = 0;

// The way out: one access a call, in a function that is not inlined and not taken for pure.
[[gnu::noinline]] int* local_address() {
    asm volatile("");
    return &local;
}
[[gnu::noinline]] int* errno_address() {
    asm volatile("");
    return &errno;
}
[[gnu::noinline]] std::thread::id thread_id() {
    asm volatile("");
    return std::this_thread::get_id();
}

[[gnu::noinline]] void bounce(Sender<int>& tx, Receiver<int>& rx) {
    (void)tx.send(1);
    (void)rx.recv();
}

struct Seen {
    int moved = 0;        // woke on another thread
    int kept = 0;         // moved, and the compiler's address is still the old thread's
    int wrong_again = 0;  // moved, and the way out gave the old thread's
};

// Calls `turn(i, tx, rx)` many times; a bounce() in it wakes on another thread as often as not.
template <class Turn>
void take_turns(Turn turn) {
    Options options;
    options.workers = 4;
    options.migrate_always = true;
    run(options, [&] {
        auto [tx, partner_rx] = channel<int>();
        auto [partner_tx, rx] = channel<int>();
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            s.go("partner", [rx = std::move(partner_rx), tx = std::move(partner_tx)]() mutable {
                while (auto v = rx.recv())
                    if (!tx.send(*v)) return;
            });
            for (int i = 0; i < 200; ++i) turn(i, tx, rx);
            const auto closed = std::move(tx);
        });
    });
}

// `plain` reads the address as anybody would write it, `careful` by the way out.
template <class Plain, class Careful>
Seen observe_moves(Plain plain, Careful careful) {
    Seen seen;
    take_turns([&](int, Sender<int>& tx, Receiver<int>& rx) {
        const auto thread = thread_id();
        const int* right = careful();
        const bool same_address = plain(tx, rx);
        if (thread_id() == thread) return;
        ++seen.moved;
        seen.kept += same_address;
        seen.wrong_again += careful() == right;
    });
    return seen;
}

}  // namespace

TEST_CASE(
    "errno: an address kept across a park is another thread's; a function of its own is not") {
    const Seen seen = observe_moves(
        [](Sender<int>& tx, Receiver<int>& rx) {
            const int* before = &errno;
            bounce(tx, rx);
            return before == &errno;
        },
        errno_address);
    CHECK(seen.moved > 0);
    CHECK(seen.wrong_again == 0);
#if !defined(__clang__)
    CHECK(seen.kept == seen.moved);  // gcc asks for the address once: glibc declares it constant
#endif
}

TEST_CASE("thread_local: an address kept across a park is another thread's; a function's is not") {
    const Seen seen = observe_moves(
        [](Sender<int>& tx, Receiver<int>& rx) {
            const int* before = &local;
            bounce(tx, rx);
            return before == &local;
        },
        local_address);
    CHECK(seen.moved > 0);
    CHECK(seen.wrong_again == 0);
#if !defined(__clang__)
    CHECK(seen.kept == seen.moved);
#endif
}

TEST_CASE("what a call left in errno is lost when the goroutine wakes on another thread") {
    int lost = 0;
    take_turns([&](int i, Sender<int>& tx, Receiver<int>& rx) {
        const auto thread = thread_id();
        *errno_address() = 10'000 + i;
        bounce(tx, rx);
        if (thread_id() != thread) lost += *errno_address() != 10'000 + i;
    });
    CHECK(lost > 0);  // so keep the value, not the hope
}

}  // namespace weft
