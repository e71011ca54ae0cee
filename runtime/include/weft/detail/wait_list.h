// SPDX-License-Identifier: Apache-2.0
// First-in-first-out lists of waits that live on the waiters' own stacks: waiting allocates
// nothing.
#pragma once

#include "weft/detail/hidden.h"
#include "weft/detail/park.h"
#include "weft/detail/spin_lock.h"

namespace weft::inline abi1::detail {

/// One wait in one primitive's list. The primitive's lock guards everything but `ticket`.
struct Waiter {
    Ticket ticket{};
    Hidden<Waiter> next;
    Hidden<Waiter> previous;
    bool queued = false;
};

class WaitList {
  public:
    /// Without the lock: a guess.
    bool empty() const noexcept { return first() == nullptr; }
    Waiter* first() const noexcept { return Hidden<Waiter>(first_).get(); }

    void push_back(Waiter& w) noexcept {
        w.previous = last_;
        w.next = nullptr;
        if (last_ != nullptr)
            last_->next = &w;
        else
            first_ = Hidden(&w);
        last_ = &w;
        w.queued = true;
    }

    void push_front(Waiter& w) noexcept {
        w.previous = nullptr;
        w.next = first();
        (w.next != nullptr ? w.next->previous : last_) = &w;
        first_ = Hidden(&w);
        w.queued = true;
    }

    /// Takes it out if it is still in.
    void remove(Waiter& w) noexcept {
        if (!w.queued) return;
        if (w.previous != nullptr)
            w.previous->next = w.next;
        else
            first_ = w.next;
        (w.next != nullptr ? w.next->previous : last_) = w.previous;
        w.queued = false;
    }

    /// Takes out the first waiter and wins it; waits that ended otherwise are dropped on the way.
    /// Null: nobody waits. Whoever gets it must call ready() once the lock is released.
    Waiter* pop_claimed() noexcept {
        while (Waiter* w = first()) {
            remove(*w);
            if (claim(w->ticket)) return w;
        }
        return nullptr;
    }

    /// Wins all of them, linked by `next`.
    Waiter* pop_all_claimed() noexcept {
        Hidden<Waiter> chain;
        Hidden<Waiter>* end = &chain;
        while (Waiter* w = pop_claimed()) {
            w->next = nullptr;
            *end = w;
            end = &w->next;
        }
        return chain;
    }

  private:
    Glimpse<Hidden<Waiter>> first_;
    Hidden<Waiter> last_;
};

/// Makes a chain of pop_all_claimed() runnable. A waiter's frame may be gone once it is ready.
inline void ready_all(Waiter* chain) noexcept {
    while (chain != nullptr) {
        Waiter* w = chain;
        chain = w->next;
        ready(w->ticket.goroutine);
    }
}

/// Parks the caller and releases `lock` once its stack has been left.
template <class Lock>
Woke park_releasing(Lock& lock) noexcept {
    return park([](void* held) noexcept { static_cast<Lock*>(held)->unlock(); }, &lock);
}

}  // namespace weft::inline abi1::detail
