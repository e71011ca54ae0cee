// SPDX-License-Identifier: Apache-2.0
// What patients answered, in the store: the responses, their scores and the alerts they raised.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cohort/epro/forms.h"
#include "cohort/epro/plans.h"
#include "cohort/identity/rights.h"
#include "cohort/platform/db/tx.h"

namespace cohort {
using ResponseId = Id<struct ResponseTag>;
using AlertId = Id<struct AlertTag>;
}  // namespace cohort

namespace cohort::epro {

/// That a window was answered.
struct Answered {
    ResponseId id;
    PlanId plan;
    int number = 0;
    QuestionnaireId questionnaire;
    Instant received_at;
    bool is_late = false;
    std::string digest;  ///< SHA-256 of what was sent
    std::string answer;  ///< what the patient was told, JSON
};

/// By the time at which they came.
Result<std::vector<Answered>> answered_by(db::Tx& tx, const SubjectId& subject);
Result<std::optional<Answered>> find_answered(db::Tx& tx, const SubjectId& subject,
                                              const PlanId& plan, int number);

/// One row, once: what was sent and what follows from it.
struct NewResponse {
    Answered answered;
    StudyId study;
    SiteId site;
    SubjectId subject;
    CivilDate starts_on;  ///< from which day the plan's days are counted for the subject
    std::string language;
    std::string authored;
    std::string scoring;  ///< name|version; empty: none
    std::string body;     ///< the FHIR resource
    std::vector<questionnaire::Score> scores;
};

/// Shape: false when the window is answered already; nothing is changed then.
Result<bool> insert(db::Tx& tx, const NewResponse& response);

/// A response as staff see it.
struct Response {
    Answered answered;
    StudyId study;
    SiteId site;
    SubjectId subject;
    std::string language;
    std::string authored;
    std::string scoring;
    std::vector<questionnaire::Score> scores;
};

/// Errors: not_found/response.
Result<Response> get_response(db::Tx& tx, const ResponseId& id);
/// The FHIR resource as it was sent, in JSON. Errors: not_found/response.
Result<std::string> response_body(db::Tx& tx, const ResponseId& id);
Result<std::vector<questionnaire::Score>> scores_of(db::Tx& tx, const ResponseId& id);

/// A score as it was in a response.
struct ScoreThen {
    Instant received_at;
    std::string value;
};
/// How a score of the same questionnaire, in whatever version, went at the subject up to this
/// response: the last `limit` of those with a value, by time.
Result<std::vector<ScoreThen>> course_of(db::Tx& tx, const Response& response,
                                         const std::string& score, std::int64_t limit);

/// Somebody is called to a response.
struct Alert {
    AlertId id;
    StudyId study;
    SiteId site;
    SubjectId subject;
    ResponseId response;
    std::string rule;
    Instant raised_at;
    Instant due_at;  ///< by when somebody should have taken it
    std::optional<Instant> acknowledged_at = {};
    std::string acknowledged_by = {};
    std::string note = {};
};

Result<void> insert(db::Tx& tx, const Alert& alert);

/// Errors: not_found/alert.
Result<Alert> get_alert(db::Tx& tx, const AlertId& id);

enum class AlertsShown : std::uint8_t { open, all };

/// Of a study, as far as `sites` allows, the most urgent first.
Result<std::vector<Alert>> alerts_of(db::Tx& tx, const StudyId& study, AlertsShown shown,
                                     const identity::SiteFilter& sites, std::int64_t limit);

/// Of a response, by rule.
Result<std::vector<Alert>> alerts_of(db::Tx& tx, const ResponseId& response);

/// Somebody takes care of it: from here on it is not open.
/// Errors: not_found/alert; conflict/alert-acknowledged (somebody was first);
///         refused/note-required.
Result<Alert> acknowledge(db::Tx& tx, const AlertId& id, const std::string& note,
                          const identity::Actor& actor);

}  // namespace cohort::epro
