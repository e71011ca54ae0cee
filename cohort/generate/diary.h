// SPDX-License-Identifier: Apache-2.0
// What the patients of a made-up trial are asked each week: a FHIR questionnaire in English and
// Chinese with a score and a rule for dangerous answers, and answers to it.
#pragma once

#include <string>

#include "cohort/base/time.h"
#include "cohort/epro/plans.h"
#include "cohort/epro/rules.h"
#include "cohort/generate/chance.h"
#include "cohort/platform/db/tx.h"

namespace cohort::generate {

/// How often and in which distance it is asked.
inline constexpr int diary_weeks = 4;

/// As FHIR.
std::string diary_form();
epro::Rules diary_rules();

/// A response to it, as FHIR; about one in forty is dangerous.
std::string make_up_diary(const CivilDate& day, Chance& chance);

/// The plan by which all subjects of a study are asked it; imported, published and planned unless
/// it is there. Errors: not_found/study.
/// Blocks: its thread, for as long as reading the form takes.
Result<PlanId> have_diary(db::Tx& tx, const StudyId& study, const identity::Actor& actor);

}  // namespace cohort::generate
