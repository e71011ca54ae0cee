// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/held_locks.h"

#include <string>

#include "weft/ensure.h"
#include "weft/report.h"

namespace weft::inline abi1::detail {
namespace {

std::string describe(const LockTag& lock) {
    const std::source_location& at = lock.made_at();
    std::string text = lock.name() != nullptr ? "\"" + std::string(lock.name()) + "\" " : "";
    return text + "(made at " + at.file_name() + ":" + std::to_string(at.line()) + ")";
}

}  // namespace

ReportedObject reported(const LockTag& lock) {
    return {"lock", lock.name() != nullptr ? lock.name() : "", lock.made_at()};
}

// A place that is empty stands for a lock that was not recorded, as all places were taken.
bool note_unlocked_out_of_order(HeldLocks& held, const LockTag* lock) noexcept {
    bool some_unrecorded = held.count > HeldLocks::recorded;
    for (std::uint32_t i = 0; i < HeldLocks::recorded && i < held.count; ++i) {
        if (held.locks[i] == lock) {
            for (; i + 1 < HeldLocks::recorded; ++i) held.locks[i] = held.locks[i + 1];
            held.locks[HeldLocks::recorded - 1] = nullptr;
            --held.count;
            return true;
        }
        some_unrecorded |= held.locks[i] == nullptr;
    }
    if (some_unrecorded) --held.count;
    return some_unrecorded;
}

void require_no_locks_held(Goroutine* goroutine) noexcept {
    const HeldLocks& held = ambient(goroutine).held;
    if (held.count == 0) [[likely]]
        return;
    std::string text = "a goroutine ended while it held ";
    text += held.locks[0] != nullptr ? describe(*held.locks[0]) : "a lock";
    contract_broken("no lock is held at the end of a goroutine", text.c_str());
}

void lock_misused(const LockTag& lock, const char* text, std::source_location where) noexcept {
    const std::string full = std::string(text) + ": " + describe(lock);
    contract_broken("a lock is used as a lock", full.c_str(), where);
}

}  // namespace weft::inline abi1::detail
