// SPDX-License-Identifier: Apache-2.0
// From a submission to the work on its report. All submissions of a day share one job; would each
// of them change its row, a store with several writers could take them one by one only. So the
// submission's transaction writes an event, and the event becomes the item, exactly once.
#pragma once

#include "cohort/epro/take.h"
#include "cohort/platform/events/worker.h"

namespace cohort::reporting {

/// The topic of every submission of a patient. Its key is the response, its body {"study", "site",
/// "subject", "response"}.
inline constexpr const char* response_submitted = "response.submitted";

/// Says that there is a submission, in its transaction.
epro::FollowUp follow_up();

/// Has the report of every submission made.
events::Subscriber subscriber();

}  // namespace cohort::reporting
