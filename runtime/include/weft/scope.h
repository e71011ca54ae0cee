// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <concepts>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/detail/task_limit.h"
#include "weft/detail/task_owner.h"
#include "weft/ensure.h"

namespace weft::inline abi1 {

class Scope;

/// What a scope() may be told beside its body.
struct ScopeOptions {
    /// How many of its goroutines may run at once: go() waits for a place, as Go's errgroup with
    /// SetLimit. 0: as many as there are.
    std::size_t limit = 0;
    /// Receives the exceptions that came after the one that scope() throws, in order.
    std::vector<std::exception_ptr>* suppressed = nullptr;
};

namespace detail {
template <class Body>
std::invoke_result_t<Body&, Scope&> run_scope(Body& body, const ScopeOptions& options,
                                              const std::source_location& where);
}  // namespace detail

/// A goroutine that was started, to wait for its result. Dropping it is fine: the scope waits for
/// the goroutine anyway.
template <class R>
class Task {
  public:
    Task(Task&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        Task taken(std::move(other));
        std::swap(state_, taken.state_);
        return *this;
    }
    ~Task() {
        if (state_ != nullptr && state_->release()) delete state_;
    }

    /// Waits for the end and gives the result, once.
    ///
    /// Errors:   what the goroutine threw, Cancelled included, is thrown again here.
    /// Cancels:  throws Cancelled; the goroutine goes on, and join() may be called again.
    /// Ordering: all the goroutine did is visible.
    R join(const std::source_location& where = std::source_location::current()) {
        ENSURE(state_ != nullptr, "a Task was joined twice or after it was moved from");
        state_->wait(where);
        Task ended(std::move(*this));
        if constexpr (!std::is_void_v<R>) return std::move(*ended.state_->value);
    }

  private:
    friend class Scope;
    explicit Task(detail::TypedTaskState<R>* state) noexcept : state_(state) {}
    detail::TypedTaskState<R>* state_;
};

/// Owns goroutines for the time of a scope(). Lives in that frame; neither moved nor copied.
class Scope final : detail::TaskOwner {
  public:
    /// Starts `f` as a goroutine of this scope. Its context is the scope's: a timeout() around the
    /// call to go() does not reach it.
    ///
    /// Shape:    `name` (a literal) appears in reports. The body's captures are destroyed before
    ///           anybody sees its end.
    /// Errors:   an exception cancels the siblings and leaves scope() once all have ended.
    /// Blocks:   while ScopeOptions::limit goroutines run; then it is a cancellation point.
    /// Ordering: all done before go() is visible to `f`.
    template <std::invocable F>
    Task<std::invoke_result_t<F&>> go(
        F f, const std::source_location& where = std::source_location::current()) {
        return go(nullptr, std::move(f), where);
    }
    template <std::invocable F>
    Task<std::invoke_result_t<F&>> go(
        const char* name, F f,
        const std::source_location& where = std::source_location::current()) {
        using R = std::invoke_result_t<F&>;
        static_assert(!std::is_reference_v<R>, "a task's result is a value");
        return Task<R>(detail::start_task<R>(*this, name, where, std::move(f), true));
    }

    /// Ends the scope's context: whatever waits in it is cancelled. No error of its own.
    void cancel(const std::source_location& where = std::source_location::current()) noexcept {
        node_.cancel(EndReason::cancelled, where);
    }

  private:
    template <class Body>
    friend std::invoke_result_t<Body&, Scope&> detail::run_scope(Body&, const ScopeOptions&,
                                                                 const std::source_location&);

    Scope(const ScopeOptions& options, const std::source_location& where);
    ~Scope() = default;
    void body_threw(detail::TaskEnd end) noexcept;
    /// Joins, leaves the context and throws what has to be thrown.
    void finish(bool has_result);
    void join() noexcept;

    void admit(const std::source_location& where) override {
        if (limit_) limit_->enter(where);
    }
    void task_started() noexcept override;
    void task_ended_early(detail::TaskEnd end, const std::exception_ptr& error) noexcept override;
    void task_done() noexcept override;

    const std::source_location where_;
    std::atomic<std::size_t> pending_{1};  // the body is one of them
    detail::Ticket joiner_;
    detail::SpinLock lock_;
    std::exception_ptr first_error_;
    std::vector<std::exception_ptr>* const suppressed_;
    std::optional<detail::TaskLimit> limit_;
    std::atomic<bool> something_cancelled_{false};
    bool body_cancelled_ = false;
    detail::Link link_;
    std::optional<detail::Entered> entered_;
};

template <class Body>
std::invoke_result_t<Body&, Scope&> detail::run_scope(Body& body, const ScopeOptions& options,
                                                      const std::source_location& where) {
    using R = std::invoke_result_t<Body&, Scope&>;
    static_assert(!std::is_reference_v<R>, "a scope's result is a value");
    Scope s(options, where);
    std::optional<std::conditional_t<std::is_void_v<R>, bool, R>> result;
    try {
        if constexpr (std::is_void_v<R>) {
            body(s);
            result.emplace(true);
        } else {
            result.emplace(body(s));
        }
    } catch (const Cancelled&) {
        s.body_threw(detail::TaskEnd::cancelled);
    } catch (...) {
        s.body_threw(detail::TaskEnd::failed);
    }
    s.finish(result.has_value() || std::is_void_v<R>);
    if constexpr (!std::is_void_v<R>) return std::move(*result);
}

/// Runs `body(Scope&)` and returns when it and everything it started have ended.
///
/// Shape:   the body's result.
/// Errors:  the first exception, of the body or of a goroutine, unchanged; the others are cancelled
///          as soon as it happens, and joined first.
/// Blocks:  the goroutine, never its thread.
/// Cancels: a cancel from outside reaches all of them; Cancelled goes on once they have ended.
///          After Scope::cancel() a body without result just returns.
/// Source:  structured concurrency (Trio's nurseries); Go package golang.org/x/sync/errgroup.
/// Example: runtime/examples/pipeline.cpp
template <class Body>
std::invoke_result_t<Body&, Scope&> scope(
    Body&& body, const std::source_location& where = std::source_location::current()) {
    return detail::run_scope(body, ScopeOptions{}, where);
}
template <class Body>
std::invoke_result_t<Body&, Scope&> scope(
    const ScopeOptions& options, Body&& body,
    const std::source_location& where = std::source_location::current()) {
    return detail::run_scope(body, options, where);
}

namespace detail {
template <class F>
void go_here(const char* name, const std::source_location& where, F&& f) {
    ContextNode* node = current_node();
    ENSURE(node != nullptr && node->owner_ != nullptr, "go() outside any scope");
    start_task<void>(*node->owner_, name, where, std::forward<F>(f), false);
}
}  // namespace detail

/// Starts `f` in the innermost owner in force: the scope(), WaitGroup, TaskSet or detached work
/// that the caller runs in. It ends with that owner, not with the block that called go().
template <std::invocable F>
void go(const char* name, F f,
        const std::source_location& where = std::source_location::current()) {
    detail::go_here(name, where, std::move(f));
}
template <std::invocable F>
void go(F f, const std::source_location& where = std::source_location::current()) {
    detail::go_here(nullptr, where, std::move(f));
}

}  // namespace weft::inline abi1
