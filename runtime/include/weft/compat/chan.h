// SPDX-License-Identifier: Apache-2.0
// Go's channel: one handle for both ends, copied freely, closed by hand. For code that is ported
// line by line; new code is better off with Sender and Receiver, which close by themselves.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "weft/channel.h"
#include "weft/compat/panic.h"
#include "weft/detail/other_side.h"

namespace weft::inline abi1::compat {

namespace detail {

/// Every handle keeps both sides of the core, so that only close() ends the channel.
template <class T>
struct Ends {
    Sender<T> tx = DetailAccess::nil<Sender<T>>();
    Receiver<T> rx = DetailAccess::nil<Receiver<T>>();

    bool is_nil() const noexcept { return DetailAccess::is_nil(tx); }
    Ends clone() const { return is_nil() ? Ends{} : Ends{tx.clone(), rx.clone()}; }
};

/// The channel behind nil handles: one on which nobody ever does the opposite of `Use`, so that
/// waiting on it lasts for ever and shows in reports like any other wait. `for_ever`: that is
/// meant.
enum class Use { send, receive, for_ever };
template <class T, Use use>
Ends<T>& nil_channel() {
    static auto* const never = [] {
        auto ends = weft::channel<T>(0, use == Use::for_ever ? "for ever" : "nil channel");
        auto nobody = std::make_shared<weft::detail::OtherSide>();
        nobody->acts_itself = use == Use::for_ever;
        DetailAccess::core(ends.first)->serve_by(std::move(nobody));
        return new Ends<T>{std::move(ends.first), std::move(ends.second)};
    }();
    return *never;
}

}  // namespace detail

/// What a receive with `ok` gives: `value` is T{} when the channel is closed and drained.
template <class T>
struct Received {
    T value;
    bool ok;
};

/// What all three kinds of handle can do. A default constructed one is nil.
template <class T>
class ChanHandle {
  public:
    ChanHandle() noexcept = default;
    ChanHandle(const ChanHandle& other) : ends_(other.ends_.clone()) {}
    ChanHandle(ChanHandle&&) noexcept = default;
    ChanHandle& operator=(const ChanHandle& other) {
        ends_ = other.ends_.clone();
        return *this;
    }
    ChanHandle& operator=(ChanHandle&&) noexcept = default;

    /// Makes it nil: Go's `ch = nil`, which takes a case out of a select.
    void set_nil() noexcept { ends_ = {}; }
    bool is_nil() const noexcept { return ends_.is_nil(); }
    std::size_t len() const { return is_nil() ? 0 : ends_.rx.size(); }
    std::size_t cap() const { return is_nil() ? 0 : ends_.rx.capacity(); }

    /// Whether both are handles of the same channel, or both nil.
    friend bool operator==(const ChanHandle& a, const ChanHandle& b) {
        if (a.is_nil() || b.is_nil()) return a.is_nil() == b.is_nil();
        return DetailAccess::core(a.ends_.tx) == DetailAccess::core(b.ends_.tx);
    }

  protected:
    explicit ChanHandle(detail::Ends<T> ends) : ends_(std::move(ends)) {}

    // Go's channel operations leave the handle alone, so a captured copy can be used as it is.
    mutable detail::Ends<T> ends_;

  private:
    friend struct ChanAccess;
};

/// For the operations and select: the ends behind a handle; those that wait for ever when it is
/// nil.
struct ChanAccess {
    /// Before anybody else sees it: nobody sends, but that acts.
    template <class T>
    static void served_by(const ChanHandle<T>& handle,
                          std::shared_ptr<const weft::detail::OtherSide> other) {
        DetailAccess::core(handle.ends_.tx)->serve_by(std::move(other));
    }
    template <class T>
    static Sender<T>& sender(const ChanHandle<T>& handle) {
        return handle.is_nil() ? detail::nil_channel<T, detail::Use::send>().tx : handle.ends_.tx;
    }
    template <class T>
    static Receiver<T>& receiver(const ChanHandle<T>& handle) {
        return handle.is_nil() ? detail::nil_channel<T, detail::Use::receive>().rx
                               : handle.ends_.rx;
    }
};

namespace detail {

/// The operations of handles that may send.
template <class T, class Handle>
class Sending {
  public:
    /// Sends, waiting until a receiver or a free place takes the value. On a nil channel: for ever.
    ///
    /// Errors:  Panic "send on closed channel", also when it is closed while the send waits.
    /// Blocks:  the goroutine, never its thread.
    /// Cancels: throws Cancelled if an ambient context is in force and ends; the value stays.
    /// Source:  Go specification, "Send statements".
    void send(T&& value,
              const std::source_location& where = std::source_location::current()) const {
        if (sender().send(std::move(value), where).disconnected()) throw_closed(where);
    }
    void send(const T& value,
              const std::source_location& where = std::source_location::current()) const
        requires std::copy_constructible<T>
    {
        if (sender().send(value, where).disconnected()) throw_closed(where);
    }

