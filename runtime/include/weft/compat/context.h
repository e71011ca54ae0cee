// SPDX-License-Identifier: Apache-2.0
// Go's explicit context: a value that is passed along, whose end is a channel to select on. It
// interrupts nothing by itself.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <source_location>
#include <utility>

#include "weft/compat/chan.h"
#include "weft/context.h"
#include "weft/result.h"
#include "weft/time.h"

namespace weft::inline abi1::compat {

/// What done() would carry, if it ever carried anything.
struct Done {};

/// Go's context.Context. Copies are the same context. Made of weft's own: native() runs something
/// that it does interrupt.
///
/// Source: Go package context.
class Context {
  public:
    /// Never ends; its done() is nil.
    static Context background();

    /// Closed once the context has ended: by its cancel function, its deadline or a parent.
    RecvChan<Done> done() const;
    /// Why it ended: timeout/deadline, unavailable/cancelled, or the error that the cancel function
    /// was given. Nothing before.
    std::optional<Error> err() const { return context_.error(); }
    std::optional<TimePoint> deadline() const noexcept { return context_.deadline(); }
    /// The innermost value of this key, or null. Valid as long as a copy of the context is.
    template <class Key>
    const typename Key::Value* value() const noexcept {
        return context_.value<Key>();
    }

    const weft::Context& native() const noexcept { return context_; }

  private:
    friend struct ContextAccess;
    class End;
    explicit Context(weft::Context context, bool ends);

    weft::Context context_;
    std::shared_ptr<End> end_;  // null: it never ends
};

/// The cancel function. Not calling it leaks nothing: a context goes with its last copy.
class Cancel {
  public:
    void operator()(const std::source_location& where = std::source_location::current()) const {
        handle_.cancel(where);
    }
    /// With a cause, which err() answers then: Go's CancelCauseFunc.
    void operator()(Error why,
                    const std::source_location& where = std::source_location::current()) const {
        handle_.cancel(std::move(why), where);
    }

  private:
    friend struct ContextAccess;
    explicit Cancel(CancelHandle handle) noexcept : handle_(std::move(handle)) {}
    CancelHandle handle_;
};

/// A child that ends with its cancel function or with its parent.
///
/// Ordering: done() is closed for it and all its children when the cancel function returns.
std::pair<Context, Cancel> with_cancel(
    const Context& parent, const std::source_location& where = std::source_location::current());

/// The same, with an end of its own in time. A deadline later than the parent's adds nothing.
std::pair<Context, Cancel> with_deadline(
    const Context& parent, TimePoint when,
    const std::source_location& where = std::source_location::current());
template <class Rep, class Period>
std::pair<Context, Cancel> with_timeout(
    const Context& parent, std::chrono::duration<Rep, Period> limit,
    const std::source_location& where = std::source_location::current()) {
    return with_deadline(parent, Clock::now() + std::chrono::ceil<Duration>(limit), where);
}

/// The values of the parent and none of its ends.
Context without_cancel(const Context& parent);

struct ContextAccess {
    static Context make(weft::Context context, bool ends) {
        return Context(std::move(context), ends);
    }
    static Cancel cancel(CancelHandle handle) { return Cancel(std::move(handle)); }
    static bool ends(const Context& context) noexcept { return context.end_ != nullptr; }
    static weft::detail::ContextNode& node(const weft::Context& context) noexcept {
        return *context.node_;
    }
};

/// A child with one value more. `Key` is a type: `struct RequestId { using Value = std::string; };`
template <class Key>
Context with_value(const Context& parent, typename Key::Value v) {
    return ContextAccess::make(parent.native().with_value<Key>(std::move(v)),
                               ContextAccess::ends(parent));
}

}  // namespace weft::inline abi1::compat
