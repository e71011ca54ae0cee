// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <source_location>
#include <utility>

#include "weft/detail/spin_lock.h"
#include "weft/detail/wait_list.h"

namespace weft::inline abi1 {

namespace detail {
class TaskLimit;
}

/// A number of permits that many share: a bound on what runs at once. Who waits is served in the
/// order of coming, so a large request is not starved by small ones behind it.
///
/// Errors: asking for more permits than there are, or none, and destroying a Semaphore while
///         permits are out are contract breaches.
/// Source: Go package golang.org/x/sync/semaphore, Weighted.
class Semaphore {
  public:
    /// `name` (a literal) appears in reports.
    explicit Semaphore(std::int64_t permits, const char* name = nullptr,
                       std::source_location where = std::source_location::current());
    ~Semaphore();
    Semaphore(const Semaphore&) = delete;
    Semaphore& operator=(const Semaphore&) = delete;

    /// Permits that its holder gives back by dropping it. Move-only; may be given back by another
    /// goroutine than the one that took it.
    class [[nodiscard]] Permit {
      public:
        Permit(Permit&& other) noexcept
            : semaphore_(std::exchange(other.semaphore_, nullptr)), count_(other.count_) {}
        Permit& operator=(Permit&& other) noexcept {
            Permit taken(std::move(other));
            std::swap(semaphore_, taken.semaphore_);
            std::swap(count_, taken.count_);
            return *this;
        }
        ~Permit() { release(); }

        /// Gives them back before the end of the block. Again: nothing.
        void release() noexcept {
            if (semaphore_ != nullptr) std::exchange(semaphore_, nullptr)->give(count_);
        }
        std::int64_t count() const noexcept { return semaphore_ != nullptr ? count_ : 0; }

      private:
        friend class Semaphore;
        friend class detail::TaskLimit;
        Permit(Semaphore* semaphore, std::int64_t count) noexcept
            : semaphore_(semaphore), count_(count) {}
        Semaphore* semaphore_;
        std::int64_t count_;
    };

    /// Waits until `count` permits are free and nobody waits in front.
    ///
    /// Blocks:   the goroutine, never its thread.
    /// Cancels:  throws Cancelled; no permit is lost by that, and those behind move up.
    /// Ordering: all done before the permits were given back is visible.
    Permit acquire(std::int64_t count = 1,
                   const std::source_location& where = std::source_location::current());

    /// Takes them only if that needs no waiting. Does not overtake who waits.
    std::optional<Permit> try_acquire(std::int64_t count = 1, const std::source_location& where =
                                                                  std::source_location::current());

    std::int64_t total() const noexcept { return total_; }
    std::int64_t available() const noexcept;  ///< free just now

  private:
    friend class detail::TaskLimit;
    struct Request;
    bool take_locked(std::int64_t count) noexcept;
    void give(std::int64_t count) noexcept;
    detail::Waiter* serve_locked() noexcept;
    void check(std::int64_t count, const std::source_location& where) const noexcept;

    mutable detail::SpinLock lock_;
    std::int64_t free_;
    detail::WaitList waiters_;
    const std::int64_t total_;
    const char* name_;
    const std::source_location made_at_;
};

}  // namespace weft::inline abi1
