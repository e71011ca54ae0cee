// SPDX-License-Identifier: Apache-2.0
// The way of a patient's answers: read, validated, scored and held against the dangerous-answer
// rules before anything is stored; then one transaction with all that follows, or nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cohort/epro/ready_forms.h"
#include "cohort/epro/responses.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/reply.h"
#include "cohort/platform/http/request.h"

namespace cohort::epro {

/// What was stored, for the work that follows it.
struct Submission {
    ResponseId id;
    StudyId study;
    SiteId site;
    SubjectId subject;
    PlanId plan;
    int number = 0;
    QuestionnaireId questionnaire;
    Instant received_at;
    std::vector<AlertId> alerts;
};

/// Work that follows every submission: a report, a mail, a message to who is on call.
struct FollowUp {
    /// Enqueues it in the submission's transaction: it is there exactly when the answers are. Its
    /// error takes the submission back. As every unit of work it may be run again and does not
    /// park.
    std::function<Result<void>(db::Tx&, const Submission&)> enqueue;
    /// Called once the submission is durable, so that the work begins at once. May be empty.
    std::function<void()> nudge = {};
};
using FollowUps = std::vector<FollowUp>;

/// Takes the answers in a request of a patient to one window.
///
/// Shape:  201 with what the patient is told; 200 with the same when the same answers came before.
/// Errors: not_found/task; invalid/bad-json and the like; conflict/task-answered (by other
/// answers);
///         refused/task-not-open, refused/task-closed, refused/study-paused,
///         refused/questionnaire-withdrawn, refused/response-refused (each place is named).
/// Blocks: the goroutine, until all is durable.
Result<http::Reply> submit(App& app, ReadyForms& forms, const FollowUps& follow_ups,
                           const http::Request& request);

}  // namespace cohort::epro
