// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>

#include "weft/cond.h"
#include "weft/mutex.h"
#include "weft/rw_mutex.h"

namespace weft::inline abi1::compat {

/// Go's Mutex is weft's: lock(), try_lock(), unlock(). Other than in Go, only the goroutine that
/// locked it may unlock it; that is what makes the misuse reports possible.
using weft::Mutex;

/// Go's Cond is weft's, but for the lock, which wait() is given.
using weft::Cond;

/// Go's RWMutex by Go's names.
///
/// Source: Go package sync, RWMutex.
class RWMutex : public weft::RWMutex {
  public:
    using weft::RWMutex::RWMutex;

    void rlock(const std::source_location& where = std::source_location::current()) {
        lock_shared(where);
    }
    void runlock(const std::source_location& where = std::source_location::current()) noexcept {
        unlock_shared(where);
    }
    [[nodiscard]] bool try_rlock() noexcept { return try_lock_shared(); }

    /// Its read side as a lock: Go's `rw.RLocker()`.
    class RLocker {
      public:
        explicit RLocker(RWMutex& of) noexcept : of_(&of) {}
        void lock(const std::source_location& where = std::source_location::current()) {
            of_->rlock(where);
        }
        void unlock(const std::source_location& where = std::source_location::current()) noexcept {
            of_->runlock(where);
        }

      private:
        RWMutex* of_;
    };
    RLocker rlocker() noexcept { return RLocker(*this); }
};

}  // namespace weft::inline abi1::compat
