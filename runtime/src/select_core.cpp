// SPDX-License-Identifier: Apache-2.0
// Select in three passes, as in Go's runtime/select.go: (1) with all channels locked in address
// order, look for cases that can proceed and take one of them at random; before that the same
// without the locks, as a guess, with only the channel locked whose turn it is; (2) if there is
// none, queue at every channel under one ticket, so that exactly one peer can win; (3) once woken,
// lock again and leave the queues that did not win. A case whose channel has ended, and whose body
// wants values only, drops out.
#include <memory>

#include "weft/cancelled.h"
#include "weft/detail/channel_core.h"
#include "weft/detail/step.h"
#include "weft/detail/timer.h"

#include "runtime/src/biased_lock.h"
#include "runtime/src/mutant.h"

namespace weft::inline abi1::detail {
namespace {

struct SelectTimer : Timer {
    Ticket ticket;
    std::uint32_t* chosen = nullptr;
};

void fire_select(Timer* timer) noexcept {
    auto* self = static_cast<SelectTimer*>(timer);
    Goroutine* goroutine = self->ticket.goroutine;
    if (!claim(self->ticket)) return;
    *self->chosen = Selected::timed_out;
    ready(goroutine);
}

}  // namespace

class Selection {
  public:
    Selection(SelectCase* cases, std::uint32_t count, SelectRoom* room,
              const std::source_location& where)
        : cases_(cases), count_(count), room_(room), where_(where) {}

    Selected run(std::optional<TimePoint> until) {
        step();
        const Selected selected = choose_one(until);
        step();
        return selected;
    }

    /// While it waits, which is while its frame stands still.
    void each_channel(void (*see)(const ChannelCore&, Side, void*), void* arg) const {
        for (std::uint32_t i = 0; i < count_; ++i)
            if (!cases_[i].out)
                see(*cases_[i].core, cases_[i].sends ? Side::sends : Side::receives, arg);
    }

  private:
    enum class Locks : std::uint8_t { one_by_one, all_held };

    Selected choose_one(std::optional<TimePoint> until) {
        Selected selected;
        Waiter* woken = nullptr;
        if (look<Locks::one_by_one>(selected, woken)) {
            if (woken != nullptr) ready(woken->ticket.goroutine);
            return selected;
        }
        sort_channels();
        for (;;) {
            step();
            lock_all();
            if (!mutated(Mutant::select_one_look) && look<Locks::all_held>(selected, woken)) {
                unlock_all();
                if (woken != nullptr) ready(woken->ticket.goroutine);
                return selected;
            }
            if (until == TimePoint::min()) {
                unlock_all();
                selected.index = Selected::timed_out;
                return selected;
            }
            if (live_ == 0 && !until) {
                unlock_all();
                selected.index = Selected::none_left;
                return selected;
            }
            selected = wait(until);
            if (selected.index == Selected::timed_out || keeps(selected)) return selected;
            cases_[selected.index].out = true;
        }
    }

    void sort_channels() noexcept {
        for (std::uint32_t i = 0; i < count_; ++i) {
            std::uint32_t at = channels_;
            while (at > 0 && room_[at - 1].order > cases_[i].core) --at;
            if (at > 0 && room_[at - 1].order == cases_[i].core) continue;
            for (std::uint32_t j = channels_; j > at; --j) room_[j].order = room_[j - 1].order;
            room_[at].order = cases_[i].core;
            ++channels_;
        }
    }
    void lock_all() noexcept {
        for (std::uint32_t i = 0; i < channels_; ++i) room_[i].order->lock_.lock();
    }
    void unlock_all() noexcept {
        for (std::uint32_t i = channels_; i-- > 0;) room_[i].order->lock_.unlock();
    }

    bool keeps(const Selected& selected) const noexcept {
        return selected.outcome == Exchange::done || cases_[selected.index].takes_closed;
    }

    // Pass 1. A queue may hold only waits that were just won by others, so a case that looked
    // possible can fail; it is then left out of this round.
    template <Locks locks>
    bool look(Selected& selected, Waiter*& woken) noexcept {
        std::uint32_t possible = 0;
        live_ = 0;
        for (std::uint32_t i = 0; i < count_; ++i) {
            SelectCase& c = cases_[i];
            if (c.out) continue;
            ++live_;
            if (c.sends ? c.core->may_give() : c.core->may_take()) room_[possible++].open = i;
        }
        while (possible > 0) {
            const std::size_t pick = possible == 1 ? 0 : choose(Choice::select_case, possible);
            const std::uint32_t i = room_[pick].open;
            SelectCase& c = cases_[i];
            selected.index = i;
            if (locks == Locks::one_by_one) c.core->lock_.lock();
            selected.outcome =
                c.sends ? c.core->give_locked(c.slot, woken) : c.core->take_locked(c.slot, woken);
            if (locks == Locks::one_by_one) c.core->lock_.unlock();
            if (selected.outcome != Exchange::would_block) {
                if (keeps(selected)) return true;
                c.out = true;
                --live_;
            }
            room_[pick].open = room_[--possible].open;
        }
        return false;
    }

    // Pass 2 and 3; called with all locks held.
    Selected wait(std::optional<TimePoint> until) {
        Selected selected;
        const char* name = channels_ == 1 ? room_[0].order->name() : nullptr;
        const WaitKind kind = until ? WaitKind::timed_select : WaitKind::select;
        const Ticket ticket = arm({kind, this, name, where_});
        for (std::uint32_t i = 0; i < count_; ++i) {
            SelectCase& c = cases_[i];
            if (c.out) continue;
            ChannelWaiter& waiter = *std::construct_at(&room_[i].waiter);
            waiter.ticket = ticket;
            waiter.slot = c.slot;
            waiter.outcome = &selected.outcome;
            waiter.chosen = &selected.index;
            waiter.index = i;
            (c.sends ? c.core->sending_ : c.core->receiving_).push_back(waiter);
        }
        unlock_all();
        SelectTimer timer;
        if (until) {
            timer.when = *until;
            timer.fire = fire_select;
            timer.ticket = ticket;
            timer.chosen = &selected.index;
            start_timer(timer);
        }
        const Woke woke = park();
        lock_all();
        for (std::uint32_t i = 0; i < count_; ++i) {
            SelectCase& c = cases_[i];
            if (c.out) continue;
            (c.sends ? c.core->sending_ : c.core->receiving_).remove(room_[i].waiter);
        }
        unlock_all();
        if (until) stop_timer(timer);
        if (woke == Woke::interrupted) throw_cancelled();
        return selected;
    }

    SelectCase* cases_;
    std::uint32_t count_;
    SelectRoom* room_;
    const std::source_location& where_;
    std::uint32_t channels_ = 0;
    std::uint32_t live_ = 0;
};

Selected select_cases(SelectCase* cases, std::uint32_t count, SelectRoom* room,
                      std::optional<TimePoint> until, const std::source_location& where) {
    return Selection(cases, count, room, where).run(until);
}

void each_awaited(WaitKind kind, const void* object, void (*see)(const ChannelCore&, Side, void*),
                  void* arg) {
    if (kind == WaitKind::select || kind == WaitKind::timed_select)
        static_cast<const Selection*>(object)->each_channel(see, arg);
    else if (kind == WaitKind::send || kind == WaitKind::receive)
        see(*static_cast<const ChannelCore*>(object),
            kind == WaitKind::send ? Side::sends : Side::receives, arg);
}

}  // namespace weft::inline abi1::detail
