// SPDX-License-Identifier: Apache-2.0
// Where data comes in, and where none does any more: how often records were changed, by site and
// day. Counted by a subscriber, so that saving a form never waits for the count of its site.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cohort/capture/forms.h"
#include "cohort/platform/events/worker.h"

namespace cohort::capture {

/// The topic of every stored change of a form, import included. Its key is the form, its body
/// {"study", "site", "subject", "form", "version"}.
inline constexpr const char* record_changed = "record.changed";

/// Says that a form was stored, in the transaction that stores it.
Result<void> publish_change(db::Tx& tx, const Form& form);

/// Counts the changes of records.
events::Subscriber activity_counter();

struct Activity {
    SiteId site;
    std::string day;  ///< "2026-11-22", UTC
    std::int64_t changes = 0;
};

/// By day and site, from a day on; days and sites without a change are left out.
Result<std::vector<Activity>> activity_since(db::Tx& tx, const StudyId& study, Instant from);

}  // namespace cohort::capture
