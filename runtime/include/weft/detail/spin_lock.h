// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace weft::inline abi1::detail {

/// Tells the processor that this is a spin.
inline void pause_cpu() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Guards a primitive's few words. Held for nanoseconds, never across a park (but park() may
/// release it), never while user code runs. Plain test-and-set: with partners kept on one worker
/// nothing measured beats it.
class SpinLock {
  public:
    void lock() noexcept {
        if (held_.exchange(true, std::memory_order_acquire)) [[unlikely]]
            lock_contended();
    }
    bool try_lock() noexcept { return !held_.exchange(true, std::memory_order_acquire); }
    void unlock() noexcept { held_.store(false, std::memory_order_release); }

  private:
    void lock_contended() noexcept;  // spins, then gives its thread away: the holder may be off its
                                     // processor
    std::atomic<bool> held_{false};
};

/// A value that is written under a lock and may be read without it, as a guess at what will be
/// found under it. Costs what a plain one does.
template <class T>
class Glimpse {
  public:
    constexpr Glimpse(T value = {}) noexcept
        : value_(value) {}         // NOLINT(google-explicit-constructor)
    operator T() const noexcept {  // NOLINT(google-explicit-constructor)
        return value_.load(std::memory_order_relaxed);
    }
    Glimpse& operator=(T value) noexcept {
        value_.store(value, std::memory_order_relaxed);
        return *this;
    }

  private:
    std::atomic<T> value_;
};

}  // namespace weft::inline abi1::detail
