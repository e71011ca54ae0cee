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
        return report_deadlock(false);
    }
    // They fire elsewhere; but then somebody must look again whether all is quiet.
    deadline = std::min(deadline, thread_timers().earliest());
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
    const bool look_again = anything_queued() || stopping.load(std::memory_order_seq_cst) ||
                            earliest_timer() < deadline || surplus(me);
    if (look_again || all_quiet()) {
        // Counted between two looks: a thread that has ended by the second has left whom it woke in
        // the queues.
        const bool others_may_wake = !look_again && foreign_threads() > 0;
        const bool stuck = !look_again && all_quiet();
        forget_sleeper(me);
        if (stuck) report_deadlock(others_may_wake);
        return;
    }
    if (poll_here) {
        const auto now = machine_now();
        poller.poll(deadline == TimerHeap::never ? -1 : std::max<std::int64_t>(0, deadline - now));
    } else {
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
    return earliest_timer() == TimerHeap::never && thread_timers().earliest() == TimerHeap::never &&
           poller.waiting() == 0 && blocking_active.load(std::memory_order_seq_cst) == 0 &&
           pinned_calls().load(std::memory_order_seq_cst) == 0 &&
           (sim || outside_wakers().load(std::memory_order_seq_cst) == 0) && !main_has_ended() &&
           !anything_queued();
}

void Runtime::report_deadlock(bool others_may_wake) noexcept {
    if (others_may_wake) {
        std::lock_guard lock(idle_mutex_);
        if (deadlock_said_) return;
        deadlock_said_ = true;
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
}

}  // namespace weft::inline abi1::detail
