// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>

#include "weft/channel.h"
#include "weft/time.h"

namespace weft::inline abi1 {

/// What select() returns when no case can ever be chosen: all its channels have ended.
inline constexpr std::size_t none_left = static_cast<std::size_t>(-1);

namespace detail {

// Whether a body wants to be told of the channel's end: it takes a std::optional<T>.
template <class T, class F>
struct WantsEnd : std::false_type {};
template <class T, class R, class... A>
inline constexpr bool first_is_optional = false;
template <class T, class R, class A>
inline constexpr bool first_is_optional<T, R, A> =
    std::is_same_v<std::remove_cvref_t<A>, std::optional<T>>;
template <class T, class M>
struct MemberWantsEnd : std::false_type {};
template <class T, class C, class R, class... A>
struct MemberWantsEnd<T, R (C::*)(A...)> : std::bool_constant<first_is_optional<T, R, A...>> {};
template <class T, class C, class R, class... A>
struct MemberWantsEnd<T, R (C::*)(A...) const> : std::bool_constant<first_is_optional<T, R, A...>> {
};
template <class T, class C, class R, class... A>
struct MemberWantsEnd<T, R (C::*)(A...) noexcept>
    : std::bool_constant<first_is_optional<T, R, A...>> {};
template <class T, class C, class R, class... A>
struct MemberWantsEnd<T, R (C::*)(A...) const noexcept>
    : std::bool_constant<first_is_optional<T, R, A...>> {};
template <class T, class F>
    requires requires { &F::operator(); }
struct WantsEnd<T, F> : MemberWantsEnd<T, decltype(&F::operator())> {};
template <class T, class R, class A>
struct WantsEnd<T, R (*)(A)> : std::bool_constant<first_is_optional<T, R, A>> {};

// What a body that wants values only needs to know: nothing to give back.
struct ChannelCase {
    static constexpr bool is_channel = true;
    std::source_location where;
    void give_back() noexcept {}
};

template <class T, class F>
class ReceiveCase : public ChannelCase {
  public:
    ReceiveCase(Receiver<T>& receiver, F body, const std::source_location& at)
        : ChannelCase{at}, core_(DetailAccess::core(receiver)), body_(std::move(body)) {}
    SelectCase prepare() noexcept {
        SelectCase c;
        c.core = core_;
        c.slot = slot_.room();
        c.takes_closed = WantsEnd<T, F>::value;
        return c;
    }
    void run(Exchange outcome) {
        if (outcome == Exchange::done) slot_.filled();
        if constexpr (WantsEnd<T, F>::value)
            body_(outcome == Exchange::done ? std::optional<T>(slot_.value()) : std::nullopt);
        else
            body_(T(slot_.value()));
    }

  private:
    ChannelCore* core_;
    F body_;
    Slot<T> slot_;
};

// Held is T&& (an rvalue stays with the caller until the case is chosen) or T (a copy).
template <class T, class Held, class F>
class SendCase : public ChannelCase {
  public:
    template <class V>
    SendCase(const Sender<T>& sender, V&& value, F body, const std::source_location& at)
        : ChannelCase{at},
          core_(DetailAccess::core(sender)),
          value_(std::forward<V>(value)),
          body_(std::move(body)) {
        if constexpr (travels_boxed<T>) box_ = std::make_unique<T>(std::move(value_));
    }
    SelectCase prepare() noexcept {
        SelectCase c;
        c.core = core_;
        c.sends = true;
        if constexpr (travels_boxed<T>)
            c.slot = &box_;
        else
            c.slot = &value_;
        return c;
    }
    void give_back() {
        if constexpr (travels_boxed<T> && std::is_reference_v<Held> && std::is_move_assignable_v<T>)
            if (box_ != nullptr) value_ = std::move(*box_);
    }
    void run(Exchange) { body_(); }

