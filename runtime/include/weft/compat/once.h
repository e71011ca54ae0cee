// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/once.h"

namespace weft::inline abi1::compat {

/// Go's Once: a function that throws counts as run, and nobody tries again. (weft::Once lets the
/// next one try.)
///
/// Errors: what the function throws goes to the one who ran it. Calling it from inside its own
///         function is a contract breach; in Go it is a deadlock.
/// Source: Go package sync, Once.
class Once {
  public:
    explicit Once(const char* name = nullptr) noexcept : once_(name) {}

    /// Go's `once.Do(f)`: returns once the function has ended, whoever ran it.
    template <class F>
    void call(F&& f, const std::source_location& where = std::source_location::current()) {
        std::exception_ptr thrown;
        once_.call(
            [&] {
                try {
                    std::forward<F>(f)();
                } catch (...) {
                    thrown = std::current_exception();
                }
            },
            where);
        if (thrown != nullptr) std::rethrow_exception(thrown);
    }

  private:
    weft::Once once_;
};

/// Go's sync.OnceValue: a function that calls `f` at its first call and gives the same value to
/// every call. When `f` throws, every call throws that. Copies share the value.
template <class F>
auto once_value(F f, const char* name = nullptr) {
    using T = std::invoke_result_t<F&>;
    struct State {
        explicit State(F&& function, const char* called)
            : once(called), f(std::in_place, std::move(function)) {}
        weft::Once once;
        std::optional<F> f;
        std::optional<T> value;
        std::exception_ptr thrown;
    };
    return [state = std::make_shared<State>(std::move(f), name)](
               const std::source_location& where = std::source_location::current()) -> const T& {
        state->once.call(
            [&] {
                try {
                    state->value.emplace((*state->f)());
                } catch (...) {
                    state->thrown = std::current_exception();
                }
                state->f.reset();  // what it captured is of no more use
            },
            where);
        if (state->thrown != nullptr) std::rethrow_exception(state->thrown);
        return *state->value;
    };
}

/// Go's sync.OnceFunc: likewise for a function without a value.
template <class F>
auto once_func(F f, const char* name = nullptr) {
    return [run = once_value(
                [f = std::move(f)]() mutable {
                    f();
                    return true;
                },
                name)](const std::source_location& where = std::source_location::current()) {
        (void)run(where);
    };
}

}  // namespace weft::inline abi1::compat
