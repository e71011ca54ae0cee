// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>

#include "weft/blocking.h"
#include "weft/ensure.h"

#include "runtime/src/runtime.h"

namespace weft::inline abi1 {

namespace detail {
std::atomic<std::size_t>& pinned_threads() noexcept {
    static std::atomic<std::size_t> count{0};
    return count;
}

std::atomic<std::size_t>& pinned_calls() noexcept {
    static std::atomic<std::size_t> count{0};
    return count;
}

namespace {
bool simulated() noexcept {
    Worker* worker = this_worker();
    return worker != nullptr && worker->runtime.sim;
}

}  // namespace
}  // namespace detail

struct PinnedThread::State {
    std::mutex mutex;
    std::condition_variable work;
    std::deque<std::function<void()>> calls;
    bool ending = false;
    std::thread thread;

    void serve(const char* name) {
        pthread_setname_np(pthread_self(), name);
        std::unique_lock lock(mutex);
        for (;;) {
            work.wait(lock, [this] { return !calls.empty() || ending; });
            if (calls.empty()) return;
            auto call = std::move(calls.front());
            calls.pop_front();
            lock.unlock();
            call();
            call = nullptr;
            detail::pinned_calls().fetch_sub(1);
            lock.lock();
        }
    }
    void add(std::function<void()> call) {
        detail::pinned_calls().fetch_add(1);
        {
            std::lock_guard lock(mutex);
            ENSURE(!ending, "a call to a PinnedThread that is being destroyed");
            calls.push_back(std::move(call));
        }
        work.notify_one();
    }
};

PinnedThread::PinnedThread(const char* name) : name_(name), state_(std::make_unique<State>()) {
    detail::pinned_threads().fetch_add(1);
    state_->thread = std::thread([state = state_.get(), name] { state->serve(name); });
}

PinnedThread::~PinnedThread() {
    {
        std::lock_guard lock(state_->mutex);
        state_->ending = true;
    }
    state_->work.notify_one();
    state_->thread.join();
    detail::pinned_threads().fetch_sub(1);
}

void PinnedThread::submit_and_wait(detail::Job& job, std::source_location where) {
    using namespace detail;
    if (simulated()) return job.run(&job);
    job.ticket = arm({WaitKind::blocking, this, job.what, where}, Interrupt::never);
    publish(&job);
    state_->add([&job] {
        observe(&job);
        job.run(&job);
        // The caller's frame, and the job in it, may go as soon as the claim is won.
        const Ticket ticket = job.ticket;
        publish(&job);
        const bool won = claim(ticket);
        ENSURE(won, "a pinned call's waiter was woken by somebody else");
        ready(ticket.goroutine);
    });
    park();
    observe(&job);
}

void PinnedThread::post(std::function<void()> f) {
    if (detail::simulated()) return f();
    state_->add(std::move(f));
}

}  // namespace weft::inline abi1
