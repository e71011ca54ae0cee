// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <source_location>
#include <string_view>
#include <utility>

#include "weft/detail/task_owner.h"
#include "weft/result.h"
#include "weft/time.h"

namespace weft::inline abi1 {

/// Owns background work for as long as it lives: a field of a server. Keeps the values of the
/// context it is made in, but no deadline and no cancel: work started by a request outlives the
/// request.
class TaskSet final : detail::TaskOwner {
  public:
    /// `name` (a literal) appears in reports.
    explicit TaskSet(const char* name,
                     const std::source_location& where = std::source_location::current());
    /// Cancels what still runs and waits for it, shielded.
    ~TaskSet();

    /// Starts `f`. From anywhere, also from its own tasks.
    ///
    /// Errors: an exception that leaves a task is written to standard error; the others go on, and
    ///         drain() answers the first one.
    template <std::invocable F>
    void go(const char* name, F f,
            const std::source_location& where = std::source_location::current()) {
        detail::start_task<void>(*this, name, where, std::move(f), false);
    }

    /// Cancels the tasks, present and future.
    void cancel(const std::source_location& where = std::source_location::current()) noexcept {
        node_.cancel(EndReason::cancelled, where);
    }

    /// Waits until all tasks have ended; those that have not after `limit` are cancelled and waited
    /// for.
    ///
    /// Errors:  timeout/drain when tasks had to be cancelled; internal/task-failed when one threw.
    /// Blocks:  the goroutine; longer than `limit` only as long as cancelled tasks take to end.
    /// Cancels: throws Cancelled.
    Result<void> drain(Duration limit,
                       const std::source_location& where = std::source_location::current());

    std::size_t size() const noexcept { return running_.count(); }
    const char* name() const noexcept { return name_; }

  private:
    void task_started() noexcept override { running_.add(); }
    void task_ended_early(detail::TaskEnd end, const std::exception_ptr& error) noexcept override;
    void task_done() noexcept override { running_.done(); }
    detail::WaitNote note(const std::source_location& where) const noexcept;

    const char* name_;
    detail::Countdown running_;
    detail::SpinLock lock_;
    std::exception_ptr first_error_;
};

}  // namespace weft::inline abi1
