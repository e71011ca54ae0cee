// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/permit_holders.h"

#include <algorithm>
#include <atomic>

#include "weft/semaphore.h"

#include "runtime/src/goroutine.h"

namespace weft::inline abi1::detail {

struct PermitAccess {
    static const PermitPlaces& places_of(const Semaphore& semaphore) noexcept {
        return semaphore.places_;
    }
    static std::int64_t free_permits_of(const Semaphore& semaphore) noexcept {
        return semaphore.free_;
    }
};

const PermitPlaces& places_of(const Semaphore& semaphore) noexcept {
    return PermitAccess::places_of(semaphore);
}

std::int64_t free_permits_of(const Semaphore& semaphore) noexcept {
    return PermitAccess::free_permits_of(semaphore);
}

namespace {

std::atomic<std::int64_t> waits_for_permits{0};

// Of a goroutine that has ended since, or of a plain thread, it is not known.
bool is_on_stack_of(const Goroutine* g, const void* address) noexcept {
    if (g == nullptr || g->life.load(std::memory_order_acquire) != Life::alive) return false;
    const auto* const at = static_cast<const std::byte*>(address);
    const std::byte* const low = g->stack.low;
    return low != nullptr && at >= low && at < low + g->stack.bytes;
}

// Calls see(holder) as long as that says true; false: for one of them it has not, or one is not
// known.
template <class See>
bool each_holder(const PermitPlaces& places, See see) noexcept {
    bool all = places.are_all();
    places.each([&](const void* at, const Goroutine* by) {
        all = all && is_on_stack_of(by, at) && see(by);
    });
    return all;
}

// Whoever waits for it keeps the semaphore alive, and is held still meanwhile.
template <class Look>
void while_held(const WaitView& waits, Look look) noexcept {
    if (waits.kind != WaitKind::semaphore || !hold_wait(waits.goroutine)) return;
    if (sequence_of(waits.goroutine->wake.load(std::memory_order_acquire)) == waits.sequence)
        look(places_of(*static_cast<const Semaphore*>(waits.object)));
    end_inspection(waits.goroutine);
}

}  // namespace

void PermitHolders::add(const Goroutine* holder) noexcept {
    if (count_ < who_.size() && std::find(begin(), end(), holder) == end()) who_[count_++] = holder;
}

bool all_holders_wait(const PermitPlaces& places) noexcept {
    return each_holder(places, [](const Goroutine* holder) { return is_waiting(holder); });
}

bool all_holders_wait(const WaitView& waits) noexcept {
    bool all = false;
    while_held(waits, [&all](const PermitPlaces& places) { all = all_holders_wait(places); });
    return all;
}

PermitHolders permit_holders(const PermitPlaces& places) noexcept {
    PermitHolders found;
    const bool all = each_holder(places, [&found](const Goroutine* holder) {
        found.add(holder);
        return true;
    });
    return all ? found : PermitHolders{};
}

PermitHolders permit_holders(const WaitView& waits) noexcept {
    PermitHolders found;
    while_held(waits, [&found](const PermitPlaces& places) { found = permit_holders(places); });
    return found;
}

const Goroutine* only_holder(const WaitView& waits) noexcept {
    const PermitHolders holders = permit_holders(waits);
    return holders.count() == 1 ? *holders.begin() : nullptr;
}

WaitForPermits::WaitForPermits() noexcept {
    waits_for_permits.fetch_add(1, std::memory_order_relaxed);
    show_wait();
}

WaitForPermits::~WaitForPermits() {
    waits_for_permits.fetch_sub(1, std::memory_order_relaxed);
}

bool WaitForPermits::are_some() noexcept {
    return waits_for_permits.load(std::memory_order_relaxed) > 0;
}

}  // namespace weft::inline abi1::detail