  private:
    ChannelCore* core_;
    Held value_;
    std::conditional_t<travels_boxed<T>, std::unique_ptr<T>, char> box_{};
    F body_;
};

template <class F>
struct AfterCase {
    static constexpr bool is_channel = false;
    std::source_location where;
    Duration delay;
    F body;
    void give_back() noexcept {}
};

template <class F>
struct OtherwiseCase : AfterCase<F> {};

}  // namespace detail

/// Case of select(): a value can be received. The body takes the value.
///
/// Shape: a body `[](T)` is for values; when the channel is closed and drained the case drops out.
///        A body `[](std::optional<T>)` is also chosen by the end, with nothing, each time it is
///        asked: leave the loop then.
template <class T, class F>
auto on(Receiver<T>& receiver, F body,
        const std::source_location& where = std::source_location::current()) {
    return detail::ReceiveCase<T, F>(receiver, std::move(body), where);
}

/// Case of select(): `value` can be sent. An rvalue is moved from only if this case is chosen; an
/// lvalue is copied. When the last Receiver is gone the case drops out.
template <class T, class V, class F>
    requires std::is_constructible_v<T, V&&>
auto on_send(const Sender<T>& sender, V&& value, F body,
             const std::source_location& where = std::source_location::current()) {
    using Held = std::conditional_t<std::is_same_v<V, T>, T&&, T>;
    return detail::SendCase<T, Held, F>(sender, std::forward<V>(value), std::move(body), where);
}

/// Case of select(): nothing else could proceed for this long. At most one is useful; with several
/// the earliest counts. Zero or less is the same as otherwise().
template <class Rep, class Period, class F>
auto after(std::chrono::duration<Rep, Period> delay, F body,
           const std::source_location& where = std::source_location::current()) {
    return detail::AfterCase<F>{where, std::chrono::ceil<Duration>(delay), std::move(body)};
}

/// Case of select(): nothing else can proceed just now.
template <class F>
auto otherwise(F body, const std::source_location& where = std::source_location::current()) {
    return detail::OtherwiseCase<F>{{where, Duration::zero(), std::move(body)}};
}

/// Waits until one of its cases can proceed, takes exactly that one and runs its body.
///
/// Shape:    the index of the chosen case, counted from 0 as written; none_left when every channel
///           has ended and there is neither after() nor otherwise(). The cases may name one channel
///           several times. The body runs after the choice, with nothing held.
/// Blocks:   the goroutine, never its thread; not at all with otherwise().
/// Cancels:  throws Cancelled; then no case has happened.
/// Ordering: among cases that can proceed the choice is random, the same for the same seed in the
///           simulator.
/// Source:   Go specification, "Select statements".
/// Example:  runtime/examples/select.cpp
template <class... Cases>
std::size_t select(Cases&&... cases);

namespace detail {

template <class Case>
void earliest(Case& c, std::size_t index, std::optional<Duration>& delay, std::size_t& chosen) {
    if constexpr (!Case::is_channel) {
        if (delay && *delay <= c.delay) return;
        delay = c.delay;
        chosen = index;
    }
}

template <class Case>
void run_case(Case& c, Exchange outcome) {
    if constexpr (Case::is_channel)
        c.run(outcome);
    else
        c.body();
}

template <std::size_t... I, class... Cases>
std::size_t select_all(std::index_sequence<I...>, Cases&... cases) {
    const std::source_location where = std::get<0>(std::tie(cases...)).where;
    constexpr std::size_t channels = (std::size_t{0} + ... + (Cases::is_channel ? 1 : 0));
    std::array<SelectCase, channels + 1> prepared;  // one more, so that the arrays are never empty
    std::array<SelectRoom, channels + 1> room;
    std::array<std::size_t, channels + 1> original{};
    std::uint32_t count = 0;
    const auto prepare = [&](auto& c, std::size_t index) {
        if constexpr (std::remove_cvref_t<decltype(c)>::is_channel) {
            prepared[count] = c.prepare();
            original[count++] = index;
        }
    };
    (prepare(cases, I), ...);
    std::optional<Duration> delay;
    std::size_t index = none_left;
    (earliest(cases, I, delay, index), ...);
    std::optional<TimePoint> until;
    if (delay) until = *delay <= Duration::zero() ? TimePoint::min() : Clock::now() + *delay;
    Selected selected;
    try {
        selected = select_cases(prepared.data(), count, room.data(), until, where);
    } catch (...) {
        (cases.give_back(), ...);
        throw;
    }
    if (selected.index == Selected::none_left)
        index = none_left;
    else if (selected.index != Selected::timed_out)
        index = original[selected.index];
    ((I == index ? void() : cases.give_back()), ...);
    (void)((I == index ? (run_case(cases, selected.outcome), true) : false) || ...);
    return index;
}

}  // namespace detail

template <class... Cases>
std::size_t select(Cases&&... cases) {
    static_assert(sizeof...(Cases) > 0, "a select without cases would wait for ever");
    static_assert((!std::is_lvalue_reference_v<Cases> && ...), "write the cases inside select()");
    return detail::select_all(std::index_sequence_for<Cases...>{}, cases...);
}

}  // namespace weft::inline abi1
