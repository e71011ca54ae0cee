// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/select.h"

namespace weft::inline abi1 {

namespace detail {

/// One case of a SelectSet, asked again at every select().
class SetCase {
  public:
    virtual ~SetCase() = default;
    virtual SelectCase prepare() = 0;
    virtual void run(Exchange outcome) = 0;
    bool once = false;  ///< leaves the set when it is chosen
    std::size_t number = 0;
};

template <class T, class F>
class ReceiveSetCase final : public SetCase {
  public:
    ReceiveSetCase(Receiver<T>& receiver, F body) : receiver_(&receiver), body_(std::move(body)) {}
    SelectCase prepare() override {
        slot_.emplace();
        SelectCase c;
        c.core = DetailAccess::core(*receiver_);
        c.slot = slot_->room();
        c.takes_closed = WantsEnd<T, F>::value;
        return c;
    }
    void run(Exchange outcome) override {
        if constexpr (WantsEnd<T, F>::value) {
            if (outcome != Exchange::done) return void(body_(std::optional<T>()));
            slot_->filled();
            std::optional<T> value(slot_->value());
            slot_.reset();
            body_(std::move(value));
        } else {
            slot_->filled();
            T value(slot_->value());
            slot_.reset();
            body_(std::move(value));
        }
    }

  private:
    Receiver<T>* receiver_;
    F body_;
    std::optional<Slot<T>> slot_;
};

template <class T, class F>
class SendSetCase final : public SetCase {
  public:
    SendSetCase(const Sender<T>& sender, T&& value, F body)
        : sender_(&sender), value_(wrap(std::move(value))), body_(std::move(body)) {
        once = true;
    }
    SelectCase prepare() override {
        SelectCase c;
        c.core = DetailAccess::core(*sender_);
        c.sends = true;
        c.slot = &value_;
        return c;
    }
    void run(Exchange) override { body_(); }

  private:
    static Payload<T> wrap(T&& value) {
        if constexpr (travels_boxed<T>)
            return std::make_unique<T>(std::move(value));
        else
            return std::move(value);
    }
    const Sender<T>* sender_;
    Payload<T> value_;
    F body_;
};

}  // namespace detail

/// A select() whose cases come and go while the program runs: one goroutine that serves as many
/// channels as there are just now. Used by one goroutine at a time; a body may add and remove
/// cases, its own included.
///
/// Errors: an end that is used by a case must outlive it; one that was moved from is a breach.
/// Source: Go package reflect, Select.
class SelectSet {
  public:
    /// Names a case of this set.
    using Number = std::size_t;

    SelectSet() = default;
    SelectSet(const SelectSet&) = delete;
    SelectSet& operator=(const SelectSet&) = delete;

    /// Receives from `receiver` whenever this case is chosen. The body is as for weft::on(): one
    /// that takes a std::optional is chosen by the channel's end too, each time it is asked.
    template <class T, class F>
    Number on(Receiver<T>& receiver, F body) {
        return add(std::make_shared<detail::ReceiveSetCase<T, F>>(receiver, std::move(body)));
    }

    /// Sends `value`, once: the case leaves the set when it is chosen. Removed before, or when the
    /// set goes, the value is destroyed unsent.
    template <class T, class F>
    Number on_send(const Sender<T>& sender, std::type_identity_t<T> value, F body) {
        return add(
            std::make_shared<detail::SendSetCase<T, F>>(sender, std::move(value), std::move(body)));
    }

    /// Chosen by each select() in which nothing else could proceed for `delay`; zero: at once. The
    /// last call counts.
    void after(Duration delay, std::function<void()> body);
    /// As after(0): nothing else can proceed just now.
    void otherwise(std::function<void()> body) { after(Duration::zero(), std::move(body)); }
    void without_after() noexcept { delay_.reset(); }

    /// Takes a case out. False: it is gone already.
    bool remove(Number number) noexcept;
    std::size_t size() const noexcept { return cases_.size(); }

    /// Waits until a case can proceed, takes exactly that one and runs its body.
    ///
    /// Shape:    the case's number; `after_chosen` for after(); none_left when every channel has
    ///           ended, or there is no case, and no after().
    /// Blocks:   the goroutine, never its thread.
    /// Cancels:  throws Cancelled; then no case has happened.
    /// Ordering: random among those that can proceed, as select().
    Number select(const std::source_location& where = std::source_location::current());

    static constexpr Number after_chosen = static_cast<Number>(-2);

  private:
    Number add(std::shared_ptr<detail::SetCase> added);

    std::vector<std::shared_ptr<detail::SetCase>> cases_;
    std::vector<detail::SelectCase> prepared_;
    std::vector<detail::SelectRoom> room_;
    Number next_number_ = 0;
    std::optional<Duration> delay_;
    std::shared_ptr<std::function<void()>> after_body_;
};

}  // namespace weft::inline abi1
