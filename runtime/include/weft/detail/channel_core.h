// SPDX-License-Identifier: Apache-2.0
// The channel without its element type. Sender, Receiver and select are thin typed shells over it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <source_location>
#include <utility>

#include "weft/detail/biased_lock.h"
#include "weft/detail/ends.h"
#include "weft/detail/spin_lock.h"
#include "weft/detail/wait_list.h"
#include "weft/time.h"

namespace weft::inline abi1::detail {

/// How elements move. None of it may throw: payloads whose move may throw travel boxed.
struct ElementOps {
    std::size_t size = 0;
    std::size_t align = 1;
    void (*move)(void* to, void* from) noexcept = nullptr;      ///< the source stays destructible
    void (*relocate)(void* to, void* from) noexcept = nullptr;  ///< and the source is destroyed
    void (*destroy)(void* element) noexcept = nullptr;          ///< null: nothing to do
};

enum class Exchange : std::uint8_t { done, would_block, closed };

/// A send or receive that waits: where its value lies and how it ended.
struct ChannelWaiter : Waiter {
    void* slot = nullptr;
    Exchange* outcome = nullptr;      ///< shared by the cases of one select
    std::uint32_t* chosen = nullptr;  ///< set by a select only
    std::uint32_t index = 0;
};

/// A channel's two sides.
enum class Side : std::uint8_t { sends, receives };
constexpr Side other(Side side) noexcept {
    return side == Side::sends ? Side::receives : Side::sends;
}

struct OtherSide;  // other_side.h

class ChannelCore {
  public:
    /// One sender and one receiver exist from the start.
    static ChannelCore* make(const ElementOps& ops, std::size_t capacity, const char* name,
                             std::source_location where);
    ~ChannelCore();  // only for make()'s other half
    ChannelCore(const ChannelCore&) = delete;
    ChannelCore& operator=(const ChannelCore&) = delete;

    /// The place of the first end of a side.
    EndPlace* first_end(Side side) noexcept { return with_channel(of(side).first()); }
    EndPlace* add_end(Side side) { return with_channel(of(side).add()); }
    void drop_end(Side side, EndPlace* place) noexcept {
        if (!of(side).drop(place)) return;
        if (side == Side::sends)
            last_sender_gone();
        else
            last_receiver_gone();
    }
    const Ends& ends(Side side) const noexcept { return ends_[static_cast<std::size_t>(side)]; }
    /// What acts here in place of whoever has ends; null: nothing else does. Set before anybody
    /// waits.
    const OtherSide* other_side() const noexcept { return other_side_.get(); }
    void serve_by(std::shared_ptr<const OtherSide> other) noexcept {
        other_side_ = std::move(other);
    }
    /// Whether a wait of that side is about to end. A glimpse.
    bool lets_go(Side side) const noexcept { return side == Side::sends ? may_give() : may_take(); }
    /// Ends the channel while both sides still hold it, as Go's close() does: receivers drain it,
    /// sends that wait or come later are turned away. False: it was closed before.
    bool close() noexcept;

    /// Moves from `value` when done, leaves it alone otherwise. Throws Cancelled.
    Exchange send(void* value, const std::source_location& where);
    Exchange try_send(void* value) noexcept;
    /// Constructs into `slot` when done. Throws Cancelled.
    Exchange receive(void* slot, const std::source_location& where);
    Exchange try_receive(void* slot) noexcept;

    std::size_t size() const noexcept;
    std::size_t capacity() const noexcept { return capacity_; }
    const char* name() const noexcept { return name_; }
    const std::source_location& made_at() const noexcept { return made_at_; }
    /// How many there are just now: for reports.
    std::uint32_t senders() const noexcept { return ends(Side::sends).count(); }
    std::uint32_t receivers() const noexcept { return ends(Side::receives).count(); }

  private:
    friend class Selection;

    Ends& of(Side side) noexcept { return ends_[static_cast<std::size_t>(side)]; }
    EndPlace* with_channel(EndPlace* place) noexcept {
        place->channel = this;
        return place;
    }
    void last_sender_gone() noexcept;
    void last_receiver_gone() noexcept;

    ChannelCore(const ElementOps& ops, std::size_t capacity, const char* name,
                std::source_location where) noexcept;
    Exchange give_locked(void* value, Waiter*& woken) noexcept;
    Exchange take_locked(void* slot, Waiter*& woken) noexcept;
    bool may_give() const noexcept;  // without the lock: a guess
    bool may_take() const noexcept;
    Exchange wait(WaitKind kind, WaitList& list, void* slot, const std::source_location& where);
    static Waiter* close_all(WaitList& list) noexcept;
    std::byte* element(std::size_t index) noexcept;
    std::byte* back() noexcept;
    void pop_front() noexcept;
    void release_side() noexcept;

    mutable BiasedLock lock_;
    Glimpse<bool> closed_ = false;    // no sender is left, or close()
    Glimpse<bool> unwanted_ = false;  // no receiver is left, or close()
    Glimpse<std::size_t> count_ = 0;
    std::size_t head_ = 0;
    std::size_t capacity_;
    std::byte* elements_ = nullptr;
    ElementOps ops_;
    WaitList sending_;
    WaitList receiving_;
    std::array<Ends, 2> ends_;
    std::atomic<std::uint32_t> sides_{2};  // the senders together hold one, so do the receivers
    const char* name_;
    std::source_location made_at_;
    std::shared_ptr<const OtherSide> other_side_;
};

/// Calls see(core, side, arg) for each channel that a wait to send, to receive or of a select waits
/// at, and the side it stands on. While the waiter is held still.
void each_awaited(WaitKind kind, const void* object,
                  void (*see)(const ChannelCore&, Side, void* arg), void* arg);

/// One channel case of a select.
struct SelectCase {
    ChannelCore* core = nullptr;
    void* slot = nullptr;
    bool sends = false;
    bool takes_closed = false;  ///< the end of the channel chooses it too; else it drops out
    bool out = false;           ///< its channel has ended: never chosen
};

/// What a select needs for each case. Not set before it is used: most selects never wait.
struct SelectRoom {
    SelectRoom() noexcept {}  // NOLINT(modernize-use-equals-default): which would not compile
    ChannelCore* order;
    std::uint32_t open;
    union {
        ChannelWaiter waiter;
    };
};

struct Selected {
    std::uint32_t index = 0;  ///< of the channel case, or one of the two below
    Exchange outcome = Exchange::done;
    static constexpr std::uint32_t timed_out = 0xFFFF'FFFE;
    static constexpr std::uint32_t none_left = 0xFFFF'FFFF;
};

/// Chooses among `count` cases, with room for as many. Returns `timed_out` once `until` is reached
/// (at once when it is TimePoint::min()). Throws Cancelled.
Selected select_cases(SelectCase* cases, std::uint32_t count, SelectRoom* room,
                      std::optional<TimePoint> until, const std::source_location& where);

}  // namespace weft::inline abi1::detail
