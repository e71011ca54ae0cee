// SPDX-License-Identifier: Apache-2.0
// Invariants, all under lock_:
// - receiving_ is empty (of waits that can still be claimed) while count_ > 0;
// - sending_ is empty likewise while count_ < capacity_ and while receiving_ is not;
// - closed_ is set by the last sender, unwanted_ by the last receiver, both by close(), and neither
//   is taken back; with either set nobody new waits on the side that has gone quiet.
// A value moves while the lock is held, straight between the sender's frame, the ring and the
// receiver's frame: such moves cannot throw and are short (big values travel boxed). Waking comes
// after the lock. Partners stay on one worker mostly, so the lock is cheapest for a worker that has
// had it alone.
#include "weft/detail/channel_core.h"

#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "weft/cancelled.h"
#include "weft/detail/other_side.h"
#include "weft/detail/step.h"
#include "weft/ensure.h"

#include "runtime/src/biased_lock.h"
#include "runtime/src/mutant.h"

namespace weft::inline abi1::detail {
namespace {

std::size_t block_align(const ElementOps& ops) noexcept {
    return ops.align > alignof(ChannelCore) ? ops.align : alignof(ChannelCore);
}

std::size_t elements_offset(const ElementOps& ops) noexcept {
    return (sizeof(ChannelCore) + ops.align - 1) / ops.align * ops.align;
}

inline void finish(ChannelWaiter& waiter, Exchange outcome) noexcept {
    *waiter.outcome = outcome;
    if (waiter.chosen != nullptr) *waiter.chosen = waiter.index;
}

}  // namespace

ChannelCore::ChannelCore(const ElementOps& ops, std::size_t capacity, const char* name,
                         std::source_location where) noexcept
    : capacity_(capacity), ops_(ops), name_(name), made_at_(where) {}

ChannelCore::~ChannelCore() = default;

ChannelCore* ChannelCore::make(const ElementOps& ops, std::size_t capacity, const char* name,
                               std::source_location where) {
    ENSURE(capacity <= (SIZE_MAX / 2 - sizeof(ChannelCore)) / ops.size,
           "channel capacity overflows");
    const std::size_t offset = elements_offset(ops);
    void* block = ::operator new(offset + capacity * ops.size, std::align_val_t{block_align(ops)});
    auto* core = ::new (block) ChannelCore(ops, capacity, name, where);
    core->elements_ = static_cast<std::byte*>(block) + offset;
    return core;
}

// --- the two moves -------------------------------------------------------------------------------

inline std::byte* ChannelCore::element(std::size_t index) noexcept {
    return elements_ + index * ops_.size;
}

inline std::byte* ChannelCore::back() noexcept {
    std::size_t index = head_ + count_;
    if (index >= capacity_) index -= capacity_;
    return element(index);
}

inline void ChannelCore::pop_front() noexcept {
    if (++head_ == capacity_) head_ = 0;
    count_ = count_ - 1;
}

Exchange ChannelCore::give_locked(void* value, Waiter*& woken) noexcept {
    if (unwanted_) [[unlikely]]
        return Exchange::closed;
    if (auto* receiver = static_cast<ChannelWaiter*>(receiving_.pop_claimed())) {
        if (mutated(Mutant::channel_double) && capacity_ > 0) {
            std::memcpy(back(), value, ops_.size);
            count_ = count_ + 1;
        }
        ops_.move(receiver->slot, value);
        finish(*receiver, Exchange::done);
        woken = mutated(Mutant::channel_lost_wake) ? nullptr : receiver;
        return Exchange::done;
    }
    if (count_ == capacity_) return Exchange::would_block;
    ops_.move(back(), value);
    count_ = count_ + 1;
    return Exchange::done;
}

Exchange ChannelCore::take_locked(void* slot, Waiter*& woken) noexcept {
    if (count_ > 0) {
        ops_.relocate(slot, element(head_));
        pop_front();
        if (mutated(Mutant::channel_missed_dequeue)) return Exchange::done;
        if (auto* sender = static_cast<ChannelWaiter*>(sending_.pop_claimed())) {
            ops_.move(back(), sender->slot);  // the place just freed, at the end of the queue
            count_ = count_ + 1;
            finish(*sender, Exchange::done);
            woken = sender;
        }
        return Exchange::done;
    }
    if (auto* sender = static_cast<ChannelWaiter*>(sending_.pop_claimed())) {
        ops_.move(slot, sender->slot);
        finish(*sender, Exchange::done);
        woken = sender;
        return Exchange::done;
    }
    return closed_ ? Exchange::closed : Exchange::would_block;
}

bool ChannelCore::may_give() const noexcept {
    return unwanted_ || count_ < capacity_ || !receiving_.empty();
}

bool ChannelCore::may_take() const noexcept {
    return count_ > 0 || closed_ || !sending_.empty();
}

// --- single operations ---------------------------------------------------------------------------

Exchange ChannelCore::send(void* value, const std::source_location& where) {
    Waiter* woken = nullptr;
    lock_.lock_after_step();
    const Exchange outcome = give_locked(value, woken);
    if (outcome == Exchange::would_block) [[unlikely]]
        return wait(WaitKind::send, sending_, value, where);
    lock_.unlock_before_step();
    if (woken != nullptr) {
        ready(woken->ticket.goroutine);
        step();
    }
    return outcome;
}

Exchange ChannelCore::try_send(void* value) noexcept {
    Waiter* woken = nullptr;
    lock_.lock_after_step();
    const Exchange outcome = give_locked(value, woken);
    lock_.unlock_before_step();
    if (woken != nullptr) {
        ready(woken->ticket.goroutine);
        step();
    }
    return outcome;
}

Exchange ChannelCore::receive(void* slot, const std::source_location& where) {
    Waiter* woken = nullptr;
    lock_.lock_after_step();
    const Exchange outcome = take_locked(slot, woken);
    if (outcome == Exchange::would_block) [[unlikely]]
        return wait(WaitKind::receive, receiving_, slot, where);
    lock_.unlock();
    if (woken != nullptr) ready(woken->ticket.goroutine);
    return outcome;
}

Exchange ChannelCore::try_receive(void* slot) noexcept {
    Waiter* woken = nullptr;
    lock_.lock_after_step();
    const Exchange outcome = take_locked(slot, woken);
    lock_.unlock();
    if (woken != nullptr) ready(woken->ticket.goroutine);
    return outcome;
}

// Called with the lock held. A peer that claims the wait has moved the value and set the outcome
// before the waiter runs again; a cancel leaves both alone, so the value is still where it was.
Exchange ChannelCore::wait(WaitKind kind, WaitList& list, void* slot,
                           const std::source_location& where) {
    Exchange outcome = Exchange::would_block;
    ChannelWaiter waiter;
    waiter.slot = slot;
    waiter.outcome = &outcome;
    waiter.ticket = arm({kind, this, name_, where});
    list.push_back(waiter);
    if (park_releasing(lock_) == Woke::interrupted) {
        lock_.lock();
        list.remove(waiter);
        lock_.unlock();
        throw_cancelled();
    }
    return outcome;
}

std::size_t ChannelCore::size() const noexcept {
    std::lock_guard guard(lock_);
    return count_;
}

// --- the ends of the ends ------------------------------------------------------------------------

Waiter* ChannelCore::close_all(WaitList& list) noexcept {
    Waiter* chain = list.pop_all_claimed();
    for (Waiter* w = chain; w != nullptr; w = w->next)
        finish(*static_cast<ChannelWaiter*>(w), Exchange::closed);
    return chain;
}

void ChannelCore::last_sender_gone() noexcept {
    lock_.lock();
    closed_ = true;
    Waiter* chain = close_all(receiving_);
    lock_.unlock();
    if (!mutated(Mutant::channel_lost_close)) ready_all(chain);
    release_side();
    step();
}

bool ChannelCore::close() noexcept {
    lock_.lock();
    const bool first = !closed_;
    closed_ = true;
    unwanted_ = true;
    Waiter* receivers = close_all(receiving_);
    Waiter* senders = close_all(sending_);
    lock_.unlock();
    ready_all(receivers);
    ready_all(senders);
    step();
    return first;
}

void ChannelCore::last_receiver_gone() noexcept {
    lock_.lock();
    unwanted_ = true;
    Waiter* chain = close_all(sending_);
    lock_.unlock();
    ready_all(chain);
    // From here on nobody else touches the ring: no receiver is left and senders are turned away.
    // An element may hold an end of this very channel, so the count goes down before it dies.
    while (count_ > 0) {
        std::byte* first = element(head_);
        pop_front();
        if (ops_.destroy != nullptr) ops_.destroy(first);
    }
    release_side();
    step();
}

void ChannelCore::release_side() noexcept {
    if (sides_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const std::align_val_t align{block_align(ops_)};
    std::destroy_at(this);
    ::operator delete(static_cast<void*>(this), align);
}

}  // namespace weft::inline abi1::detail
