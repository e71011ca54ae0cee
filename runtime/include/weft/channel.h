// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <source_location>
#include <utility>

#include "weft/cancelled.h"
#include "weft/detail/channel_end.h"
#include "weft/detail/payload.h"
#include "weft/ensure.h"

namespace weft::inline abi1 {

template <class T>
class Sender;
template <class T>
class Receiver;

/// Makes a channel: what goes into the Sender comes out of the Receiver, in order, each value once.
///
/// Shape:    `capacity` values wait in the channel; 0 is a rendezvous, where a send waits for its
///           receive. `name` (a literal) appears in reports.
/// Ordering: all done before a send is visible after the receive that takes its value; the k-th
///           receive is visible after the (k + capacity)-th send returns.
/// Source:   Go memory model, "Channel communication".
/// Example:  runtime/examples/pipeline.cpp
template <class T>
std::pair<Sender<T>, Receiver<T>> channel(
    std::size_t capacity = 0, const char* name = nullptr,
    std::source_location where = std::source_location::current());

/// How a send ended: sent, or nobody is left to receive and the value comes back.
template <class T>
class [[nodiscard]] SendResult {
  public:
    SendResult() = default;
    explicit SendResult(T&& unsent) : unsent_(std::make_unique<T>(std::move(unsent))) {}

    explicit operator bool() const noexcept { return unsent_ == nullptr; }
    bool disconnected() const noexcept { return unsent_ != nullptr; }
    /// The value that was not sent. Only after disconnected().
    T value() && {
        ENSURE(unsent_ != nullptr, "SendResult::value() of a send that succeeded");
        return std::move(*unsent_);
    }

  private:
    std::unique_ptr<T> unsent_;  // pays only on the rare path
};

/// How a try_send ended: sent, full (it would have to wait) or disconnected.
template <class T>
class [[nodiscard]] TrySend {
  public:
    explicit TrySend(detail::Exchange outcome) noexcept : outcome_(outcome) {}
    TrySend(detail::Exchange outcome, T&& unsent)
        : unsent_(std::make_unique<T>(std::move(unsent))), outcome_(outcome) {}

    explicit operator bool() const noexcept { return outcome_ == detail::Exchange::done; }
    bool full() const noexcept { return outcome_ == detail::Exchange::would_block; }
    bool disconnected() const noexcept { return outcome_ == detail::Exchange::closed; }
    /// The value that was not sent. Only after full() or disconnected().
    T value() && {
        ENSURE(unsent_ != nullptr, "TrySend::value() of a send that succeeded");
        return std::move(*unsent_);
    }

  private:
    std::unique_ptr<T> unsent_;
    detail::Exchange outcome_;
};

/// How a try_recv ended: a value, empty (it would have to wait) or closed and drained.
template <class T>
class [[nodiscard]] TryRecv {
  public:
    explicit TryRecv(detail::Exchange outcome) noexcept : outcome_(outcome) {}
    explicit TryRecv(T&& value) : value_(std::move(value)), outcome_(detail::Exchange::done) {}

    explicit operator bool() const noexcept { return value_.has_value(); }
    bool empty() const noexcept { return outcome_ == detail::Exchange::would_block; }
    bool closed() const noexcept { return outcome_ == detail::Exchange::closed; }
    T& operator*() & { return checked(); }
    T&& operator*() && { return std::move(checked()); }
    T* operator->() { return &checked(); }

  private:
    T& checked() {
        ENSURE(value_.has_value(), "TryRecv holds no value");
        return *value_;
    }
    std::optional<T> value_;
    detail::Exchange outcome_;
};

/// The end that puts in. Move-only: a copy nobody thinks of would keep the channel open. The last
/// one dropped closes the channel; receivers drain what it holds and then see the end. Any number
/// of goroutines and threads may use one Sender at once.
template <class T>
class Sender : detail::ChannelEnd<detail::Side::sends> {
    using End = detail::ChannelEnd<detail::Side::sends>;

  public:
    /// Sends, waiting until a receiver or a free place takes the value.
    ///
    /// Errors:  the value comes back once the last Receiver is gone.
    /// Blocks:  the goroutine, never its thread.
    /// Cancels: throws Cancelled; then `value` still holds its value and no receiver gets it.
    /// Source:  Go specification, "Send statements".
    SendResult<T> send(T&& value,
                       const std::source_location& where = std::source_location::current()) {
        if constexpr (detail::travels_boxed<T>) {
            auto box = std::make_unique<T>(std::move(value));
            try {
                if (core().send(&box, where) == detail::Exchange::done) return {};
            } catch (const Cancelled&) {
                give_back(value, *box);
                throw;
            }
            return SendResult<T>(std::move(*box));
        } else {
            if (core().send(&value, where) == detail::Exchange::done) return {};
            return SendResult<T>(std::move(value));
        }
    }
    SendResult<T> send(const T& value,
                       const std::source_location& where = std::source_location::current())
        requires std::is_copy_constructible_v<T>
    {
        T copy(value);
        return send(std::move(copy), where);
    }

