// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/matrix_store.h"

namespace cohort::capture {

// Asks for the range of numbers from the first subject to the last: subjects in between that were
// not asked for (another site's) are dropped here.
Result<FormStates> form_states(db::Tx& tx, const std::vector<subjects::Subject>& subjects) {
    FormStates states;
    if (subjects.empty()) return states;
    for (const subjects::Subject& subject : subjects) states[subject.id];
    TRY(tx.each(
        "SELECT f.subject_id, f.event_oid, f.event_repeat, f.form_oid, f.form_repeat, f.state, "
        "f.id FROM enrolled_subject s JOIN form_instance f ON f.subject_id = s.id "
        "WHERE s.study_id = ? AND s.key >= ? AND s.key <= ? "
        "ORDER BY s.key, f.event_oid, f.event_repeat, f.form_oid, f.form_repeat",
        [&](db::Row&& row) -> Result<void> {
            const auto found = states.find(row.get<SubjectId>(0));
            if (found == states.end()) return {};
            found->second.push_back({.event = row.get<std::string>(1),
                                     .event_repeat = row.get<std::string>(2),
                                     .form = row.get<std::string>(3),
                                     .form_repeat = row.get<std::string>(4),
                                     .state = row.get<std::string>(5) == "complete"
                                                  ? State::complete
                                                  : State::in_progress,
                                     .id = row.get<FormId>(6)});
            return {};
        },
        subjects.front().study, subjects.front().key, subjects.back().key));
    return states;
}

Result<std::vector<ExtraVisit>> extra_visits(db::Tx& tx, const StudyId& study) {
    std::vector<ExtraVisit> visits;
    for (const db::Row& row :
         TRY(tx.all("SELECT DISTINCT event_oid, event_repeat FROM form_instance "
                    "WHERE study_id = ? AND event_repeat <> '1' ORDER BY event_oid, event_repeat",
                    study)))
        visits.push_back(
            {.event = row.get<std::string>(0), .event_repeat = row.get<std::string>(1)});
    return visits;
}

}  // namespace cohort::capture
