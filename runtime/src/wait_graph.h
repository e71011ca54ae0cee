// SPDX-License-Identifier: Apache-2.0
// Who waits for whom, and whether that goes round in a circle.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "weft/detail/park.h"
#include "weft/report.h"

namespace weft::inline abi1::detail {

class PermitHolders;  // permit_holders.h

/// One wait, read while the waiter was held still. As long as its sequence number is the same the
/// goroutine has not moved: it holds what it held, and belongs to what it belonged to.
struct WaitView {
    Goroutine* goroutine = nullptr;
    std::uint64_t sequence = 0;
    WaitKind kind = WaitKind::none;
    const void* object = nullptr;
    std::source_location where{};
    std::int64_t since = 0;  ///< coarse monotonic ns
    bool parked = false;     ///< it has left its stack, and so has asked all that it wants to ask
    const Goroutine* holder = nullptr;  ///< who alone can end the wait; null: several, or unknown
    bool ends_by_itself = false;        ///< it has a deadline
    bool was_said = false;              ///< a report has called it stuck
    HeldLocks held;
    /// Whose end waits for the goroutine's: its owner, and the scopes around that.
    std::array<const void*, 4> belongs{};
};

/// What the caller has armed is seen by all before it looks at their waits.
void show_wait() noexcept;

/// A glimpse.
bool is_waiting(const Goroutine* goroutine) noexcept;

/// Whether anybody can wait for `me`, who is armed: for a lock it holds, for a permit, or, holding
/// one, for its end. If so, the wait has been shown.
bool somebody_may_wait_for(const Goroutine* me) noexcept;

/// Whether it is known of such a wait who could end it.
bool names_its_peers(WaitKind kind) noexcept;

/// Null: it does not wait, or no longer, as it has been cancelled or its run is over.
std::optional<WaitView> view(Goroutine* goroutine) noexcept;

/// Whether `peer` must act before the wait can end, which is one for several.
bool must_act(const WaitView& peer, const WaitView& waits) noexcept;

/// Whether it is recorded that this lock is among those.
bool has(const HeldLocks& held, const void* lock) noexcept;

/// What a look along the waits that one holder alone can end has found.
enum class Lead : std::uint8_t {
    none,     ///< somebody there can run, or waits for what is not known
    several,  ///< it leads to a wait for several
    circle,   ///< it comes back
};
/// Follows `holder`, for whom `me` is about to wait. Costs a few loads for each step.
Lead follow(Goroutine* me, const Goroutine* holder) noexcept;

/// Follows all who have the permits that `me` is about to wait for: `none` if one of them leads
/// nowhere.
Lead follow_all(Goroutine* me, const PermitHolders& holders) noexcept;

/// Waits in a circle: each waits for the next, the last for the first.
using Circle = std::vector<WaitView>;

/// The shortest circle through `from`, which waits; empty: there is none. Looks at all goroutines.
/// What it returns has been looked at a second time: nobody has moved in between. One that goes
/// through permits is only given where there is none without.
Circle find_circle(Goroutine* from);

/// Whether it goes through permits, which may have been handed to somebody who is not seen: then it
/// is not proven.
bool goes_through_permits(const Circle& circle) noexcept;

/// Whether all of it still wait as they did.
bool is_whole(const Circle& circle) noexcept;

/// Whether a report has called any of them stuck.
bool was_said(const Circle& circle) noexcept;

/// Notes of each of its waits that it has been told of.
void mark_as_said(const Circle& circle) noexcept;

/// What is to be said of a circle.
Report report_of(const Circle& circle);

// Its parts: "waits to lock mutex ...", and "held by ".
std::string what_it_waits_to_do(const ReportedGoroutine& who, WaitKind kind);
std::string why_it_waits_for_the_next(const WaitView& waits);

}  // namespace weft::inline abi1::detail
