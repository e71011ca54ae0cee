// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/archive.h"

#include "cohort/platform/auth/digest.h"

namespace cohort::capture {

Archive archive_copy(const Form& form, const std::string& by, Instant at) {
    const json::object copy{{"form_id", form.id.text},
                            {"study", form.study.text},
                            {"subject", form.place.subject.text},
                            {"subject_key", form.subject_key},
                            {"event", form.place.event},
                            {"event_repeat", form.place.event_repeat},
                            {"form", form.place.form},
                            {"form_repeat", form.place.form_repeat},
                            {"metadata_version", form.metadata_version.text},
                            {"version", form.version},
                            {"completed_by", by},
                            {"completed_at", to_rfc3339(at)},
                            {"document", to_json(form.document)}};
    Archive archive{.version = form.version, .at = at, .by = by, .digest = {}, .document = {}};
    archive.document = json::canonical(copy);
    archive.digest = auth::sha256_hex(archive.document);
    return archive;
}

bool is_intact(const Archive& archive) {
    return auth::sha256_hex(archive.document) == archive.digest;
}

Result<std::int64_t> verify_archives(db::Tx& tx, const StudyId& study) {
    std::int64_t count = 0;
    TRY(tx.each(
        "SELECT a.form_id, a.version, a.digest, a.document FROM form_archive a "
        "JOIN form_instance f ON f.id = a.form_id WHERE f.study_id = ?",
        [&](db::Row&& row) -> Result<void> {
            count += 1;
            if (auth::sha256_hex(row.get<std::string>(3)) == row.get<std::string>(2)) return {};
            return internal("archive-broken", "the archive of form " + row.get<std::string>(0) +
                                                  ", version " +
                                                  std::to_string(row.get<std::int64_t>(1)) +
                                                  ", has not its digest any more");
        },
        study));
    return count;
}

}  // namespace cohort::capture
