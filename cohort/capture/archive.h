// SPDX-License-Identifier: Apache-2.0
// The last stage: a completed version, kept word for word with its digest.
#pragma once

#include "cohort/capture/store.h"

namespace cohort::capture {

/// The archive of a form as it stands: canonical JSON of the place, the metadata version, who
/// called it complete and when, and every row; and the SHA-256 of that text.
Archive archive_copy(const Form& form, const std::string& by, Instant at);

/// Whether the text still has its digest.
bool is_intact(const Archive& archive);

/// Reads every archive of a study. Errors: internal/archive-broken names the first form and version
/// whose text has not its digest any more. Shape: how many there are.
Result<std::int64_t> verify_archives(db::Tx& tx, const StudyId& study);

}  // namespace cohort::capture
