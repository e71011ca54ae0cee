// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/thread_park.h"

#include <cstdint>
#include <linux/futex.h>
#include <memory>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/src/gathered.h"
#include "runtime/src/timer_heap.h"
#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {

struct ThreadPark {
    std::atomic<std::uint32_t> awake{0};
};

namespace {
// Owns the pseudo-goroutine of a thread that weft did not start. Its block goes back when the
// thread ends.
struct Adopted {
    ThreadPark park;
    Goroutine* goroutine = nullptr;
    ~Adopted() {
        if (goroutine == nullptr) return;
        drop_locals(goroutine);
        goroutine->thread = nullptr;
        goroutine->fiber =
            {};  // a worker's own stack was switched away from, and is gone with the thread
        give_goroutine(goroutine);
        set_running(nullptr);
    }
};
thread_local Adopted tls_adopted;
}  // namespace

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value,
                std::int64_t deadline) noexcept {
    timespec until{};
    timespec* limit = nullptr;
    if (deadline != TimerHeap::never) {
        until.tv_sec = deadline / 1'000'000'000;
        until.tv_nsec = deadline % 1'000'000'000;
        limit = &until;
    }
    // The bitset form takes an absolute monotonic deadline.
    syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, value, limit, nullptr,
            FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(std::atomic<std::uint32_t>& word) noexcept {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

Goroutine* adopt_thread() noexcept {
    Adopted& adopted = tls_adopted;
    if (adopted.goroutine == nullptr) {
        Goroutine* block = take_goroutine();
        block->name = "thread";
        block->spawned_at = {};
        block->ambient = {};
        std::construct_at(&block->begun);
        block->no_park = 0;
        block->thread = &adopted.park;
        block->stack = {};
        block->off.store(false, std::memory_order_relaxed);
        block->life.store(Life::alive, std::memory_order_release);
        adopted.goroutine = block;
    }
    return adopted.goroutine;
}

void park_thread(Goroutine* me, void (*release)(void*) noexcept, void* arg) noexcept {
    ThreadPark& park = *me->thread;
    Gathered::let_go();
    publish(&me->wake);
    me->off.store(true, std::memory_order_release);
    if (release != nullptr) release(arg);
    while (park.awake.load(std::memory_order_acquire) == 0)
        futex_wait(park.awake, 0, TimerHeap::never);
    // One wake for each wait: it may have come before, but never a second one.
    park.awake.store(0, std::memory_order_relaxed);
    me->off.store(false, std::memory_order_relaxed);
}

void wake_thread(Goroutine* goroutine) noexcept {
    // The thread may end as soon as it sees the flag; the futex word is then somebody else's
    // memory, and a wake there is a spurious one that every futex user must bear.
    std::atomic<std::uint32_t>& awake = goroutine->thread->awake;
    awake.store(1, std::memory_order_release);
    futex_wake(awake);
}

void yield_thread() noexcept {
    sched_yield();
}

}  // namespace weft::inline abi1::detail
