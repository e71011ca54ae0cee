// SPDX-License-Identifier: Apache-2.0
// Locks whose holders wait for something else while others wait for the lock.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/src/waits.h"

namespace weft::inline abi1::detail {

/// Someone who waits for a lock, and the way to whom that is due: each waits for the next, and the
/// last, which holds a lock, waits for something that is no lock. Of a writer that waits for
/// readers none of which waits the way has only the writer.
struct HeldUp {
    std::vector<WaitView> way;
    /// The last does not hang: time or the world ends its wait, or it has waited before meanwhile.
    bool is_slow = false;
    /// Others that read where the first wants to write.
    std::vector<WaitView> other_readers;
    /// And those that run.
    std::vector<Goroutine*> running_readers;
};

/// One for each goroutine at the end of such ways, with who has waited longest for it, since before
/// `since` at least; and each writer that has waited so long for readers that run.
std::vector<HeldUp> find_held_up(const Waits& waits, std::int64_t since);

/// Whether all of it still wait as they did. Who is slow may do something else by now, as long as
/// it has not let the lock go.
bool is_still_so(const HeldUp& held_up) noexcept;

/// What is to be said of it.
Report report_of(const HeldUp& held_up);

}  // namespace weft::inline abi1::detail
