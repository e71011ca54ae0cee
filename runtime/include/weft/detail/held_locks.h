// SPDX-License-Identifier: Apache-2.0
// What every lock can say of itself, and which goroutine holds which: the base of misuse reports.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

#include "weft/detail/park.h"

namespace weft::inline abi1 {
struct ReportedObject;  // report.h
}

namespace weft::inline abi1::detail {

/// What the lock order knows a lock by; numbers are never given twice.
struct LockOrder {
    std::atomic<std::uint32_t> kind{0};
    std::atomic<std::uint32_t> number{0};  ///< 0: it was never nested with another lock
};

/// A lock's identity in reports: its name, or where it was made.
class LockTag {
  public:
    const char* name() const noexcept { return name_; }
    const std::source_location& made_at() const noexcept { return made_at_; }
    bool excludes_all() const noexcept { return excludes_all_; }  ///< else it has readers
    LockOrder& order() const noexcept { return order_; }

  protected:
    constexpr LockTag(const char* name, std::source_location made_at, bool excludes_all) noexcept
        : name_(name), made_at_(made_at), excludes_all_(excludes_all) {}
    ~LockTag() = default;
    LockTag(const LockTag&) = delete;
    LockTag& operator=(const LockTag&) = delete;

  private:
    const char* name_;
    std::source_location made_at_;
    mutable LockOrder order_;
    bool excludes_all_;
};

inline void note_locked(HeldLocks& held, const LockTag* lock) noexcept {
    if (held.count < HeldLocks::recorded) held.locks[held.count] = lock;
    ++held.count;
}

/// The same, where it is known that no other is held.
inline void note_first_locked(HeldLocks& held, const LockTag* lock) noexcept {
    held.locks[0] = lock;
    held.count = 1;
}

/// False: it is not held. The usual order, innermost first, costs one comparison.
bool note_unlocked_out_of_order(HeldLocks& held, const LockTag* lock) noexcept;
inline bool note_unlocked(HeldLocks& held, const LockTag* lock) noexcept {
    if (held.count - 1 < HeldLocks::recorded && held.locks[held.count - 1] == lock) [[likely]] {
        --held.count;
        return true;
    }
    return note_unlocked_out_of_order(held, lock);
}

/// Tells when the order of the locks that the caller holds and `lock` has been the other way round
/// before. Who has to wait for `lock` asks before that: it may be for ever.
void check_order(Goroutine* me, const LockTag& lock, std::source_location where) noexcept;

/// What reports say of a lock.
ReportedObject reported(const LockTag& lock);

/// Ends the process when a goroutine ends while it holds a lock: nobody could ever release it.
void require_no_locks_held(Goroutine* goroutine) noexcept;

/// Ends the process with `text` and the lock's name and origin.
[[noreturn]] void lock_misused(const LockTag& lock, const char* text,
                               std::source_location where) noexcept;

}  // namespace weft::inline abi1::detail
