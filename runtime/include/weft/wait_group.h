// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <exception>
#include <source_location>
#include <utility>

#include "weft/detail/channel_core.h"
#include "weft/detail/task_owner.h"
#include "weft/ensure.h"

namespace weft::inline abi1 {

namespace detail {
struct TokenAccess;
}

/// Waits for a number of goroutines, or of anything that holds a Token. There is no add() and no
/// done(): counting begins with go() or token() and ends by itself.
///
/// Source: Go package sync, WaitGroup.
class WaitGroup final : detail::TaskOwner {
  public:
    explicit WaitGroup(const char* name = nullptr,
                       const std::source_location& where = std::source_location::current());
    /// Waits, shielded. An error that nobody has seen by wait() is a contract breach.
    ~WaitGroup();

    /// Starts `f` as a counted goroutine, in the context in which the WaitGroup was made.
    template <std::invocable F>
    void go(F f, const std::source_location& where = std::source_location::current()) {
        go(nullptr, std::move(f), where);
    }
    template <std::invocable F>
    void go(const char* name, F f,
            const std::source_location& where = std::source_location::current()) {
        detail::start_task<void>(*this, name, where, std::move(f), false);
    }

    /// Counts as one as long as it lives. Move-only.
    class [[nodiscard]] Token {
      public:
        Token(Token&& other) noexcept
            : group_(std::exchange(other.group_, nullptr)), place_(other.place_) {
            lies_here();
        }
        Token& operator=(Token&& other) noexcept {
            Token taken(std::move(other));
            std::swap(group_, taken.group_);
            std::swap(place_, taken.place_);
            lies_here();
            taken.lies_here();
            return *this;
        }
        ~Token() {
            if (group_ == nullptr) return;
            group_->tokens_.drop(place_);
            group_->running_.done();
        }

      private:
        friend class WaitGroup;
        Token(WaitGroup* group, detail::EndPlace* place) noexcept : group_(group), place_(place) {
            lies_here();
        }
        // The group knows, so that the diagnosis can tell who keeps it waiting.
        void lies_here() noexcept {
            if (group_ != nullptr)
                place_->at.store(static_cast<const void*>(this), std::memory_order_relaxed);
        }
        WaitGroup* group_;
        detail::EndPlace* place_;
    };

    /// Takes a token: before the work is handed over, never inside it. The first token of all,
    /// taken after another goroutine's wait() had found nothing to wait for, is a contract breach.
    Token token(const std::source_location& where = std::source_location::current());

    /// Waits until nothing is counted.
    ///
    /// Errors:   the first exception that left a goroutine of go() is thrown again, once.
    /// Cancels:  throws Cancelled; the goroutines go on (their own context decides).
    /// Ordering: all that was counted did is visible.
    void wait(const std::source_location& where = std::source_location::current());

  private:
    friend struct detail::TokenAccess;
    void begin(const std::source_location& where) noexcept;
    void task_started() noexcept override;
    void task_ended_early(detail::TaskEnd end, const std::exception_ptr& error) noexcept override;
    void task_done() noexcept override { running_.done(); }

    const char* name_;
    const std::source_location made_at_;
    detail::Countdown running_;
    detail::Ends tokens_;
    detail::SpinLock lock_;
    bool used_ = false;
    detail::Goroutine* waited_for_nothing_ = nullptr;
    std::exception_ptr first_error_;
};

}  // namespace weft::inline abi1
