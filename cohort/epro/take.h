// SPDX-License-Identifier: Apache-2.0
// A patient's answers as they are judged and stored, whoever hands them over: may they come now, do
// they fit their questions, and one transaction with all that follows.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cohort/epro/alerts.h"
#include "cohort/epro/ready_forms.h"
#include "cohort/epro/tasks.h"
#include "cohort/platform/http/problem.h"

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

/// Answers to one window, before anything is asked of the store.
struct Sent {
    SubjectId subject;
    PlanId plan;
    int number = 0;
    Instant received_at;
    std::string digest;  ///< SHA-256 of what was sent
    questionnaire::Response response;
};

/// What a submission is taken for.
struct Admitted {
    std::optional<Answered> before;  ///< the same answers came already: nothing else counts then
    subjects::Subject subject;
    Task task;
    Version version;
};

/// Whether answers may come at their moment. Asked before they are looked at, and again in the
/// transaction that stores them.
/// Errors: not_found/task; conflict/task-answered (by other answers); refused/task-not-open,
///         refused/task-closed, refused/study-paused, refused/questionnaire-withdrawn.
Result<Admitted> admit(db::Tx& tx, const Sent& sent);

/// The answers as they were judged outside the transaction.
struct Examined {
    std::shared_ptr<const ReadyForm> ready;
    std::vector<http::FieldError> errors;  ///< any: they are not taken
    Judged judged;
};

/// Errors: those of ReadyForms::get(). Blocks: the goroutine.
Result<Examined> examine(ReadyForms& forms, const Version& version,
                         const questionnaire::Response& response);

/// Stores answers that were admitted in this transaction and examined without errors, with their
/// scores and alerts, the audit's records and all work that follows.
/// Shape:  what the patient is told, JSON.
/// Errors: conflict/task-answered; those of `follow_ups`.
Result<std::string> take(db::Tx& tx, const Sent& sent, const Admitted& admitted,
                         const Examined& examined, const FollowUps& follow_ups,
                         const identity::Actor& by);

}  // namespace cohort::epro
