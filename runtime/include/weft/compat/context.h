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
#include "weft/detail/other_side.h"
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
    // Null for `ended_by`: it never ends.
    Context(weft::Context context, const std::shared_ptr<weft::detail::OtherSide>& ended_by);

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
    Cancel(CancelHandle handle, std::shared_ptr<weft::detail::OtherSide> ends) noexcept
        : handle_(std::move(handle)), place_(std::move(ends)) {}
    CancelHandle handle_;
    weft::detail::HandlePlace place_;
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
    /// A child that ends with its parent.
    static Context child(const Context& parent, weft::Context context);
    /// One that its handle ends, too, or time.
    static std::pair<Context, Cancel> child(const Context& parent, weft::Context context,
                                            CancelHandle handle);
    static weft::detail::ContextNode& node(const weft::Context& context) noexcept {
        return *context.node_;
    }
};

/// A child with one value more. `Key` is a type: `struct RequestId { using Value = std::string; };`
template <class Key>
Context with_value(const Context& parent, typename Key::Value v) {
    return ContextAccess::child(parent, parent.native().with_value<Key>(std::move(v)));
}

}  // namespace weft::inline abi1::compat
