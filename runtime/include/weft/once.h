// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/detail/spin_lock.h"
#include "weft/detail/wait_list.h"

namespace weft::inline abi1 {

namespace detail {
struct HolderAccess;  // wait_graph.cpp
}

/// Runs something once, whoever comes first; the others wait until it is done.
///
/// Errors: when the function throws (Cancelled included), the exception goes to the one who ran it
///         and the next in line tries again. Calling it from inside its own function is a breach.
/// Source: Go package sync, Once; C++ std::call_once for the throwing function.
class Once {
  public:
    explicit Once(const char* name = nullptr) noexcept : name_(name) {}
    Once(const Once&) = delete;
    Once& operator=(const Once&) = delete;

    /// Returns once the function has been run to its end by somebody.
    ///
    /// Blocks:   the goroutine, while another runs the function.
    /// Cancels:  throws Cancelled while waiting for another.
    /// Ordering: all the function did is visible.
    template <class F>
    void call(F&& f, const std::source_location& where = std::source_location::current()) {
        if (done() || !begin(where)) return;
        Running running{this};
        std::forward<F>(f)();
        running.completed = true;
    }

    bool done() const noexcept { return state_.load(std::memory_order_acquire) == State::done; }

  private:
    friend struct detail::HolderAccess;
    enum class State : std::uint8_t { idle, running, done };
    struct Running {
        Once* once;
        bool completed = false;
        ~Running() { once->end(completed); }
    };
    bool begin(const std::source_location& where);
    void end(bool completed) noexcept;

    std::atomic<State> state_{State::idle};
    detail::SpinLock lock_;
    std::atomic<const detail::Goroutine*> runner_{nullptr};
    detail::WaitList waiters_;
    const char* name_;
};

/// A value made by its first user. get() gives the same object to all.
///
/// Errors: as Once: a maker that throws is asked again by the next user.
/// Example: `static Lazy<Terminology> icd10([] { return load_icd10(); });`
template <class T>
class Lazy {
  public:
    template <class F>
        requires std::is_invocable_r_v<T, F&>
    explicit Lazy(F make, const char* name = nullptr) : once_(name), make_(std::move(make)) {}

    T& get(const std::source_location& where = std::source_location::current()) {
        once_.call([this] { value_.emplace(make_()); }, where);
        return *value_;
    }
    bool made() const noexcept { return once_.done(); }

  private:
    Once once_;
    std::function<T()> make_;
    std::optional<T> value_;
};

}  // namespace weft::inline abi1
