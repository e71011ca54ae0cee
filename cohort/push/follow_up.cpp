// SPDX-License-Identifier: Apache-2.0
#include "cohort/push/follow_up.h"

#include "cohort/push/deliveries.h"
#include "cohort/subjects/subjects.h"

namespace cohort::push {

epro::FollowUp follow_up() {
    return {.enqueue = [](db::Tx& tx, const epro::Submission& submission) -> Result<void> {
        return add(tx, {.submission = submission.id.text,
                        .study = submission.study,
                        .site = submission.site,
                        .name = TRY(subjects::get(tx, submission.subject)).key});
    }};
}

}  // namespace cohort::push
