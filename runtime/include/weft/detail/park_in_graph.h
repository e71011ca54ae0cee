// SPDX-License-Identifier: Apache-2.0
// Parking where it is known whom the wait is for. Such waits can go round in a circle: who would
// close one is told, instead of waiting for ever.
#pragma once

#include "weft/detail/park.h"
#include "weft/detail/permit_places.h"
#include "weft/detail/spin_lock.h"

namespace weft::inline abi1::detail {

/// Whether the caller can be told by an exception that it must not wait. Where not, the circle is
/// reported and the wait begins all the same.
enum class Refusal : std::uint8_t { throws, never };

/// As park_releasing(lock), for a wait that `holder` alone can end (null: nobody has it just now).
Woke park_behind(SpinLock& lock, const Goroutine* holder) noexcept;

/// The same, for a wait that ends when all of several have acted.
Woke park_behind_all(SpinLock& lock, Refusal refusal) noexcept;
/// The same, where no lock guards the wait.
Woke park_behind_all(Refusal refusal) noexcept;

/// The same, for a wait for permits, of which any that comes back may end it. Such a circle is told
/// of, and the wait begins; it is refused only where Reactions::likely wants that.
Woke park_behind_permits(SpinLock& lock, const PermitPlaces& permits) noexcept;

/// Whether somebody waits for permits: then whoever begins to wait may have them. A glimpse.
bool permits_are_awaited() noexcept;

/// After a wake that was not by_peer, and once the caller has left the queue: throws Cancelled or
/// DeadlockError.
[[noreturn]] void throw_woken(Woke woke);

}  // namespace weft::inline abi1::detail
