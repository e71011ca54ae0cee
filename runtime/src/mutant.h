// SPDX-License-Identifier: Apache-2.0
// Wrong versions of weft's primitives, one at a time, so that a test can hold that such mistakes
// are found (runtime/test/mutants). In weft itself there are none, and asking costs nothing.
#pragma once

#include <cstdint>

namespace weft::inline abi1::detail {

enum class Mutant : std::uint8_t {
    none,
    mutex_lost_wake,         ///< who is next in the list is not woken
    mutex_unmarked,          ///< who queues does not tell the owner
    mutex_stays_waking,      ///< who was woken does not say that it has tried
    mutex_barging,           ///< nobody is ever handed the lock
    rw_lost_wake,            ///< the last reader lets nobody in
    rw_missed_dequeue,       ///< a cancelled writer leaves those whom it held up behind
    rw_barging,              ///< readers pass a writer that waits
    channel_lost_wake,       ///< a receiver gets its value and sleeps on
    channel_missed_dequeue,  ///< a sender that waits for a place does not get the one that is free
    channel_double,          ///< a value is received, and put into the buffer as well
    channel_lost_close,      ///< the last sender goes, and who receives sleeps on
    select_one_look,         ///< no second look with all channels locked
    cond_lost_wake,          ///< signal() takes a waiter out, and wakes nobody
    cond_double_wake,        ///< signal() wakes all
    cond_lost_broadcast,     ///< broadcast() wakes one
    semaphore_lost_wake,     ///< permits come back, and who waits for them sleeps on
    semaphore_missed_dequeue,  ///< a cancelled wait leaves those behind it where they are
    semaphore_barging,         ///< who comes later and wants less is served first
    semaphore_double,          ///< who is woken has not paid
    event_lost_wake,           ///< set, but who waits sleeps on
    group_early_wake,          ///< who waits for all is woken when one is left
    group_lost_wake,           ///< or never
    once_lost_wake,            ///< the runner fails, and nobody tries again
};
inline constexpr int mutants = static_cast<int>(Mutant::once_lost_wake) + 1;

#if defined(WEFT_MUTANTS)
extern Mutant mutant_in_force;
inline bool mutated(Mutant one) noexcept {
    return mutant_in_force == one;
}
#else
constexpr bool mutated(Mutant /*one*/) noexcept {
    return false;
}
#endif

}  // namespace weft::inline abi1::detail
