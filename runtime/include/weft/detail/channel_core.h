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

class ChannelCore;

/// Where one end of a channel lies just now: one for each Sender and Receiver. It is never moved,
/// and lives as long as the channel.
struct EndPlace {
    std::atomic<const void*> at{this};  ///< the end; the place itself: not yet; null: not any more
    union {
        ChannelCore* channel = nullptr;  ///< while there is an end
        EndPlace* next_free;
    };
};

/// The ends of one side of a channel: how many there are, and where. There is one from the start.
/// Making and dropping ends takes no lock but now and then.
class Ends {
  public:
    Ends() = default;
    ~Ends();
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;

    std::uint32_t count() const noexcept {
        return static_cast<std::uint32_t>(state_.load(std::memory_order_relaxed));
    }
    /// How many places there are, for ends that are, that were and that will be.
    std::uint32_t capacity() const noexcept {
        const std::lock_guard guard(lock_);
        return places_;
    }
    EndPlace* first() noexcept { return &first_; }
    EndPlace* add() {
        Block* const open = open_.load(std::memory_order_acquire);
        if (open == nullptr) {
            state_.fetch_add(1, std::memory_order_relaxed);
            return add_slowly();
        }
        const std::uint64_t before = state_.fetch_add(one_taken + 1, std::memory_order_relaxed);
        const auto at = static_cast<std::uint32_t>(before / one_taken) - open->first_taken;
        return at < open->size ? open->places + at : add_slowly();
    }
    /// True: it was the last.
    bool drop(EndPlace* place) noexcept {
        place->at.store(nullptr, std::memory_order_release);
        return static_cast<std::uint32_t>(state_.fetch_sub(1, std::memory_order_acq_rel)) == 1;
    }
    /// Calls f(address) for each; they may come, go and move meanwhile.
    template <class F>
    void each(F f) const {
        each_place([&](const EndPlace& place) {
            const void* const at = place.at.load(std::memory_order_relaxed);
            if (at != nullptr && at != &place) f(at);
        });
    }

  private:
    struct Block {
        Block* older;
        EndPlace* places;
        std::uint32_t size;
        std::uint32_t first_taken;  ///< how many had been taken when it was opened
    };
    static constexpr std::uint64_t one_taken = std::uint64_t{1} << 32;

    template <class F>
    void each_place(F f) const {
        f(first_);
        for (auto* block = newest_.load(std::memory_order_acquire); block; block = block->older)
            for (std::uint32_t i = 0; i < block->size; ++i) f(block->places[i]);
    }
    EndPlace* add_slowly();
    EndPlace* take_unused() noexcept;
    std::uint32_t gather_free() noexcept;
    EndPlace* add_block(std::uint32_t size);

    /// Below: how many ends there are. Above: how many places have been taken from open blocks.
    std::atomic<std::uint64_t> state_{1};
    std::atomic<Block*> open_{nullptr};  ///< may have places that nobody has had yet
    EndPlace first_;
    std::atomic<Block*> newest_{nullptr};
    mutable SpinLock lock_;  // for what follows, and for new blocks
    EndPlace* free_ = nullptr;
    std::uint32_t places_ = 1;
};

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
