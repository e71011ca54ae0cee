// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/wait_ends.h"

#include "weft/detail/channel_core.h"
#include "weft/detail/other_side.h"
#include "weft/semaphore.h"
#include "weft/wait_group.h"

#include "runtime/src/permit_holders.h"

namespace weft::inline abi1::detail {

struct TokenAccess {
    static const Ends& tokens_of(const void* group) noexcept {
        return static_cast<const WaitGroup*>(group)->tokens_;
    }
};

namespace {

void see_channel(const ChannelCore& channel, Side side, void* arg) {
    auto& ends = *static_cast<WaitEnds*>(arg);
    ends.anybody |= channel.lets_go(side);
    const auto before = ends.count;
    const OtherSide* there = channel.other_side();
    if (there == nullptr) {
        channel.ends(other(side)).each([&ends](const void* at) { ends.add(at); });
        ends.anybody |= ends.count == before;  // the last is just going, or coming
        return;
    }
    ends.handle = there->handle;
    for (; there != nullptr; there = there->behind.get()) {
        ends.anybody |= there->acts_itself.load(std::memory_order_relaxed);
        there->handles.each([&ends](const void* at) { ends.add(at); });
    }
}

// Only a permit that is out can come back and end the wait. Where not all are recorded the
// semaphore stands for them.
void see_permits(const Semaphore& semaphore, WaitEnds& ends) noexcept {
    const PermitPlaces& permits = places_of(semaphore);
    ends.somebody_in_front = free_permits_of(semaphore) > 0;
    if (!permits.are_all()) return ends.add(&semaphore);
    permits.each([&ends](const void* at, const Goroutine*) { ends.add(at); });
    ends.anybody |= ends.count == 0;  // they have just come back
    ends.handle = "Permit";
    ends.by_way_of = &semaphore;
}

}  // namespace

bool ends_by_one_of_several(WaitKind kind) noexcept {
    switch (kind) {
        case WaitKind::send:
        case WaitKind::receive:
        case WaitKind::select:
        case WaitKind::event:
        case WaitKind::cond:
        case WaitKind::semaphore:
        case WaitKind::counted_group:
            return true;
        default:
            return false;
    }
}

bool is_at_a_channel(WaitKind kind) noexcept {
    return kind == WaitKind::send || kind == WaitKind::receive || kind == WaitKind::select;
}

WaitEnds ends_of(WaitKind kind, const void* object) noexcept {
    WaitEnds ends;
    if (is_at_a_channel(kind))
        each_awaited(kind, object, see_channel, &ends);
    else if (kind == WaitKind::semaphore)
        see_permits(*static_cast<const Semaphore*>(object), ends);
    else if (kind == WaitKind::wait_group)
        TokenAccess::tokens_of(object).each([&ends](const void* at) { ends.add(at); });
    else
        ends.add(object);  // the thing itself lies somewhere
    return ends;
}

}  // namespace weft::inline abi1::detail
