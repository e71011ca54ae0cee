// SPDX-License-Identifier: Apache-2.0
// The channel without its element type. Sender, Receiver and select are thin typed shells over it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <source_location>

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

class ChannelCore {
  public:
    /// One sender and one receiver exist from the start.
    static ChannelCore* make(const ElementOps& ops, std::size_t capacity, const char* name,
                             std::source_location where);

    void add_sender() noexcept { senders_.fetch_add(1, std::memory_order_relaxed); }
    void add_receiver() noexcept { receivers_.fetch_add(1, std::memory_order_relaxed); }
    void drop_sender() noexcept;
    void drop_receiver() noexcept;
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
    std::uint32_t senders() const noexcept { return senders_.load(std::memory_order_relaxed); }
    std::uint32_t receivers() const noexcept { return receivers_.load(std::memory_order_relaxed); }

  private:
    friend class Selection;

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

    mutable SpinLock lock_;
    Glimpse<bool> closed_ = false;    // no sender is left, or close()
    Glimpse<bool> unwanted_ = false;  // no receiver is left, or close()
    Glimpse<std::size_t> count_ = 0;
    std::size_t head_ = 0;
    std::size_t capacity_;
    std::byte* elements_ = nullptr;
    ElementOps ops_;
    WaitList sending_;
    WaitList receiving_;
    std::atomic<std::uint32_t> senders_{1};
    std::atomic<std::uint32_t> receivers_{1};
    std::atomic<std::uint32_t> sides_{2};  // the senders together hold one, so do the receivers
    const char* name_;
    std::source_location made_at_;
};

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
