// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/lag.h"

#include "weft/context.h"
#include "weft/run.h"

namespace cohort::resilience {

void Lag::watch() {
    struct Watched {
        std::atomic<weft::TimePoint>& due;
        ~Watched() { due.store(weft::TimePoint::max()); }
    } watched{due_};
    for (;;) {
        const auto due = weft::Clock::now() + look_every;
        due_.store(due);
        weft::sleep(look_every);
        weft::yield();  // behind everybody who waits for a processor: who wakes may be let in first
        const auto at = weft::Clock::now();
        if (at - due >= too_late_) last_late_.store(at);
    }
}

bool Lag::is_overloaded() const noexcept {
    const auto now = weft::Clock::now();
    const auto due = due_.load();
    if (now >= due && now - due >= too_late_) return true;  // it has not had its turn even now
    const auto late = last_late_.load();
    return late != weft::TimePoint::min() && now - late < remembered;
}

}  // namespace cohort::resilience
