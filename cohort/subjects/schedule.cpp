// SPDX-License-Identifier: Apache-2.0
#include "cohort/subjects/schedule.h"

namespace cohort::subjects {

std::optional<Planned> plan(const std::optional<study::VisitWindow>& window,
                            const std::optional<CivilDate>& enrolled_on) {
    if (!window || !enrolled_on) return std::nullopt;
    const std::int64_t target = to_days(*enrolled_on) + window->day;
    return Planned{.first = from_days(target - window->minus),
                   .target = from_days(target),
                   .last = from_days(target + window->plus)};
}

Due due_on(const std::optional<Planned>& planned, const CivilDate& today) {
    if (!planned || today < planned->first) return Due::not_due;
    return today <= planned->last ? Due::due : Due::overdue;
}

}  // namespace cohort::subjects