    /// Says that no more will be sent. Receivers drain the channel and then see the end.
    ///
    /// Errors: Panic "close of closed channel" and "close of nil channel".
    /// Source: Go specification, "Close".
    void close(const std::source_location& where = std::source_location::current()) const {
        if (handle().is_nil()) throw Panic("close of nil channel", nullptr, where);
        if (!core()->close()) throw Panic("close of closed channel", core()->name(), where);
    }

  private:
    friend Handle;
    Sending() = default;
    const Handle& handle() const { return static_cast<const Handle&>(*this); }
    Sender<T>& sender() const { return ChanAccess::sender<T>(handle()); }
    weft::detail::ChannelCore* core() const { return DetailAccess::core(sender()); }
    [[noreturn]] void throw_closed(const std::source_location& where) const {
        throw Panic("send on closed channel", core()->name(), where);
    }
};

/// The operations of handles that may receive.
template <class T, class Handle>
class Receiving {
  public:
    /// Go's `<-ch`: the next value, waiting until there is one; T{} once the channel is closed and
    /// drained. On a nil channel it waits for ever.
    ///
    /// Blocks:   the goroutine, never its thread.
    /// Cancels:  throws Cancelled if an ambient context is in force and ends; no value is lost.
    /// Ordering: all done before the send, or before the close that ended it, is visible.
    /// Source:   Go specification, "Receive operator".
    T recv(const std::source_location& where = std::source_location::current()) const
        requires std::default_initializable<T>
    {
        return recv_ok(where).value;
    }
    /// Go's `v, ok := <-ch`.
    Received<T> recv_ok(const std::source_location& where = std::source_location::current()) const
        requires std::default_initializable<T>
    {
        if (auto value = next(where)) return {std::move(*value), true};
        return {T{}, false};
    }
    /// The same for types that have no T{}: nothing once the channel is closed and drained.
    std::optional<T> next(
        const std::source_location& where = std::source_location::current()) const {
        return receiver().recv(where);
    }

    /// Go's `for v := range ch`.
    auto begin(const std::source_location& where = std::source_location::current()) const {
        return receiver().begin(where);
    }
    std::default_sentinel_t end() const noexcept { return {}; }

  private:
    friend Handle;
    Receiving() = default;
    Receiver<T>& receiver() const {
        return ChanAccess::receiver<T>(static_cast<const Handle&>(*this));
    }
};

}  // namespace detail

template <class T>
class Chan;

/// Go's `chan<- T`.
template <class T>
class SendChan : public ChanHandle<T>, public detail::Sending<T, SendChan<T>> {
  public:
    SendChan() noexcept = default;
    SendChan(const Chan<T>& both) : ChanHandle<T>(both) {}
};

/// Go's `<-chan T`.
template <class T>
class RecvChan : public ChanHandle<T>, public detail::Receiving<T, RecvChan<T>> {
  public:
    RecvChan() noexcept = default;
    RecvChan(const Chan<T>& both) : ChanHandle<T>(both) {}
};

/// Go's `chan T`: make_chan() makes one, copies are handles of the same channel, and only close()
/// ends it. The channel goes with its last handle; values in it are destroyed then.
///
/// Source: Go specification, "Channel types".
template <class T>
class Chan : public ChanHandle<T>,
             public detail::Sending<T, Chan<T>>,
             public detail::Receiving<T, Chan<T>> {
  public:
    Chan() noexcept = default;

  private:
    template <class U>
    friend Chan<U> make_chan(std::size_t, const char*, std::source_location);
    explicit Chan(detail::Ends<T> ends) : ChanHandle<T>(std::move(ends)) {}
};

/// Go's `make(chan T, capacity)`. `name` (a literal) appears in reports.
template <class T>
Chan<T> make_chan(std::size_t capacity = 0, const char* name = nullptr,
                  std::source_location where = std::source_location::current()) {
    auto ends = weft::channel<T>(capacity, name, where);
    return Chan<T>(detail::Ends<T>{std::move(ends.first), std::move(ends.second)});
}

}  // namespace weft::inline abi1::compat
