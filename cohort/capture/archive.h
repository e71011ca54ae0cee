// SPDX-License-Identifier: Apache-2.0
// The last stage: a completed version, kept word for word with its digest.
#pragma once

#include <optional>
#include <string>

#include "cohort/capture/store.h"

namespace cohort::capture {

/// The archive of a form as it stands: canonical JSON of the place, the metadata version, who
/// called it complete and when, and every row; and the SHA-256 of that text.
Archive archive_copy(const Form& form, const std::string& by, Instant at);

/// Whether the text still has its digest.
bool is_intact(const Archive& archive);

/// What became of the archives of the whole store.
struct ArchiveVerdict {
    std::int64_t archives = 0;
    std::optional<std::string> bad;  ///< the first that is not as it was, for people

    bool good() const noexcept { return !bad; }
};

/// Reads every archive, oldest form first: its text must have its digest, and every form that is
/// complete must have the archive of that version. Blocks: for all archives, in bounded memory.
Result<ArchiveVerdict> verify_archives(db::Tx& tx);

}  // namespace cohort::capture
