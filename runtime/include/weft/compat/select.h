// SPDX-License-Identifier: Apache-2.0
// select over compat channels: weft's own select, with cases that keep Go's rules for closed and
// nil channels.
#pragma once

#include <concepts>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/compat/chan.h"
#include "weft/select.h"

namespace weft::inline abi1::compat {

using weft::after;
using weft::otherwise;
using weft::select;

namespace detail {

template <class T, class Held, class F>
class SendOrPanic : public weft::detail::SendCase<T, Held, F> {
  public:
    using Base = weft::detail::SendCase<T, Held, F>;
    template <class V>
    SendOrPanic(const ChanHandle<T>& channel, V&& value, F body, const std::source_location& at)
        : Base(ChanAccess::sender(channel), std::forward<V>(value), std::move(body), at),
          name_(DetailAccess::core(ChanAccess::sender(channel))->name()) {}
    weft::detail::SelectCase prepare() noexcept {
        auto c = Base::prepare();
        c.takes_closed = true;
        return c;
    }
    void run(weft::detail::Exchange outcome) {
        if (outcome == weft::detail::Exchange::closed)
            throw Panic("send on closed channel", name_, this->where);
        Base::run(outcome);
    }

  private:
    const char* name_;
};

template <class T, class F>
auto receive_case(const ChanHandle<T>& channel, F body, const std::source_location& where) {
    return weft::on(
        ChanAccess::receiver(channel),
        [body = std::move(body)](std::optional<T> value) mutable {
            if constexpr (weft::detail::WantsEnd<T, F>::value) {
                body(std::move(value));
            } else if constexpr (std::invocable<F&, T, bool>) {
                const bool ok = value.has_value();
                body(ok ? std::move(*value) : T{}, ok);
            } else if constexpr (std::invocable<F&, T>) {
                body(value ? std::move(*value) : T{});
            } else {
                body();
            }
        },
        where);
}

}  // namespace detail

/// Case `case v := <-ch:`, for a body `[](T v)`, `[](T v, bool ok)` or `[]`. A closed channel is
/// ready at once with T{}; a nil one never is. For a T without T{}: `[](std::optional<T>)`.
template <class T, class F>
auto on(const Chan<T>& channel, F body,
        const std::source_location& where = std::source_location::current()) {
    return detail::receive_case<T>(channel, std::move(body), where);
}
template <class T, class F>
auto on(const RecvChan<T>& channel, F body,
        const std::source_location& where = std::source_location::current()) {
    return detail::receive_case<T>(channel, std::move(body), where);
}

/// Case `case ch <- value:`. On a closed channel it is ready at once and, when chosen, throws
/// Panic; a nil one never is ready. An rvalue is moved from only if this case is chosen.
template <class T, class V, class F>
    requires std::is_constructible_v<T, V&&>
auto on_send(const Chan<T>& channel, V&& value, F body,
             const std::source_location& where = std::source_location::current()) {
    using Held = std::conditional_t<std::is_same_v<V, T>, T&&, T>;
    return detail::SendOrPanic<T, Held, F>(channel, std::forward<V>(value), std::move(body), where);
}
template <class T, class V, class F>
    requires std::is_constructible_v<T, V&&>
auto on_send(const SendChan<T>& channel, V&& value, F body,
             const std::source_location& where = std::source_location::current()) {
    using Held = std::conditional_t<std::is_same_v<V, T>, T&&, T>;
    return detail::SendOrPanic<T, Held, F>(channel, std::forward<V>(value), std::move(body), where);
}

/// Go's `select {}`: waits for ever, which nobody writes by mistake: no report calls it stuck.
inline void select(const std::source_location& where = std::source_location::current()) {
    (void)detail::nil_channel<char, detail::Use::for_ever>().rx.recv(where);
}

}  // namespace weft::inline abi1::compat
