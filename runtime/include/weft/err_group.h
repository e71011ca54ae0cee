// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/detail/task_limit.h"
#include "weft/detail/task_owner.h"
#include "weft/result.h"

namespace weft::inline abi1 {

/// Goroutines that work on one thing and fail together: the first error cancels the others. A
/// scope() does the same for exceptions; this is for functions that return Result<void>.
///
/// Source: Go package golang.org/x/sync/errgroup.
class ErrGroup final : detail::TaskOwner {
  public:
    /// `name` (a literal) appears in reports. At most `limit` goroutines run at once; 0: no bound.
    /// Their context is a child of the one it is made in.
    explicit ErrGroup(const char* name = nullptr, std::size_t limit = 0,
                      const std::source_location& where = std::source_location::current());
    /// Cancels what still runs and waits for it, shielded.
    ~ErrGroup();

    /// Starts `f`, which returns nothing or a Result<void>.
    ///
    /// Errors:  an error or exception of `f` cancels the others and comes out of wait().
    /// Blocks:  while `limit` goroutines run.
    /// Cancels: throws Cancelled while it waits for a place; then `f` has not been started.
    template <std::invocable F>
    void go(F f, const std::source_location& where = std::source_location::current()) {
        detail::start_task<void>(*this, name_, where, wrap(std::move(f)), false);
    }

    /// go(), only if that needs no waiting.
    template <std::invocable F>
    [[nodiscard]] bool try_go(F f,
                              const std::source_location& where = std::source_location::current()) {
        if (limit_ && !limit_->try_enter(where)) return false;
        detail::start_admitted<void>(*this, name_, where, wrap(std::move(f)), false);
        return true;
    }

    /// Ends the context of all of them.
    void cancel(const std::source_location& where = std::source_location::current()) noexcept {
        node_.cancel(EndReason::cancelled, where);
    }

    /// Waits until all have ended and gives the first error, unchanged.
    ///
    /// Errors:   if the first failure was an exception, it is thrown again here.
    /// Cancels:  throws Cancelled; the goroutines end by their own context.
    /// Ordering: all they did is visible.
    Result<void> wait(const std::source_location& where = std::source_location::current());

    /// The errors after the first, in order; an exception appears as internal/exception. Complete
    /// once wait() has returned.
    std::vector<Error> suppressed() const;

  private:
    template <class F>
    auto wrap(F f) {
        if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
            return f;
        } else {
            static_assert(std::is_same_v<std::invoke_result_t<F&>, Result<void>>,
                          "a goroutine of an ErrGroup returns nothing or a Result<void>");
            return [this, f = std::move(f)]() mutable {
                if (Result<void> ended = f(); !ended) failed(std::move(ended).error());
            };
        }
    }
    void failed(Error error) noexcept;
    void admit(const std::source_location& where) override;
    void task_started() noexcept override { running_.add(); }
    void task_ended_early(detail::TaskEnd end, const std::exception_ptr& error) noexcept override;
    void task_done() noexcept override;

    const char* name_;
    const std::source_location made_at_;
    detail::Countdown running_;
    std::optional<detail::TaskLimit> limit_;
    mutable detail::SpinLock lock_;
    std::optional<Error> first_;
    std::exception_ptr thrown_;
    std::vector<Error> suppressed_;
};

}  // namespace weft::inline abi1