    /// Sends only if that needs no waiting; else the value comes back in the result.
    TrySend<T> try_send(T&& value) {
        if constexpr (detail::travels_boxed<T>) {
            auto box = std::make_unique<T>(std::move(value));
            const auto outcome = core().try_send(&box);
            if (outcome == detail::Exchange::done) return TrySend<T>(outcome);
            return TrySend<T>(outcome, std::move(*box));
        } else {
            const auto outcome = core().try_send(&value);
            if (outcome == detail::Exchange::done) return TrySend<T>(outcome);
            return TrySend<T>(outcome, std::move(value));
        }
    }
    TrySend<T> try_send(const T& value)
        requires std::is_copy_constructible_v<T>
    {
        T copy(value);
        return try_send(std::move(copy));
    }

    /// One more Sender of the same channel, which stays open until that one is dropped too.
    Sender clone() const { return Sender(End::add_end()); }

    std::size_t size() const { return core().size(); }  ///< values waiting in the channel just now
    std::size_t capacity() const { return core().capacity(); }

  private:
    friend struct DetailAccess;
    template <class U>
    friend std::pair<Sender<U>, Receiver<U>> channel(std::size_t, const char*,
                                                     std::source_location);
    using End::End;

    static void give_back(T& value, T& boxed) {
        if constexpr (std::is_move_assignable_v<T>) value = std::move(boxed);
    }
    using End::core;
};

/// The end that takes out. Move-only, like Sender. When the last one is dropped, waiting and later
/// sends get their value back, and what the channel still holds is destroyed.
template <class T>
class Receiver : detail::ChannelEnd<detail::Side::receives> {
    using End = detail::ChannelEnd<detail::Side::receives>;

  public:
    /// Receives the next value, waiting until there is one.
    ///
    /// Shape:    a value, or nothing once the channel is closed and drained.
    /// Blocks:   the goroutine, never its thread.
    /// Cancels:  throws Cancelled; no value is lost by that.
    /// Ordering: all done before the send is visible after the receive that takes its value.
    /// Source:   Go specification, "Receive operator"; Go memory model, "Channel communication".
    /// Example:  runtime/examples/pipeline.cpp
    [[nodiscard]] std::optional<T> recv(
        const std::source_location& where = std::source_location::current()) {
        detail::Slot<T> slot;
        if (core().receive(slot.room(), where) != detail::Exchange::done) return std::nullopt;
        slot.filled();
        return std::optional<T>(slot.value());
    }

    /// Receives only if that needs no waiting.
    TryRecv<T> try_recv() {
        detail::Slot<T> slot;
        const auto outcome = core().try_receive(slot.room());
        if (outcome != detail::Exchange::done) return TryRecv<T>(outcome);
        slot.filled();
        return TryRecv<T>(slot.value());
    }

    /// One more Receiver of the same channel; each value goes to exactly one of them.
    Receiver clone() const { return Receiver(End::add_end()); }

    std::size_t size() const { return core().size(); }  ///< values waiting in the channel just now
    std::size_t capacity() const { return core().capacity(); }

    /// Receives until the channel is closed and drained: `for (T value : receiver)`.
    class Iterator {
      public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;
        Iterator(Receiver& receiver, const std::source_location& where)
            : receiver_(&receiver), where_(where) {
            ++*this;
        }
        T&& operator*() const { return std::move(*value_); }
        Iterator& operator++() {
            value_.reset();
            if (auto next = receiver_->recv(where_)) value_.emplace(std::move(*next));
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return !value_.has_value(); }

      private:
        Receiver* receiver_;
        std::source_location where_;
        mutable std::optional<T> value_;
    };
    Iterator begin(const std::source_location& where = std::source_location::current()) {
        return Iterator(*this, where);
    }
    std::default_sentinel_t end() const noexcept { return {}; }

  private:
    friend struct DetailAccess;
    template <class U>
    friend std::pair<Sender<U>, Receiver<U>> channel(std::size_t, const char*,
                                                     std::source_location);
    using End::End;

    using End::core;
};

template <class T>
std::pair<Sender<T>, Receiver<T>> channel(std::size_t capacity, const char* name,
                                          std::source_location where) {
    static_assert(detail::check_payload<T>());
    auto* core =
        detail::ChannelCore::make(detail::element_ops<detail::Payload<T>>, capacity, name, where);
    return {Sender<T>(core->first_end(detail::Side::sends)),
            Receiver<T>(core->first_end(detail::Side::receives))};
}

/// For select and the diagnosis: the core behind an end.
struct DetailAccess {
    template <class End>
    static detail::ChannelCore* core(const End& end) {
        return &end.core();
    }
    /// As a moved-from end is, for compat's nil.
    template <class End>
    static End nil() noexcept {
        return End(nullptr);
    }
    template <class End>
    static bool is_nil(const End& end) noexcept {
        return end.is_moved_from();
    }
};

}  // namespace weft::inline abi1
