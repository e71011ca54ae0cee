// SPDX-License-Identifier: Apache-2.0
// What capture writes into the audit, and how a form's history is shown.
#pragma once

#include <string>

#include "cohort/audit/audit.h"
#include "cohort/capture/forms.h"
#include "cohort/capture/merge.h"

namespace cohort::capture {

/// A record about this form.
audit::Entry entry_of(const Actor& actor, std::string action, const Form& form);

/// One record for each changed item, added row and removed row.
Result<void> record(db::Tx& tx, const Form& form, const Merged& merged, const Actor& actor);

/// One record for each item of an imported form, with the time and the author the source names.
Result<void> record_import(db::Tx& tx, const Form& form, const Actor& actor);

/// {at, who, role, action, group?, repeat?, item?, old?, new?, reason?, sealed}
json::object to_json(const audit::Record& record);

}  // namespace cohort::capture
