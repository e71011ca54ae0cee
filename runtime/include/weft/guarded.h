// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <mutex>
#include <shared_mutex>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/detail/payload.h"
#include "weft/mutex.h"

namespace weft::inline abi1 {

namespace detail {

template <class L>
concept SharedLockable = requires(L& lock) {
    lock.lock_shared();
    lock.unlock_shared();
};

template <class R>
inline constexpr bool leaves_the_lock =
    is_borrowed<R> || (std::is_pointer_v<R> && !std::is_function_v<std::remove_pointer_t<R>>);

/// Access to a guarded value as long as it lives; the lock goes with it.
template <class T, class Holder>
class Locked {
  public:
    Locked(T& value, Holder holder) noexcept : value_(&value), holder_(std::move(holder)) {}
    T& operator*() & noexcept { return *value_; }
    T& operator*() && = delete;  // the lock would be gone before the reference is used
    T* operator->() noexcept { return value_; }

    /// The lock as a Cond wants it.
    Holder& holder() & noexcept { return holder_; }

  private:
    T* value_;
    Holder holder_;
};

}  // namespace detail

/// A value together with its lock: nobody reaches the one without the other.
///
/// Shape:   `L` is Mutex or RWMutex (then read() lets many in at once).
/// Blocks:  the goroutine, never its thread, until the lock is the caller's.
/// Cancels: every way in throws Cancelled, without the lock.
/// Errors:  those of `L`; a body that would carry a reference, pointer or view out does not
///          compile.
/// Source:  Rust std::sync::Mutex; abseil's guarded-by annotations, made a type.
template <class T, class L = Mutex>
class Guarded {
  public:
    template <class... A>
        requires std::is_constructible_v<T, A&&...>
    explicit Guarded(A&&... arguments) : value_(std::forward<A>(arguments)...) {}
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    /// Runs `f(T&)` under the lock and gives what it returns, by value.
    template <std::invocable<T&> F>
    auto with(F&& f, const std::source_location& where = std::source_location::current()) {
        check<std::invoke_result_t<F, T&>>();
        lock_.lock(where);
        std::unique_lock held(lock_, std::adopt_lock);
        return std::forward<F>(f)(value_);
    }

    /// The value and the lock, until the end of the block: `auto orders = guarded.lock();`
    [[nodiscard]] auto lock(const std::source_location& where = std::source_location::current()) {
        lock_.lock(where);
        return Locked<T, std::unique_lock<L>>(value_, {lock_, std::adopt_lock});
    }

    /// with(), by the name that pairs with read().
    template <std::invocable<T&> F>
    auto write(F&& f, const std::source_location& where = std::source_location::current())
        requires detail::SharedLockable<L>
    {
        return with(std::forward<F>(f), where);
    }

    /// Runs `f(const T&)` beside other readers.
    template <std::invocable<const T&> F>
    auto read(F&& f, const std::source_location& where = std::source_location::current()) const
        requires detail::SharedLockable<L>
    {
        check<std::invoke_result_t<F, const T&>>();
        lock_.lock_shared(where);
        std::shared_lock held(lock_, std::adopt_lock);
        return std::forward<F>(f)(value_);
    }

    /// As lock(), for reading beside other readers.
    [[nodiscard]] auto lock_shared(
        const std::source_location& where = std::source_location::current()) const
        requires detail::SharedLockable<L>
    {
        lock_.lock_shared(where);
        return Locked<const T, std::shared_lock<L>>(value_, {lock_, std::adopt_lock});
    }

  private:
    template <class V, class Holder>
    using Locked = detail::Locked<V, Holder>;

    template <class R>
    static constexpr void check() {
        static_assert(!detail::leaves_the_lock<R>,
                      "a reference, pointer or view would leave the lock behind: return a value");
    }

    mutable L lock_;
    T value_;
};

}  // namespace weft::inline abi1
