// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/responses.h"

#include <algorithm>

namespace cohort::epro {

namespace {

const std::string answered_columns =
    "SELECT id, plan_id, number, questionnaire_id, received_at, is_late, digest, answer";

Answered answered_of(const db::Row& row) {
    return {.id = row.get<ResponseId>(0),
            .plan = row.get<PlanId>(1),
            .number = row.get<int>(2),
            .questionnaire = row.get<QuestionnaireId>(3),
            .received_at = row.get<Instant>(4),
            .is_late = row.get<bool>(5),
            .digest = row.get<std::string>(6),
            .answer = row.get<std::string>(7)};
}

}  // namespace

Result<std::vector<Answered>> answered_by(db::Tx& tx, const SubjectId& subject) {
    std::vector<Answered> all;
    for (const db::Row& row :
         TRY(tx.all(answered_columns + " FROM patient_response WHERE subject_id = ? "
                                       "ORDER BY received_at, id",
                    subject)))
        all.push_back(answered_of(row));
    return all;
}

Result<std::optional<Answered>> find_answered(db::Tx& tx, const SubjectId& subject,
                                              const PlanId& plan, int number) {
    const auto row =
        TRY(tx.maybe(answered_columns + " FROM patient_response "
                                        "WHERE plan_id = ? AND subject_id = ? AND number = ?",
                     plan, subject, number));
    return row ? std::optional(answered_of(*row)) : std::nullopt;
}

Result<bool> insert(db::Tx& tx, const NewResponse& response) {
    const Answered& answered = response.answered;
    const auto added =
        TRY(tx.run("INSERT INTO patient_response (id, study_id, site_id, subject_id, plan_id, "
                   "number, questionnaire_id, language, authored, received_at, is_late, scoring, "
                   "digest, body, answer, starts_on) "
                   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                   "ON CONFLICT (plan_id, subject_id, number) DO NOTHING",
                   answered.id, response.study, response.site, response.subject, answered.plan,
                   answered.number, answered.questionnaire, response.language, response.authored,
                   answered.received_at, answered.is_late, response.scoring, answered.digest,
                   response.body, answered.answer, response.starts_on));
    if (added == 0) return false;
    for (std::size_t i = 0; i < response.scores.size(); ++i)
        TRY(
            tx.put("INSERT INTO patient_score (response_id, position, name, value, problem) "
                   "VALUES (?, ?, ?, ?, ?)",
                   answered.id, i, response.scores[i].name, response.scores[i].value,
                   response.scores[i].problem));
    return true;
}

Result<Response> get_response(db::Tx& tx, const ResponseId& id) {
    const auto row =
        TRY(tx.maybe(answered_columns + ", study_id, site_id, subject_id, language, authored, "
                                        "scoring FROM patient_response WHERE id = ?",
                     id));
    if (!row) return not_found("response", "There is no such response.");
    return Response{.answered = answered_of(*row),
                    .study = row->get<StudyId>(8),
                    .site = row->get<SiteId>(9),
                    .subject = row->get<SubjectId>(10),
                    .language = row->get<std::string>(11),
                    .authored = row->get<std::string>(12),
                    .scoring = row->get<std::string>(13),
                    .scores = TRY(scores_of(tx, id))};
}

Result<std::string> response_body(db::Tx& tx, const ResponseId& id) {
    const auto row = TRY(tx.maybe("SELECT body FROM patient_response WHERE id = ?", id));
    if (!row) return not_found("response", "There is no such response.");
    return row->get<std::string>(0);
}

Result<std::vector<questionnaire::Score>> scores_of(db::Tx& tx, const ResponseId& id) {
    std::vector<questionnaire::Score> scores;
    for (const db::Row& row :
         TRY(tx.all("SELECT name, value, problem FROM patient_score WHERE response_id = ? "
                    "ORDER BY position",
                    id)))
        scores.push_back({.name = row.get<std::string>(0),
                          .value = row.get<std::optional<std::string>>(1),
                          .problem = row.get<std::string>(2)});
    return scores;
}

Result<std::vector<ScoreThen>> course_of(db::Tx& tx, const Response& response,
                                         const std::string& score, std::int64_t limit) {
    const Answered& last = response.answered;
    std::vector<ScoreThen> course;
    for (const db::Row& row :
         TRY(tx.all("SELECT r.received_at, s.value FROM patient_response r "
                    "JOIN patient_score s ON s.response_id = r.id "
                    "JOIN questionnaire q ON q.id = r.questionnaire_id "
                    "WHERE r.subject_id = ? AND s.name = ? AND s.value IS NOT NULL "
                    "AND q.url = (SELECT url FROM questionnaire WHERE id = ?) "
                    "AND (r.received_at < ? OR (r.received_at = ? AND r.id <= ?)) "
                    "ORDER BY r.received_at DESC, r.id DESC LIMIT ?",
                    response.subject, score, last.questionnaire, last.received_at, last.received_at,
                    last.id, limit)))
        course.push_back({row.get<Instant>(0), row.get<std::string>(1)});
    std::ranges::reverse(course);
    return course;
}

}  // namespace cohort::epro
