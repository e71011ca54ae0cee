// SPDX-License-Identifier: Apache-2.0
// When visits are due. Pure: no clock, no database.
#pragma once

#include <optional>

#include "cohort/base/time.h"
#include "cohort/study/definition.h"

namespace cohort::subjects {

/// The days on which a planned visit may take place.
struct Planned {
    CivilDate first;   ///< earliest day that counts
    CivilDate target;  ///< the day it should be
    CivilDate last;    ///< latest day that counts

    friend bool operator==(const Planned&, const Planned&) = default;
};

enum class Due { not_due, due, overdue };

/// The days of a visit with this window, for a subject enrolled on this day; nothing when the event
/// has no window or the subject no day of enrolment.
std::optional<Planned> plan(const std::optional<study::VisitWindow>& window,
                            const std::optional<CivilDate>& enrolled_on);

/// Where the site's calendar stands: before the window, in it, after it. Without a plan: not due.
Due due_on(const std::optional<Planned>& planned, const CivilDate& today);

}  // namespace cohort::subjects
