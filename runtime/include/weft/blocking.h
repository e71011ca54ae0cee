// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "weft/detail/park.h"
#include "weft/ensure.h"
#include "weft/no_park.h"

namespace weft::inline abi1 {

namespace detail {

/// A call that waits for a real thread. Lives in the caller's frame until it is done.
struct Job {
    void (*run)(Job*) = nullptr;
    const char* what = nullptr;
    Job* next = nullptr;
    Ticket ticket;
    bool done = false;     // under the pool's lock
    bool started = false;  // under the pool's lock
};
enum class Ran { yes, withdrawn };
Ran run_on_pool(Job& job, std::source_location where);

template <class F>
struct JobOf : Job {
    using R = std::invoke_result_t<F&>;
    F* function = nullptr;
    std::exception_ptr thrown;
    std::optional<std::conditional_t<std::is_void_v<R>, char, R>> result;

    explicit JobOf(F& f) : function(&f) {
        run = [](Job* job) {
            auto* me = static_cast<JobOf*>(job);
            try {
                if constexpr (std::is_void_v<R>)
                    (*me->function)();
                else
                    me->result.emplace((*me->function)());
            } catch (...) {
                me->thrown = std::current_exception();
            }
        };
    }
    R take() {
        if (thrown) std::rethrow_exception(thrown);
        if constexpr (!std::is_void_v<R>) {
            ENSURE(result.has_value(), "a call on a real thread ended without a value");
            return std::move(*result);
        }
    }
};

[[noreturn]] void throw_cancelled();

}  // namespace detail

/// Runs `f` on a real thread with a real stack, for calls that would block their thread (files, C
/// libraries, hashing).
///
/// Shape:   what f returns or throws. `what` names the call in dumps.
/// Blocks:  the goroutine, not its worker. At most Options::blocking_max run at once; further ones
///          queue. From a plain thread f simply runs there. f may not park: it is on no goroutine.
/// Cancels: a call that still queues is withdrawn, and Cancelled thrown; one that has started is
///          waited for.
/// Source:  Go, system calls and cgo, which leave their processor to others unasked.
template <class F>
auto blocking(const char* what, F f, std::source_location where = std::source_location::current()) {
    detail::JobOf<F> job(f);
    job.what = what;
    if (detail::run_on_pool(job, where) == detail::Ran::withdrawn) detail::throw_cancelled();
    return job.take();
}

namespace detail {

class Worker;

/// While it lives the running goroutine may hold its worker up, and may not park.
class HoldsUp {
  public:
    HoldsUp();  // throws Cancelled
    ~HoldsUp();
    HoldsUp(const HoldsUp&) = delete;
    HoldsUp& operator=(const HoldsUp&) = delete;

  private:
    Worker* const worker_;
    NoPark no_park_;
};

}  // namespace detail

/// Runs `f` right here, for calls that could block their thread but nearly always take
/// microseconds, such as a question to a database in memory: going to another thread and back costs
/// more.
///
/// Shape:   what f returns or throws. It has the goroutine's own stack.
/// Blocks:  the worker. Once f has taken 2 to 4 ms a spare worker goes on with the others; what is
///          known to take longer belongs into blocking(). f may not park.
/// Cancels: before f starts; f itself runs to its end.
template <class F>
auto blocking_here(F f) {
    const detail::HoldsUp here;
    return f();
}

/// One thread of its own, for libraries that insist on being called from the same thread.
///
/// Source: Go package runtime, LockOSThread.
class PinnedThread {
  public:
    /// `name` (a literal) is the thread's, and appears in dumps with whoever waits for it.
    explicit PinnedThread(const char* name);
    ~PinnedThread();  ///< ends the thread when the calls before have run
    PinnedThread(const PinnedThread&) = delete;
    PinnedThread& operator=(const PinnedThread&) = delete;

    /// Runs `f` there, after the calls made before.
    ///
    /// Shape:   what f returns or throws.
    /// Blocks:  the caller (goroutine or thread) until f has run.
    /// Cancels: not: f is waited for, as it may use what is in the caller's frame.
    template <class F>
    auto call(F f, std::source_location where = std::source_location::current()) {
        detail::JobOf<F> job(f);
        job.what = name_;
        submit_and_wait(job, where);
        return job.take();
    }

    /// Runs `f` there, after the calls made before, without waiting for it.
    void post(std::function<void()> f);

  private:
    struct State;
    void submit_and_wait(detail::Job& job, std::source_location where);
    const char* name_;
    std::unique_ptr<State> state_;
};

}  // namespace weft::inline abi1
