// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <source_location>

#include "weft/context.h"

namespace weft::inline abi1 {

/// Something to be done when a context ends; called off when this object goes.
class [[nodiscard]] AfterFunc {
  public:
    AfterFunc(AfterFunc&&) noexcept;
    AfterFunc& operator=(AfterFunc&&) noexcept;
    /// Calls it off. If the function runs, waits for its end, so that it may use what lives here.
    /// Blocks: the goroutine; not interrupted by a cancel. Must not be destroyed by the function.
    ~AfterFunc();

    /// Calls it off. True: it will not run. False: it has started, has ended or was called off
    /// before. Does not wait.
    bool stop() noexcept;

  private:
    friend AfterFunc after_func(const Context& context, std::function<void()> f,
                                const std::source_location& where);
    class State;
    explicit AfterFunc(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

/// Runs `f` in a goroutine of its own once `context` has ended, at once if it has already. For what
/// cannot wait on a context itself: closing a socket, cancelling a C library's request.
///
/// Shape:   `f` runs at most once, with the context's values and out of reach of its end.
/// Errors:  an exception that leaves `f` is a contract breach. Needs a running weft::run.
/// Source:  Go package context, AfterFunc; the handle is std::stop_callback's.
AfterFunc after_func(const Context& context, std::function<void()> f,
                     const std::source_location& where = std::source_location::current());

}  // namespace weft::inline abi1
