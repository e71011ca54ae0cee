// SPDX-License-Identifier: Apache-2.0
// The ambient context: deadline, cancel and values flow down through calls and scopes without a
// parameter, so nobody can forget to pass them. Every wait is a cancellation point; the end of a
// context unwinds the stack by Cancelled.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/cancelled.h"
#include "weft/detail/context_node.h"
#include "weft/result.h"
#include "weft/time.h"

namespace weft::inline abi1 {
namespace compat {
struct ContextAccess;
}

class AfterFunc;  // after_func.h

namespace detail {

class SharedFrame;

template <class R>
struct Timed {
    using type = Result<R>;
};
template <class R>
struct Timed<Result<R>> {
    using type = Result<R>;
};
/// What timeout() makes of a body's result: Result<R>, and a Result stays itself.
template <class F, class... A>
using TimedResult = typename Timed<std::remove_cvref_t<std::invoke_result_t<F&, A&...>>>::type;

Error end_error(const ContextNode& node);

template <class Frame, class F, class... A>
TimedResult<F, A...> run_until_end(const Frame& frame, F& f, A&... arguments) {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F&, A&...>>) {
            f(arguments...);
            return {};
        } else {
            return f(arguments...);
        }
    } catch (const Cancelled&) {
        if (!frame.ended_here()) throw;
    }
    return end_error(frame.node);
}

/// One address for each key type.
template <class Key>
inline constexpr char key_tag = 0;

template <class V>
struct StoredValue : ValueNode {
    explicit StoredValue(V&& v) : stored(std::move(v)) {}
    V stored;
};

Values with_value_node(ValueNode* node, const Values& outer) noexcept;

template <class Key>
Values add_value(typename Key::Value value, const Values& outer) {
    using Stored = StoredValue<typename Key::Value>;
    auto* node = new Stored(std::move(value));
    node->key = &key_tag<Key>;
    node->value = &node->stored;
    node->destroy = [](ValueNode* v) noexcept { delete static_cast<Stored*>(v); };
    return with_value_node(node, outer);
}

}  // namespace detail

/// Runs `f` with a deadline: everything that waits inside, however deep, is cancelled when it
/// passes.
///
/// Shape:   the body's value (a Result stays itself), or the error. A body that ends by itself wins
///          over a deadline that passed meanwhile.
/// Errors:  timeout/deadline. Errors and exceptions of the body pass unchanged.
/// Cancels: a deadline or cancel of an outer context goes on as Cancelled.
/// Source:  Go package context, WithDeadline.
/// Example: runtime/examples/context.cpp
template <class F>
detail::TimedResult<F> deadline(
    TimePoint when, F&& f, const std::source_location& where = std::source_location::current()) {
    detail::ContextFrame frame(detail::Link::child, when, where);
    return detail::run_until_end(frame, f);
}

/// deadline() counted from now.
template <class Rep, class Period, class F>
detail::TimedResult<F> timeout(
    std::chrono::duration<Rep, Period> limit, F&& f,
    const std::source_location& where = std::source_location::current()) {
    return deadline(Clock::now() + std::chrono::ceil<Duration>(limit), std::forward<F>(f), where);
}

/// Ends the part of the program that cancellable() handed it to. Copies end the same part; after
/// that part is over they do nothing.
class CancelHandle {
  public:
    /// Ends it: each wait inside throws Cancelled. Does not wait for that. Again: nothing.
    void cancel(
        const std::source_location& where = std::source_location::current()) const noexcept {
        node_->cancel(EndReason::cancelled, where);
    }
    /// cancel() with a cause: what ends because of it answers this error.
    void cancel(Error why,
                const std::source_location& where = std::source_location::current()) const {
        node_->cancel({EndReason::cancelled, where, std::make_shared<Error>(std::move(why))});
    }

  private:
    friend class Context;
    friend class detail::SharedFrame;
    explicit CancelHandle(std::shared_ptr<detail::ContextNode> node) : node_(std::move(node)) {}
    std::shared_ptr<detail::ContextNode> node_;
};

namespace detail {

/// A frame whose node may be held longer than the block, by those who may still cancel it.
class SharedFrame {
  public:
    explicit SharedFrame(const std::source_location& where)
        : link_(safe_link(Link::child)),
          shared_(std::make_shared<ContextNode>(current_node(), link_, std::nullopt, where)),
          node(*shared_),
          entered_(shared_.get()) {}
    ~SharedFrame() { node.close(); }
    SharedFrame(const SharedFrame&) = delete;
    SharedFrame& operator=(const SharedFrame&) = delete;
    CancelHandle handle() const { return CancelHandle(shared_); }
    bool ended_here() const noexcept {
        return node.cancelled() && (link_ == Link::shield || !entered_.outside_ended());
    }

  private:
    Link link_;
    std::shared_ptr<ContextNode> shared_;

  public:
    ContextNode& node;

  private:
    Entered entered_;
};

}  // namespace detail

