// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/occasions.h"

#include <algorithm>
#include <utility>

namespace cohort::epro {

namespace {

const std::string answers =
    "LEFT JOIN patient_response r ON r.plan_id = ? AND r.subject_id = s.id AND r.number = ? ";

const std::string of_all =
    "SELECT s.id, s.key, s.enrolled_on, NULL, r.received_at, r.is_late FROM enrolled_subject s " +
    answers + "WHERE s.study_id = ? AND s.site_id = ? AND s.enrolled_on IS NOT NULL ORDER BY s.key";

const std::string of_assigned =
    "SELECT s.id, s.key, a.starts_on, a.ended_at, r.received_at, r.is_late FROM enrolled_subject s "
    "JOIN questionnaire_assignment a ON a.subject_id = s.id " +
    answers + "WHERE s.study_id = ? AND s.site_id = ? AND a.plan_id = ? ORDER BY s.key";

std::optional<Instant> earlier(const std::optional<Instant>& a, const std::optional<Instant>& b) {
    return a && b ? std::min(*a, *b) : a ? a : b;
}

}  // namespace

Result<std::vector<Occasion>> occasions_of(db::Tx& tx, const Plan& plan, const sites::Site& site,
                                           int number, Instant at) {
    const auto loaded = zones::load(site.time_zone);
    const zones::Zone zone = loaded ? *loaded : zones::Zone();
    const auto pauses = TRY(pauses_of(tx, plan.what.study));
    std::vector<Occasion> all;
    const auto take = [&](db::Row&& row) -> Result<void> {
        const Window window = window_of(plan.what.timing, row.get<CivilDate>(2), zone, number);
        const auto answered_at = row.get<std::optional<Instant>>(4);
        const auto ended_at = earlier(plan.ended_at, row.get<std::optional<Instant>>(3));
        // Of what has ended before its window only what was answered stays.
        if (!answered_at && ended_at && *ended_at < window.closes) return {};
        all.push_back({.subject = row.get<SubjectId>(0),
                       .key = row.get<std::string>(1),
                       .window = window,
                       .state = state_of(window, answered_at.has_value(), pauses, at),
                       .answered_at = answered_at,
                       .is_late = row.get<std::optional<bool>>(5).value_or(false)});
        return {};
    };
    if (plan.what.applies_to == AppliesTo::all)
        TRY(tx.each(of_all, take, plan.id, number, plan.what.study, site.id));
    else
        TRY(tx.each(of_assigned, take, plan.id, number, plan.what.study, site.id, plan.id));
    return all;
}

}  // namespace cohort::epro
