// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/count.h"

namespace cohort::epro {

Result<std::int64_t> count_responses(db::Tx& tx, const StudyId& study, const SiteId& site) {
    return TRY(tx.one("SELECT count(*) FROM enrolled_subject s JOIN patient_response r "
                      "ON r.subject_id = s.id WHERE s.study_id = ? AND s.site_id = ?",
                      study, site))
        .get<std::int64_t>(0);
}

}  // namespace cohort::epro