/// Runs `f(CancelHandle&)` so that the handle, carried anywhere, ends it.
///
/// Errors: unavailable/cancelled, or the error that cancel() was given, once the handle was used
///         and the body gave up because of it.
/// Source: Go package context, WithCancel and WithCancelCause.
template <class F>
detail::TimedResult<F, CancelHandle> cancellable(
    F&& f, const std::source_location& where = std::source_location::current()) {
    const detail::SharedFrame frame(where);
    CancelHandle handle = frame.handle();
    return detail::run_until_end(frame, f, handle);
}

/// Runs `f` out of reach of every outer cancel and deadline, for work that must be completed. A
/// timeout() inside still counts. Destructors that wait should shield themselves.
///
/// Cancels: not, until it has returned; then the next wait outside does.
/// Source:  Trio's shielded cancel scopes; Go package context, WithoutCancel.
template <class F>
decltype(auto) shield(F&& f) {
    detail::ContextFrame frame(detail::Link::shield);
    return std::forward<F>(f)();
}

/// Runs `f` with a value that value<Key>() finds inside, in whatever it calls and starts. `Key` is
/// a type of the caller's own: `struct RequestId { using Value = std::string; };`
template <class Key, class F>
decltype(auto) with_value(typename Key::Value v, F&& f) {
    detail::ContextFrame frame(detail::Link::child);
    frame.node.values_ = detail::add_value<Key>(std::move(v), frame.node.values_);
    return std::forward<F>(f)();
}

/// The innermost value of this key, or null. Valid as long as the context in force is.
template <class Key>
const typename Key::Value* value() noexcept {
    const detail::ContextNode* node = detail::current_node();
    if (node == nullptr) return nullptr;
    return static_cast<const typename Key::Value*>(node->values().find(&detail::key_tag<Key>));
}

/// Throws Cancelled if the ambient context has ended, and lets others run: for long computations,
/// which nothing else can interrupt.
void checkpoint();

/// Whether the ambient context has ended (a shield answers no).
bool cancelled() noexcept;
/// Why it ended, or nothing.
std::optional<Cause> cancel_cause() noexcept;
/// The earliest deadline in force, or nothing.
std::optional<TimePoint> current_deadline() noexcept;

/// A context as a value, to carry into a callback or another thread, or to build by hand. Copies
/// are the same context. It ends with the context it was made from, also when that one is simply
/// left.
///
/// Source: Go package context.
class Context {
  public:
    /// The ambient one.
    static Context current();
    /// No deadline, no cancel, no values.
    static Context background();

    /// A child, and what ends it. Its end does not reach this one.
    std::pair<Context, CancelHandle> with_cancel(
        const std::source_location& where = std::source_location::current()) const;
    /// A child that ends at `when`; a deadline that is later than this one's adds nothing.
    Context with_deadline(
        TimePoint when, const std::source_location& where = std::source_location::current()) const;
    template <class Rep, class Period>
    Context with_timeout(
        std::chrono::duration<Rep, Period> limit,
        const std::source_location& where = std::source_location::current()) const {
        return with_deadline(Clock::now() + std::chrono::ceil<Duration>(limit), where);
    }
    /// A child with one value more.
    template <class Key>
    Context with_value(typename Key::Value v) const {
        Context child = derive(node_.get(), node_, detail::Link::child, std::nullopt, {});
        child.node_->values_ = detail::add_value<Key>(std::move(v), node_->values_);
        return child;
    }
    /// The values alone: no end of this one reaches it.
    Context without_cancel() const;

    /// Runs `f` under this context in place of the caller's own. Its end throws Cancelled out of
    /// what waits inside, and out of run().
    template <class F>
    decltype(auto) run(F&& f) const {
        detail::Entered entered(node_.get());
        return std::forward<F>(f)();
    }
    /// run(), but the end of this context comes back as an error, as from timeout(): what a plain
    /// thread or a callback wants.
    ///
    /// Errors: timeout/deadline, unavailable/cancelled, or the error that cancel() was given.
    template <class F>
    detail::TimedResult<F> try_run(F&& f) const {
        const struct Frame {
            const detail::ContextNode& node;
            detail::Entered entered;
            bool ended_here() const noexcept { return node.cancelled(); }
        } frame{*node_, detail::Entered(node_.get())};
        return detail::run_until_end(frame, f);
    }

    bool cancelled() const noexcept { return node_->cancelled(); }
    std::optional<Cause> cause() const noexcept { return node_->cause(); }
    std::optional<TimePoint> deadline() const noexcept { return node_->deadline(); }
    /// Why it ended, as an error; nothing while it has not.
    std::optional<Error> error() const {
        return cancelled() ? std::optional(detail::end_error(*node_)) : std::nullopt;
    }
    template <class Key>
    const typename Key::Value* value() const noexcept {
        return static_cast<const typename Key::Value*>(node_->values().find(&detail::key_tag<Key>));
    }

  private:
    friend struct compat::ContextAccess;
    friend class AfterFunc;
    friend AfterFunc after_func(const Context&, std::function<void()>, const std::source_location&);
    static Context derive(detail::ContextNode* parent, std::shared_ptr<detail::ContextNode> keep,
                          detail::Link link, std::optional<TimePoint> deadline,
                          const std::source_location& where);
    explicit Context(std::shared_ptr<detail::ContextNode> node) : node_(std::move(node)) {}
    std::shared_ptr<detail::ContextNode> node_;
};

}  // namespace weft::inline abi1
