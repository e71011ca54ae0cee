// SPDX-License-Identifier: Apache-2.0
// A worker: one thread that runs goroutines. All fields are the owner's unless they are atomic.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <sys/types.h>
#include <vector>

#include "runtime/src/fiber.h"
#include "runtime/src/goroutine.h"
#include "runtime/src/owner_gate.h"
#include "runtime/src/run_queue.h"
#include "runtime/src/timer_heap.h"

namespace weft::inline abi1::detail {

class Runtime;
class TraceRing;  // trace_recorder.h

struct GoroutineCache {
    Goroutine* free = nullptr;
    std::size_t count = 0;
    std::uint64_t next_id = 0;
    std::uint64_t ids_left = 0;
};
void drop_goroutine_cache(GoroutineCache& cache) noexcept;

/// What has to be done for the goroutine that was left, once its stack is no longer in use.
enum class After : std::uint8_t { nothing, park, yield, step_aside, exit };

/// So many spawned goroutines may wait before the spawner steps aside for each further one.
inline constexpr std::uint32_t fresh_max = 256;
using ReadyQueue = RunQueue<256>;
using FreshQueue = RunQueue<2 * fresh_max>;  // and the spawners that have stepped aside

/// What a thief remembers of a victim: only what has really waited may be taken.
struct Sight {
    std::int64_t when = 0;  ///< 0: nothing noted
    std::uint32_t ring_end = 0;
    std::uint32_t fresh_oldest = 0;
    std::uint32_t fresh_end = 0;
    Goroutine* slot = nullptr;
    std::uint32_t tick = 0;
    std::uint32_t seen_tick = 0;  ///< at the last question whether it runs
};

/// Whether robbing others pays, judged by what became of the last goroutines stolen: a thief who
/// got only crumbs, or goroutines that at once waited for a lock, holds back longer each time.
class Loot {
  public:
    void taken(std::uint32_t goroutines, std::int64_t now) noexcept {
        count_ = goroutines;
        when_ = now;
        lock_waits_ = 0;
    }
    /// Once they have all run, or wait.
    void judge(std::int64_t now) noexcept;
    void met_lock_in_use() noexcept { ++lock_waits_; }

    /// How much longer than usual something must have waited before it is stolen: 1, 2, 4...
    unsigned patience() const noexcept { return 1U << unpaid_; }
    /// Whether that goes for a worker too who computes and does not come to its queue.
    bool quarrelled() const noexcept { return quarrelled_; }

  private:
    std::uint32_t count_ = 0;  ///< 0: all judged
    std::uint32_t lock_waits_ = 0;
    std::int64_t when_ = 0;
    unsigned unpaid_ = 0;
    bool quarrelled_ = false;
};

class Worker {
  public:
    Worker(Runtime& owner, unsigned number, bool keeps);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    Runtime& runtime;
    const unsigned index;
    /// Whether a readied goroutine runs where it was readied: not in the simulator, not where
    /// migration is forced.
    const bool keeps_readied;
    /// Whether that is all there is to do about one that is readied, spawned or left: not while a
    /// trace is made, either.
    std::atomic<bool> plain;
    Goroutine* current = nullptr;
    Goroutine* idle = nullptr;  ///< the thread's own stack, on which the idle loop runs
#if defined(WEFT_TSAN)
    void* nursery = nullptr;  ///< the fiber that makes fibers
#endif
    ExceptionState* exceptions = nullptr;

    After after = After::nothing;
    Goroutine* left = nullptr;
    void (*release)(void*) noexcept = nullptr;
    void* release_arg = nullptr;

    std::int64_t coarse = 0;  ///< coarse_now() of some slices ago

