// SPDX-License-Identifier: Apache-2.0
#include "cohort/reporting/follow_up.h"

#include "cohort/delivery/report_kind.h"
#include "cohort/subjects/subjects.h"

namespace cohort::reporting {

static Result<void> publish(db::Tx& tx, const epro::Submission& submission) {
    return events::publish(tx, response_submitted, submission.id.text,
                           {{"study", submission.study.text},
                            {"site", submission.site.text},
                            {"subject", submission.subject.text},
                            {"response", submission.id.text}});
}

static Result<void> want(db::Tx& tx, const events::Event& event) {
    const auto body = TRY(json::as_object(TRY(json::parse(event.body)), "the body of an event"));
    const SubjectId subject{TRY(json::get_string(body, "subject"))};
    TRY(delivery::want_report(tx, {.submission = TRY(json::get_string(body, "response")),
                                   .study = StudyId{TRY(json::get_string(body, "study"))},
                                   .site = SiteId{TRY(json::get_string(body, "site"))},
                                   .name = TRY(subjects::get(tx, subject)).key}));
    return {};
}

epro::FollowUp follow_up() {
    return {.enqueue = publish};
}

events::Subscriber subscriber() {
    return {.name = "reports", .topic = response_submitted, .act = want};
}

}  // namespace cohort::reporting
