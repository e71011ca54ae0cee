// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <source_location>
#include <utility>

#include "weft/detail/park.h"
#include "weft/detail/permit_places.h"
#include "weft/detail/spin_lock.h"
#include "weft/detail/wait_list.h"

namespace weft::inline abi1 {

namespace detail {
class TaskLimit;
struct PermitAccess;  // permit_holders.cpp
}  // namespace detail

/// A number of permits that many share: a bound on what runs at once. Who waits is served in the
/// order of coming, so a large request is not starved by small ones behind it.
///
/// Errors: asking for more permits than there are, or none, and destroying a Semaphore while
///         permits are out are contract breaches.
///         A circle of waits through permits is reported where it closes, but not refused, unless
///         Reactions::likely wants that: a permit may still be given back by who it was handed to.
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
            : semaphore_(std::exchange(other.semaphore_, nullptr)),
              count_(other.count_),
              place_(other.place_) {
            lies_here();
        }
        Permit& operator=(Permit&& other) noexcept {
            Permit taken(std::move(other));
            std::swap(semaphore_, taken.semaphore_);
            std::swap(count_, taken.count_);
            std::swap(place_, taken.place_);
            lies_here();
            taken.lies_here();
            return *this;
        }
        ~Permit() { release(); }

        /// Gives them back before the end of the block. Again: nothing.
        void release() noexcept {
            if (semaphore_ != nullptr) std::exchange(semaphore_, nullptr)->give(count_, place_);
        }
        std::int64_t count() const noexcept { return semaphore_ != nullptr ? count_ : 0; }

      private:
        friend class Semaphore;
        friend class detail::TaskLimit;
        // Under the semaphore's lock.
        Permit(Semaphore* semaphore, std::int64_t count) noexcept
            : semaphore_(semaphore),
              count_(count),
              place_(semaphore->places_.take(this, detail::self())) {}
        Permit(Semaphore* semaphore, std::int64_t count, detail::PermitPlace* place) noexcept
            : semaphore_(semaphore), count_(count), place_(place) {
            lies_here();
        }
        // The semaphore knows, so that the diagnosis can tell who keeps others waiting.
        void lies_here() noexcept {
            if (semaphore_ != nullptr && place_ != nullptr) place_->lies(this, detail::self());
        }
        Semaphore* semaphore_;
        std::int64_t count_;
        detail::PermitPlace* place_;
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
    friend struct detail::PermitAccess;
    struct Request;
    Semaphore(std::int64_t permits, std::int64_t recorded, const char* name,
              const std::source_location& where);
    bool take_locked(std::int64_t count) noexcept;
    Permit wait_in_line(std::int64_t count, const std::source_location& where);
    void give(std::int64_t count, const detail::PermitPlace* place) noexcept;
    detail::Waiter* serve_locked() noexcept;
    void check(std::int64_t count, const std::source_location& where) const noexcept;

    mutable detail::SpinLock lock_;
    detail::Glimpse<std::int64_t> free_;
    detail::WaitList waiters_;
    detail::PermitPlaces places_;
    const std::int64_t total_;
    const char* name_;
    const std::source_location made_at_;
};

}  // namespace weft::inline abi1
