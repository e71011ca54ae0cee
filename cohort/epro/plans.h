// SPDX-License-Identifier: Apache-2.0
// Which questionnaire is to be answered when and by whom, in the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/epro/windows.h"
#include "cohort/identity/actor.h"
#include "cohort/platform/db/tx.h"
#include "cohort/subjects/subjects.h"

namespace cohort {
using PlanId = Id<struct PlanTag>;
}

namespace cohort::epro {

/// Of which subjects: all of the study, from their enrolment on; or those it is assigned to.
enum class AppliesTo : std::uint8_t { all, assigned };

struct NewPlan {
    StudyId study;
    std::string url;  ///< the questionnaire; of its versions the one in force is given
    std::string name;
    AppliesTo applies_to = AppliesTo::all;
    Timing timing;
    bool shows_scores = false;
};

/// It never changes: it ends, and another one begins.
struct Plan {
    PlanId id;
    NewPlan what;
    Instant created_at;
    std::string created_by;
    std::optional<Instant> ended_at;
};

/// Errors: not_found/study; refused/questionnaire-unknown (the study has none of this url);
///         invalid/bad-timing; invalid/bad-name.
Result<Plan> add_plan(db::Tx& tx, const NewPlan& wish, const identity::Actor& actor);

/// Errors: not_found/plan.
Result<Plan> get_plan(db::Tx& tx, const PlanId& id);

/// In the order in which they were made, ended ones too.
Result<std::vector<Plan>> plans_of(db::Tx& tx, const StudyId& study);

/// From now on nothing is asked by it. Twice is once. Errors: not_found/plan.
Result<Plan> end_plan(db::Tx& tx, const PlanId& id, const identity::Actor& actor);

/// Lets a subject have a plan from a day on. Again: from that day on instead.
/// Errors: not_found/plan (also of another study); refused/plan-over; refused/plan-of-all.
Result<void> assign(db::Tx& tx, const PlanId& plan, const subjects::Subject& subject,
                    const CivilDate& starts_on, const identity::Actor& actor);

/// Ends it for the subject. Errors: not_found/assignment.
Result<void> end_assignment(db::Tx& tx, const PlanId& plan, const subjects::Subject& subject,
                            const identity::Actor& actor);

/// A plan as it is for one subject.
struct PlanOfSubject {
    Plan plan;
    CivilDate starts_on;
    std::optional<Instant> ended_at;  ///< of the plan or its assignment, the earlier
};
Result<std::vector<PlanOfSubject>> plans_of(db::Tx& tx, const subjects::Subject& subject);

/// One of them, or nothing.
Result<std::optional<PlanOfSubject>> find_plan(db::Tx& tx, const PlanId& plan,
                                               const subjects::Subject& subject);

/// Whether a study's questionnaires rest.
Result<bool> is_resting(db::Tx& tx, const StudyId& study);

/// Every pause of a study, by time.
Result<std::vector<Pause>> pauses_of(db::Tx& tx, const StudyId& study);

/// Lets a study's questionnaires rest: from here on nothing is asked and nothing is taken. Twice is
/// once. Errors: not_found/study; refused/reason-required.
Result<void> pause(db::Tx& tx, const StudyId& study, const std::string& reason,
                   const identity::Actor& actor);

/// Twice is once. Errors: not_found/study.
Result<void> resume(db::Tx& tx, const StudyId& study, const identity::Actor& actor);

}  // namespace cohort::epro
