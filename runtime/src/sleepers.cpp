// SPDX-License-Identifier: Apache-2.0
// Sleeping and waking of workers. A sleeper publishes that it sleeps and then looks for work once
// more; a waker publishes the work and then looks for sleepers: one of the two sees the other. The
// last worker to fall asleep, with nothing that could ever wake one, is looking at a deadlock.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "runtime/src/asymmetric_fence.h"
#include "runtime/src/report.h"
#include "runtime/src/runtime.h"
#include "runtime/src/thread_park.h"
#include "runtime/src/thread_timers.h"

namespace weft::inline abi1::detail {

namespace {
// While only plain threads and their timers could wake somebody: how often it asks whether there
// still are any.
constexpr std::int64_t threads_may_end = 100'000'000;  // ns
}  // namespace

bool Runtime::anything_queued() const noexcept {
    if (has_injected()) return true;
    for (const auto& worker : workers)
        if (worker->slot.load(std::memory_order_relaxed) != nullptr || !worker->ring.empty() ||
            !worker->fresh.empty())
            return true;
    return false;
}

void Runtime::sleep(Worker& me, std::int64_t deadline) noexcept {
    if (sim) {
        // One worker, nothing runnable, no timer: nothing will ever happen again.
        if (main_has_ended() && live() == 0) return stop(0);
        report_deadlock(false);
        return;
    }
    bool poll_here = false;
    {
        std::lock_guard lock(idle_mutex_);
        // One that was just told to wake still counts: two in the poller would share one wake-up
        // call, and whoever reads it leaves the other asleep where nobody looks for it.
        const bool somebody_polls =
            std::any_of(workers.begin(), workers.end(), [](const auto& w) { return w->polling; });
        poll_here = !somebody_polls;
        me.polling = poll_here;
        me.futex.store(0, std::memory_order_relaxed);
        asleep_.push_back(&me);
        sleep_deadline_.store(asleep_.size() == 1 ? deadline
                                                  : std::max(sleep_deadline_.load(), deadline));
        sleepers_.fetch_add(1, std::memory_order_seq_cst);
    }
    // Whoever makes something runnable passes no fence before it looks for sleepers.
    heavy_fence();
    bool rest = !anything_queued() && !stopping.load(std::memory_order_seq_cst) &&
                earliest_timer() >= deadline && !surplus(me);
    if (rest && all_quiet()) {
        rest = !judge_quiet();
        deadline = machine_now() + threads_may_end;
    }
    if (rest && poll_here) {
        const auto now = machine_now();
        poller.poll(deadline == TimerHeap::never ? -1 : std::max<std::int64_t>(0, deadline - now));
    } else if (rest) {
        futex_wait(me.futex, 0, deadline);
    }
    forget_sleeper(me);
}

void Runtime::forget_sleeper(Worker& worker) noexcept {
    {
        std::lock_guard lock(idle_mutex_);
        const auto at = std::find(asleep_.begin(), asleep_.end(), &worker);
        if (at != asleep_.end()) {
            asleep_.erase(at);
            sleepers_.fetch_sub(1, std::memory_order_seq_cst);
        }
        worker.polling = false;
    }
    watchman_->rouse();
}

void Runtime::wake(Worker& worker) noexcept {
    if (worker.polling) {
        poller.interrupt();
    } else {
        worker.futex.store(1, std::memory_order_release);
        futex_wake(worker.futex);
    }
}

void Runtime::wake_sleeper() noexcept {
    std::lock_guard lock(idle_mutex_);
    if (asleep_.empty()) return;
    // Rather one that does not poll: the poller is of use where it is.
    auto chosen =
        std::find_if(asleep_.begin(), asleep_.end(), [](Worker* w) { return !w->polling; });
    if (chosen == asleep_.end()) chosen = asleep_.begin();
    Worker* worker = *chosen;
    asleep_.erase(chosen);
    sleepers_.fetch_sub(1, std::memory_order_seq_cst);
    wake(*worker);
}

void Runtime::wake_all() noexcept {
    std::lock_guard lock(idle_mutex_);
    for (Worker* worker : asleep_) wake(*worker);
    asleep_.clear();
    sleepers_.store(0, std::memory_order_seq_cst);
}

void Runtime::count_thread(int change) noexcept {
    std::lock_guard lock(idle_mutex_);
    started_.fetch_add(static_cast<unsigned>(change), std::memory_order_seq_cst);
}

// Whether nothing in this process can ever make a goroutine runnable again. Under the lock nobody
// wakes and no spare comes or goes: else all could be seen at rest, one after the other, while each
// was at work when another was looked at.
bool Runtime::all_quiet() noexcept {
    std::lock_guard lock(idle_mutex_);
    if (!all_asleep()) return false;
    // Another thread queues a goroutine first and is no longer counted then: so the queues last.
    return earliest_timer() == TimerHeap::never && poller.waiting() == 0 &&
           blocking_active.load(std::memory_order_seq_cst) == 0 &&
           pinned_calls().load(std::memory_order_seq_cst) == 0 &&
           (sim || outside_wakers().load(std::memory_order_seq_cst) == 0) && !main_has_ended() &&
           !anything_queued();
}

// All was quiet just now. True: something came of it, and the caller goes on instead of sleeping.
bool Runtime::judge_quiet() noexcept {
    if (thread_timers().earliest() != TimerHeap::never) return false;
    const bool others_may_wake = foreign_threads() > 0;
    // A thread or a timer may have woken somebody after the look at the queues, and ended before it
    // was counted.
    if (!all_quiet()) return true;
    return report_deadlock(others_may_wake) || !others_may_wake;
}

bool Runtime::report_deadlock(bool others_may_wake) noexcept {
    {
        std::lock_guard lock(idle_mutex_);
        auto& said = others_may_wake ? likely_said_ : proven_said_;
        if (said) return false;
        said = true;
    }
    Report report;
    report.certainty = others_may_wake ? Certainty::likely : Certainty::proven;
    report.finding = Finding::deadlock;
    report.sentence = others_may_wake
                          ? "all goroutines are asleep, and only a thread that weft did not start "
                            "could wake one"
                          : "all goroutines are asleep, and nothing is left that could wake one";
    add_all_goroutines(report);
    if (options.on_report || !options.on_deadlock) tell(report, Action::report);
    if (options.on_deadlock) {
        options.on_deadlock(report.text());
        if (!others_may_wake) stop(2);
    } else if (!others_may_wake) {
        if (options.on_report) std::fputs(report.text().c_str(), stderr);  // as with all that ends
        std::_Exit(2);
    }
    return true;
}

}  // namespace weft::inline abi1::detail
