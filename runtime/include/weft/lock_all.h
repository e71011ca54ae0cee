// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <source_location>
#include <utility>

namespace weft::inline abi1 {

namespace detail {

/// One lock of several, whatever its type, and where it was named.
struct AnyLock {
    void* object = nullptr;
    void (*lock)(void*, const std::source_location&) = nullptr;
    void (*unlock)(void*) noexcept = nullptr;
    std::source_location where = {};

    AnyLock() = default;
    template <class L>
        requires requires(L& l) {
            l.lock();
            l.unlock();
        }
    // NOLINTNEXTLINE(google-explicit-constructor): the call names the locks themselves
    AnyLock(L& l, const std::source_location& at = std::source_location::current())
        : object(&l),
          lock([](void* o, const std::source_location& w) { static_cast<L*>(o)->lock(w); }),
          unlock([](void* o) noexcept { static_cast<L*>(o)->unlock(); }),
          where(at) {}
};

}  // namespace detail

/// Locks held together; dropped, all are released.
class [[nodiscard]] AllLocked {
  public:
    static constexpr std::size_t most = 4;
    explicit AllLocked(std::array<detail::AnyLock, most> locks);
    AllLocked(AllLocked&& other) noexcept
        : locks_(other.locks_), held_(std::exchange(other.held_, 0)) {}
    AllLocked& operator=(AllLocked&&) = delete;
    ~AllLocked() { release(); }

  private:
    void release() noexcept;
    std::array<detail::AnyLock, most> locks_;  // in the order of locking
    std::size_t held_ = 0;
};

/// Takes two to four locks (Mutex, RWMutex for writing) in the order of their addresses, whatever
/// the order in which they are named: callers that name the same locks cannot deadlock with each
/// other.
///
/// Blocks:  the goroutine, never its thread.
/// Cancels: throws Cancelled, with none of them held.
/// Errors:  the same lock twice is the lock's contract breach, as is a lock already held.
inline AllLocked lock_all(detail::AnyLock a, detail::AnyLock b, detail::AnyLock c = {},
                          detail::AnyLock d = {}) {
    return AllLocked({a, b, c, d});
}

}  // namespace weft::inline abi1
