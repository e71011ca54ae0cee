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
    Archive archive{.head = {.version = form.version, .at = at, .by = by, .digest = {}},
                    .document = json::canonical(copy)};
    archive.head.digest = auth::sha256_hex(archive.document);
    return archive;
}

bool is_intact(const Archive& archive) {
    return auth::sha256_hex(archive.document) == archive.head.digest;
}

static std::string named(const std::string& form, std::int64_t version) {
    return "form " + form + ", version " + std::to_string(version);
}

Result<ArchiveVerdict> verify_archives(db::Tx& tx) {
    ArchiveVerdict verdict;
    TRY(tx.each(
        "SELECT form_id, version, digest, document FROM form_archive ORDER BY form_id, version",
        [&](db::Row&& row) -> Result<void> {
            verdict.archives += 1;
            const bool intact =
                auth::sha256_hex(row.get<std::string>(3)) == row.get<std::string>(2);
            if (!intact && !verdict.bad)
                verdict.bad = named(row.get<std::string>(0), row.get<std::int64_t>(1)) +
                              ": the archive is not what its digest was made of";
            return {};
        }));
    if (verdict.bad) return verdict;
    const auto missing =
        TRY(tx.maybe("SELECT f.id, f.version FROM form_instance f LEFT JOIN form_archive a "
                     "ON a.form_id = f.id AND a.version = f.version "
                     "WHERE f.state = 'complete' AND a.form_id IS NULL ORDER BY f.id LIMIT 1"));
    if (missing)
        verdict.bad = named(missing->get<std::string>(0), missing->get<std::int64_t>(1)) +
                      ": it is complete and has no archive";
    return verdict;
}

}  // namespace cohort::capture