    alignas(64) std::atomic<std::uint32_t> tick{0};
    std::uint32_t slot_runs = 0;
    std::atomic<std::uint32_t> calls_here{0};  ///< begun and ended by blocking_here(): odd inside
    std::atomic<Goroutine*> slot{nullptr};     ///< the goroutine readied last: it runs next
    OwnerGate gate;                            ///< for slot, ring, fresh and trace
    ReadyQueue ring;                           ///< readied, first in, first out
    /// Spawned and not run yet: the owner takes the newest, so that stacks stay hot and a tree of
    /// spawns is walked depth first; thieves take the oldest.
    FreshQueue fresh;
    TraceRing* trace = nullptr;  ///< null: no trace is made
    TimerHeap timers;
    std::uint32_t misses = 0;  ///< looks in a row that found nothing while others were busy
    std::atomic<std::int64_t> live{0};    ///< goroutines started minus ended here
    std::atomic<std::uint32_t> futex{0};  ///< 0 while asleep
    bool polling = false;                 ///< asleep inside the poller; under Runtime's idle mutex
    std::uint64_t random = 0;
    std::int64_t last_poll = 0;
    std::int64_t last_maintained = 0;
    std::int64_t last_oldest = 0;  ///< when the oldest spawned goroutine was last preferred
    std::vector<Sight> sights;
    Loot loot;
    GoroutineCache goroutines;
    alignas(
        64) std::array<Stack, 64> stacks{};  ///< the same few all the time: none across two lines
    std::size_t stack_count = 0;
    pthread_t thread{};
    std::atomic<pid_t> tid{0};  ///< of its thread; 0: it has none

    /// The idle loop: runs goroutines until the runtime stops.
    void run() noexcept;

    /// The next goroutine of the local queues, prepared to run; null: the idle loop must look
    /// further. Takes no lock and runs no callback: the caller may hold a SpinLock.
    Goroutine* pick() noexcept;

    /// Leaves the running goroutine for `next` (null: the idle loop). Comes back when it is
    /// resumed.
    void leave(After what, void (*unlock)(void*) noexcept, void* arg, Goroutine* next) noexcept;

    /// In an exploration: lets the goroutine go on, or another in its place.
    void step() noexcept;

    /// Makes a goroutine run next here.
    void push(Goroutine* goroutine) noexcept;
    void push_behind(Goroutine* goroutine) noexcept;  ///< at the end of the queue
    void push_fresh(Goroutine* goroutine);

    /// Whether a yield would come straight back: then there is no need to leave. Now and then no,
    /// so that timers, I/O and other threads are looked after.
    bool alone() noexcept;

    std::uint64_t next_random() noexcept {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        return random;
    }

  private:
    void push_elsewhere(Goroutine* goroutine) noexcept;
    friend void arrive(Worker* worker) noexcept;
    Goroutine* pick_local() noexcept;
    Goroutine* next_queued(std::uint32_t now) noexcept;
    Goroutine* not_left_yet(Goroutine* goroutine) noexcept;
    Goroutine* overdue(std::int64_t now) noexcept;
    void hand_over() noexcept;
    void enter(Goroutine* goroutine) noexcept;
    void finish() noexcept;
    void give_stack_of(Goroutine* goroutine) noexcept;
    void take_stack_for(Goroutine* goroutine) noexcept;
    Goroutine* find_work() noexcept;
    void rest_in_simulation() noexcept;
    Goroutine* look_around() noexcept;
    Goroutine* steal_from(Worker& victim, std::int64_t now) noexcept;
    template <class Queue>
    Goroutine* take_half(Queue& from, std::uint32_t seen_end, Queue& to, OwnerGate& victims,
                         std::int64_t now) noexcept;
    bool has_waited(const Worker& victim, std::int64_t now) const noexcept;
    void note(Worker& victim, std::int64_t now) noexcept;
    bool others_run() noexcept;
    void maintain() noexcept;
    void look_for_io(std::int64_t now) noexcept;
};

/// Calls and destroys a goroutine's body; defined in spawn.cpp.
void run_body(Goroutine* goroutine) noexcept;

/// What this_worker() asks where it has no quick answer.
Worker* ask_worker() noexcept;

/// The calling thread's worker or null.
inline Worker* this_worker() noexcept {
#if defined(WEFT_READ_THREAD_LOCAL)
    Worker* worker = nullptr;
    WEFT_READ_THREAD_LOCAL("weft_abi1_worker", worker);
    return worker;
#else
    return ask_worker();
#endif
}
void set_this_worker(Worker* worker) noexcept;
/// Who runs on the calling thread, which is no worker's.
void set_running(Goroutine* goroutine) noexcept;

}  // namespace weft::inline abi1::detail
