// SPDX-License-Identifier: Apache-2.0
// One running weft: its workers, and what they share.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "weft/options.h"

#include "runtime/src/blocking_pool.h"
#include "runtime/src/once_per_site.h"
#include "runtime/src/poller.h"
#include "runtime/src/sim_driver.h"
#include "runtime/src/stuck.h"
#include "runtime/src/watchman.h"
#include "runtime/src/workers.h"

namespace weft::inline abi1::detail {

class Runtime {
  public:
    explicit Runtime(const Options& options, std::unique_ptr<SimDriver> sim = nullptr);
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// Runs `body` as goroutine "main" on the calling thread (which becomes worker 0) and the other
    /// workers; returns when it has ended and nothing is left. 0, or 1: goroutines were left after
    /// the grace, or 2: deadlock.
    int run(const Body& body, void* closure);

    static Runtime* current() noexcept;  ///< the one that runs, or null
    static std::uint32_t next_number() noexcept;

    const Options options;
    const std::uint32_t number = next_number();  ///< of the runs of this process, from 1
    std::unique_ptr<SimDriver> sim;              ///< null: real time and real choices
    const unsigned base_workers;                 ///< as many as were asked for
    Workers workers;                             ///< and behind them the spares
    Poller poller;
    std::atomic<std::uint32_t> blocking_active{
        0};  ///< calls on other threads that will wake somebody
    std::atomic<std::uint32_t> helper_threads{0};  ///< our own threads that are not workers
    std::atomic<bool> stopping{false};
    OncePerSite likely_circles;  ///< reported already
    OncePerSite late_adds;       ///< likewise
    OncePerSite no_deadlines;    ///< likewise

    /// Hands a goroutine to any worker; from any thread.
    void inject(Goroutine* goroutine) noexcept;
    /// A list of so many, linked by `next`; not in the simulator.
    void inject(Goroutine* first, Goroutine* last, std::uint32_t count) noexcept;
    Goroutine* take_injected(const Worker& by) noexcept;
    bool has_injected() const noexcept {
        return injected_count_.load(std::memory_order_acquire) != 0;
    }

    /// Something became runnable: wakes a sleeping worker unless one is looking already.
    void wake_one() noexcept {
        if (sleepers_.load(std::memory_order_seq_cst) == 0 ||
            spinning_.load(std::memory_order_seq_cst) != 0)
            return;
        wake_sleeper();
    }
    void wake_all() noexcept;
    /// Sleeps until woken, until `deadline`, or until there is I/O.
    void sleep(Worker& worker, std::int64_t deadline) noexcept;
    bool try_spin() noexcept {
        int none = 0;
        return spinning_.compare_exchange_strong(none, 1, std::memory_order_seq_cst);
    }
    void stop_spin() noexcept { spinning_.store(0, std::memory_order_seq_cst); }
    std::int64_t sleep_deadline() const noexcept {
        return sleep_deadline_.load(std::memory_order_acquire);
    }

    void main_ended() noexcept;
    bool main_has_ended() const noexcept { return main_ended_.load(std::memory_order_acquire); }
    void spawned_elsewhere() noexcept { foreign_live_.fetch_add(1, std::memory_order_relaxed); }
    std::int64_t live() const noexcept;
    /// After main: stops when nothing is left, or when the grace is over. Returns when to look
    /// again, or `never`.
    std::int64_t check_end(std::int64_t now) noexcept;
    void stop(int code) noexcept;
    std::int64_t earliest_timer() const noexcept;
    /// One more worker, without a thread.
    Worker& add_worker();
    /// Whether this is a spare worker that is no longer needed: it hands over what it has and ends.
    bool surplus(const Worker& worker) const noexcept {
        return worker.index >= base_workers && watchman_->surplus(worker);
    }
    /// A spare gets a thread (1), or has none any longer (-1).
    void count_thread(int change) noexcept;
    unsigned spares() const noexcept { return started_.load() - base_workers; }
    bool all_asleep() const noexcept {
        return sleepers_.load(std::memory_order_seq_cst) ==
               started_.load(std::memory_order_seq_cst);
    }
    BlockingPool& blocking();  ///< made at the first call
    /// Threads of this process that weft did not start.
    std::size_t foreign_threads() const noexcept;

  private:
    void wake_sleeper() noexcept;
    void wake(Worker& worker) noexcept;
    void forget_sleeper(Worker& worker) noexcept;
    bool all_quiet() noexcept;
    bool judge_quiet() noexcept;
    /// False: it has been said before.
    bool report_deadlock(bool others_may_wake) noexcept;
    bool anything_queued() const noexcept;

    std::mutex injected_mutex_;
    Goroutine* injected_head_ = nullptr;
    Goroutine* injected_tail_ = nullptr;
    std::atomic<std::uint32_t> injected_count_{0};

    std::mutex idle_mutex_;
    std::vector<Worker*> asleep_;
    std::atomic<std::uint32_t> sleepers_{0};
    std::atomic<unsigned> started_;  // workers that have a thread, or are about to
    std::atomic<int> spinning_{0};
    std::atomic<std::int64_t> sleep_deadline_{0};
    bool likely_said_ = false;
    bool proven_said_ = false;

    std::atomic<bool> main_ended_{false};
    std::atomic<bool> survivors_said_{false};
    std::int64_t grace_until_ = 0;
    std::atomic<std::int64_t> foreign_live_{0};
    std::atomic<int> code_{0};
    std::vector<std::thread> threads_;
    std::once_flag blocking_once_;
    std::unique_ptr<BlockingPool> blocking_;
    std::unique_ptr<Watchman> watchman_;  // null: nobody watches, and there are no spares
    std::unique_ptr<StuckWatch> stuck_;   // null: likewise
};

/// How many PinnedThreads there are.
std::atomic<std::size_t>& pinned_threads() noexcept;
/// Calls on them that have not ended: whoever runs one may wake goroutines.
std::atomic<std::size_t>& pinned_calls() noexcept;
/// How many OutsideWakers there are.
std::atomic<std::size_t>& outside_wakers() noexcept;

/// The simulated run that the caller is in, or null.
SimDriver* this_simulation() noexcept;

/// Monotonic nanoseconds; virtual in the simulator.
std::int64_t monotonic_now() noexcept;
/// Monotonic nanoseconds of the machine.
std::int64_t machine_now() noexcept;

}  // namespace weft::inline abi1::detail
