// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/count.h"

namespace cohort::capture {

Result<std::int64_t> count_complete(db::Tx& tx, const StudyId& study, const SiteId& site) {
    return TRY(tx.one("SELECT count(*) FROM enrolled_subject s JOIN form_instance f "
                      "ON f.subject_id = s.id WHERE s.study_id = ? AND s.site_id = ? "
                      "AND f.state = 'complete'",
                      study, site))
        .get<std::int64_t>(0);
}

}  // namespace cohort::capture
