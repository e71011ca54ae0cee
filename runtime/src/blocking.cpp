// SPDX-License-Identifier: Apache-2.0
#include "weft/blocking.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "weft/detail/step.h"
#include "weft/ensure.h"

#include "runtime/src/blocking_pool.h"
#include "runtime/src/no_deadline.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1::detail {

// Real threads for calls that block. Threads are started when a call would have to wait and there
// are fewer than the maximum, and end after a while without work.
BlockingPool::~BlockingPool() {
    std::vector<std::thread> threads;
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
        threads.swap(threads_);
    }
    work_.notify_all();
    for (auto& thread : threads) thread.join();
}

void BlockingPool::submit(Job& job) {
    std::lock_guard lock(mutex_);
    job.next = nullptr;
    (tail_ != nullptr ? tail_->next : head_) = &job;
    tail_ = &job;
    ++queued_;
    if (idle_ < queued_ && threads_.size() < maximum_) {
        runtime_.helper_threads.fetch_add(1);
        threads_.emplace_back([this] { serve(); });
    } else {
        work_.notify_one();
    }
}

void BlockingPool::unlink(Job& job) {
    Job* before = nullptr;
    for (Job* at = head_; at != nullptr; before = at, at = at->next) {
        if (at != &job) continue;
        (before != nullptr ? before->next : head_) = at->next;
        if (tail_ == at) tail_ = before;
        --queued_;
        return;
    }
}

void BlockingPool::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        work_.wait(lock, [this] { return head_ != nullptr || ending_; });
        --idle_;
        if (head_ == nullptr) break;
        Job* job = head_;
        head_ = job->next;
        if (head_ == nullptr) tail_ = nullptr;
        --queued_;
        job->started = true;
        lock.unlock();
        observe(job);
        job->run(job);
        publish(job);
        lock.lock();
        // The caller's frame, and the job in it, may go as soon as this lock is released.
        job->done = true;
        const Ticket ticket = job->ticket;
        lock.unlock();
        if (claim(ticket)) ready(ticket.goroutine);  // else it was interrupted, and sees `done`
        runtime_.blocking_active.fetch_sub(1, std::memory_order_seq_cst);
        lock.lock();
    }
    runtime_.helper_threads.fetch_sub(1);
}

Ran BlockingPool::interrupted(Job& job, const WaitNote& note) {
    {
        std::unique_lock lock(mutex_);
        if (job.done) return Ran::yes;
        if (!job.started) {
            unlink(job);
            runtime_.blocking_active.fetch_sub(1, std::memory_order_seq_cst);
            return Ran::withdrawn;
        }
        job.ticket = arm(note, Interrupt::never);
    }
    park();
    return Ran::yes;
}

Ran run_on_pool(Job& job, std::source_location where) {
    Worker* worker = this_worker();
    if (worker != nullptr && worker->runtime.options.require_deadline != RequireDeadline::off)
        expect_deadline("waits for blocking call \"" + std::string(job.what) + '"',
                        "the call never return", where);
    if (worker == nullptr || worker->runtime.sim) {
        // A plain thread may block itself; the simulator's blocking calls take no virtual time.
        step();
        job.run(&job);
        step();
        return Ran::yes;
    }
    Runtime& runtime = worker->runtime;
    const Ambient& context = ambient(self());
    if (context.cancelled != nullptr && context.cancelled->load(std::memory_order_acquire))
        return Ran::withdrawn;
    runtime.blocking_active.fetch_add(1, std::memory_order_seq_cst);
    const WaitNote note{WaitKind::blocking, &job, job.what, where};
    job.ticket = arm(note);
    publish(&job);
    runtime.blocking().submit(job);
    if (park() == Woke::interrupted && runtime.blocking().interrupted(job, note) == Ran::withdrawn)
        return Ran::withdrawn;
    observe(&job);
    return Ran::yes;
}

}  // namespace weft::inline abi1::detail
