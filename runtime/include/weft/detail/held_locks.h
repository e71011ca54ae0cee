// SPDX-License-Identifier: Apache-2.0
// What every lock can say of itself, and which goroutine holds which: the base of misuse reports.
#pragma once

#include <source_location>

#include "weft/detail/park.h"

namespace weft::inline abi1::detail {

/// A lock's identity in reports: its name, or where it was made.
class LockTag {
  public:
    const char* name() const noexcept { return name_; }
    const std::source_location& made_at() const noexcept { return made_at_; }

  protected:
    constexpr LockTag(const char* name, std::source_location made_at) noexcept
        : name_(name), made_at_(made_at) {}
    ~LockTag() = default;
    LockTag(const LockTag&) = delete;
    LockTag& operator=(const LockTag&) = delete;

  private:
    const char* name_;
    std::source_location made_at_;
};

inline void note_locked(HeldLocks& held, const LockTag* lock) noexcept {
    if (held.count < HeldLocks::recorded) held.locks[held.count] = lock;
    ++held.count;
}

/// The usual order, innermost first, costs one comparison.
void note_unlocked_out_of_order(HeldLocks& held, const LockTag* lock) noexcept;
inline void note_unlocked(HeldLocks& held, const LockTag* lock) noexcept {
    if (held.count - 1 < HeldLocks::recorded && held.locks[held.count - 1] == lock) [[likely]]
        --held.count;
    else
        note_unlocked_out_of_order(held, lock);
}

/// Ends the process when a goroutine ends while it holds a lock: nobody could ever release it.
void require_no_locks_held(Goroutine* goroutine) noexcept;

/// Ends the process with `text` and the lock's name and origin.
[[noreturn]] void lock_misused(const LockTag& lock, const char* text,
                               const std::source_location& where) noexcept;

}  // namespace weft::inline abi1::detail
