// SPDX-License-Identifier: Apache-2.0
// What patients answered, in the store: the responses and their scores.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/epro/forms.h"
#include "cohort/epro/plans.h"
#include "cohort/platform/db/tx.h"

namespace cohort {
using ResponseId = Id<struct ResponseTag>;
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

}  // namespace cohort::epro
