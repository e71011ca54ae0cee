// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/lag.h"

#include "weft/context.h"
#include "weft/run.h"

namespace cohort::resilience {

void Lag::watch() {
    for (;;) {
        const auto due = weft::Clock::now() + look_every;
        weft::sleep(look_every);
        weft::yield();  // behind everybody who waits for a processor: who wakes may be let in first
        const auto at = weft::Clock::now();
        if (at - due >= too_late) last_late_.store(at);
    }
}

bool Lag::is_overloaded() const noexcept {
    const auto late = last_late_.load();
    return late != weft::TimePoint::min() && weft::Clock::now() - late < remembered;
}

}  // namespace cohort::resilience
