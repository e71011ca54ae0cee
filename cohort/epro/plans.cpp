// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/plans.h"

#include <algorithm>
#include <map>

#include "cohort/audit/audit.h"
#include "cohort/identity/record.h"
#include "cohort/identity/text.h"
#include "cohort/study/store.h"

namespace cohort::epro {

using identity::Actor;
using subjects::Subject;

namespace {

const std::string columns =
    "SELECT id, study_id, url, name, applies_to, first_day, every_days, times, opens_minute, "
    "due_minute, due_days, late_days, shows_scores, created_at, created_by, ended_at "
    "FROM questionnaire_plan ";

std::string_view word(AppliesTo to) {
    return to == AppliesTo::all ? "all" : "assigned";
}

Plan plan_of(const db::Row& row) {
    return {.id = row.get<PlanId>(0),
            .what = {.study = row.get<StudyId>(1),
                     .url = row.get<std::string>(2),
                     .name = row.get<std::string>(3),
                     .applies_to =
                         row.get<std::string>(4) == "all" ? AppliesTo::all : AppliesTo::assigned,
                     .timing = {.first_day = row.get<int>(5),
                                .every_days = row.get<int>(6),
                                .times = row.get<int>(7),
                                .opens_minute = row.get<int>(8),
                                .due_minute = row.get<int>(9),
                                .due_days = row.get<int>(10),
                                .late_days = row.get<int>(11)},
                     .shows_scores = row.get<bool>(12)},
            .created_at = row.get<Instant>(13),
            .created_by = row.get<std::string>(14),
            .ended_at = row.get<std::optional<Instant>>(15)};
}

Result<void> record(db::Tx& tx, const Actor& actor, const char* action, const Plan& plan) {
    audit::Entry entry = identity::entry_of(actor, action, plan.id.text);
    entry.study = plan.what.study;
    entry.detail = {{"url", plan.what.url}, {"name", plan.what.name}};
    TRY(audit::append(tx, entry));
    return {};
}

Result<void> record_of_subject(db::Tx& tx, const Actor& actor, const char* action,
                               const PlanId& plan, const Subject& subject,
                               json::object detail = {}) {
    audit::Entry entry = identity::entry_of(actor, action, plan.text);
    entry.study = subject.study;
    entry.site = subject.site;
    entry.subject = subject.id;
    entry.detail = std::move(detail);
    TRY(audit::append(tx, entry));
    return {};
}

Result<void> record_of_study(db::Tx& tx, const Actor& actor, const char* action,
                             const StudyId& study, const std::string& reason) {
    audit::Entry entry = identity::entry_of(actor, action, study.text);
    entry.study = study;
    entry.reason = reason;
    TRY(audit::append(tx, entry));
    return {};
}

}  // namespace

// --- plans --------------------------------------------------------------------------------

Result<Plan> add_plan(db::Tx& tx, const NewPlan& wish, const Actor& actor) {
    TRY(study::get(tx, wish.study));
    TRY(check_timing(wish.timing));
    Plan plan{.id = new_id<PlanId>(),
              .what = wish,
              .created_at = now(),
              .created_by = actor.name(),
              .ended_at = {}};
    plan.what.name = TRY(identity::read_name(wish.name));
    if (TRY(tx.all("SELECT 1 FROM questionnaire WHERE study_id = ? AND url = ? LIMIT 1", wish.study,
                   wish.url))
            .empty())
        return refused("questionnaire-unknown", "The study has no questionnaire of this url.");
    const Timing& t = wish.timing;
    TRY(
        tx.put("INSERT INTO questionnaire_plan (id, study_id, url, name, applies_to, first_day, "
               "every_days, times, opens_minute, due_minute, due_days, late_days, shows_scores, "
               "created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               plan.id, wish.study, wish.url, plan.what.name, word(wish.applies_to), t.first_day,
               t.every_days, t.times, t.opens_minute, t.due_minute, t.due_days, t.late_days,
               wish.shows_scores, plan.created_at, plan.created_by));
    TRY(record(tx, actor, "questionnaire-plan.added", plan));
    return plan;
}

Result<Plan> get_plan(db::Tx& tx, const PlanId& id) {
    const auto row = TRY(tx.maybe(columns + "WHERE id = ?", id));
    if (!row) return not_found("plan", "There is no such plan.");
    return plan_of(*row);
}

Result<std::vector<Plan>> plans_of(db::Tx& tx, const StudyId& study) {
    std::vector<Plan> plans;
    for (const db::Row& row :
         TRY(tx.all(columns + "WHERE study_id = ? ORDER BY created_at, id", study)))
        plans.push_back(plan_of(row));
    return plans;
}

Result<Plan> end_plan(db::Tx& tx, const PlanId& id, const Actor& actor) {
    Plan plan = TRY(get_plan(tx, id));
    if (plan.ended_at) return plan;
    plan.ended_at = now();
    TRY(tx.put("UPDATE questionnaire_plan SET ended_at = ? WHERE id = ?", plan.ended_at, id));
    TRY(record(tx, actor, "questionnaire-plan.ended", plan));
    return plan;
}

// --- subjects -----------------------------------------------------------------------------

Result<void> assign(db::Tx& tx, const PlanId& id, const Subject& subject,
                    const CivilDate& starts_on, const Actor& actor) {
    const Plan plan = TRY(get_plan(tx, id));
    if (plan.what.study != subject.study) return not_found("plan", "There is no such plan.");
    if (plan.ended_at) return refused("plan-over", "This plan has ended.");
    if (plan.what.applies_to == AppliesTo::all)
        return refused("plan-of-all", "This plan is for all subjects of the study already.");
    TRY(
        tx.put("INSERT INTO questionnaire_assignment (plan_id, subject_id, starts_on, "
               "assigned_at, assigned_by) VALUES (?, ?, ?, ?, ?) "
               "ON CONFLICT (plan_id, subject_id) DO UPDATE SET starts_on = excluded.starts_on, "
               "assigned_at = excluded.assigned_at, assigned_by = excluded.assigned_by, "
               "ended_at = NULL",
               id, subject.id, starts_on, now(), actor.name()));
    // What was answered counts where its window is now.
    TRY(tx.put("UPDATE patient_response SET starts_on = ? WHERE plan_id = ? AND subject_id = ?",
               starts_on, id, subject.id));
    return record_of_subject(tx, actor, "questionnaire-plan.assigned", id, subject,
                             {{"starts_on", to_string(starts_on)}});
}

Result<void> end_assignment(db::Tx& tx, const PlanId& id, const Subject& subject,
                            const Actor& actor) {
    const auto ended =
        TRY(tx.run("UPDATE questionnaire_assignment SET ended_at = ? "
                   "WHERE plan_id = ? AND subject_id = ? AND ended_at IS NULL",
                   now(), id, subject.id));
    if (ended == 0) return not_found("assignment", "The plan is not assigned to this subject.");
    return record_of_subject(tx, actor, "questionnaire-plan.unassigned", id, subject);
}

namespace {

struct Assignment {
    CivilDate starts_on;
    std::optional<Instant> ended_at;
};
using Assignments = std::map<PlanId, Assignment>;

Result<Assignments> assignments_of(db::Tx& tx, const Subject& subject) {
    Assignments all;
    for (const db::Row& row :
         TRY(tx.all("SELECT plan_id, starts_on, ended_at FROM questionnaire_assignment "
                    "WHERE subject_id = ?",
                    subject.id)))
        all[row.get<PlanId>(0)] = {row.get<CivilDate>(1), row.get<std::optional<Instant>>(2)};
    return all;
}

// The plan as it is for the subject; nothing when it is not for the subject.
std::optional<PlanOfSubject> for_subject(Plan plan, const Assignments& assignments,
                                         const Subject& subject) {
    const auto found = assignments.find(plan.id);
    auto ended_at = plan.ended_at;
    if (plan.what.applies_to == AppliesTo::all) {
        if (!subject.enrolled_on) return std::nullopt;
        return PlanOfSubject{std::move(plan), *subject.enrolled_on, ended_at};
    }
    if (found == assignments.end()) return std::nullopt;
    const Assignment& assignment = found->second;
    if (assignment.ended_at && (!ended_at || *assignment.ended_at < *ended_at))
        ended_at = assignment.ended_at;
    return PlanOfSubject{std::move(plan), assignment.starts_on, ended_at};
}

}  // namespace

Result<std::vector<PlanOfSubject>> plans_of(db::Tx& tx, const Subject& subject) {
    const Assignments assignments = TRY(assignments_of(tx, subject));
    std::vector<PlanOfSubject> all;
    for (Plan& plan : TRY(plans_of(tx, subject.study)))
        if (auto one = for_subject(std::move(plan), assignments, subject))
            all.push_back(std::move(*one));
    return all;
}

Result<std::optional<PlanOfSubject>> find_plan(db::Tx& tx, const PlanId& id,
                                               const Subject& subject) {
    const auto row = TRY(tx.maybe(columns + "WHERE id = ? AND study_id = ?", id, subject.study));
    if (!row) return std::optional<PlanOfSubject>();
    return for_subject(plan_of(*row), TRY(assignments_of(tx, subject)), subject);
}

// --- pauses -------------------------------------------------------------------------------

Result<std::vector<Pause>> pauses_of(db::Tx& tx, const StudyId& study) {
    std::vector<Pause> pauses;
    for (const db::Row& row :
         TRY(tx.all("SELECT from_at, until_at FROM questionnaire_pause WHERE study_id = ? "
                    "ORDER BY from_at",
                    study)))
        pauses.push_back({row.get<Instant>(0), row.get<std::optional<Instant>>(1)});
    return pauses;
}

Result<bool> is_resting(db::Tx& tx, const StudyId& study) {
    return !TRY(tx.all("SELECT 1 FROM questionnaire_pause WHERE study_id = ? AND until_at IS NULL "
                       "LIMIT 1",
                       study))
                .empty();
}

Result<void> pause(db::Tx& tx, const StudyId& study, const std::string& reason,
                   const Actor& actor) {
    TRY(study::get(tx, study));
    if (reason.empty()) return refused("reason-required", "Say why the questionnaires rest.");
    if (TRY(is_resting(tx, study))) return {};
    const db::Row last = TRY(tx.one(
        "SELECT COALESCE(MAX(from_at), 0) FROM questionnaire_pause WHERE study_id = ?", study));
    // Two within a millisecond are still two.
    const Instant from{std::max(now().ms, last.get<std::int64_t>(0) + 1)};
    TRY(
        tx.put("INSERT INTO questionnaire_pause (study_id, from_at, reason, paused_by) "
               "VALUES (?, ?, ?, ?)",
               study, from, reason, actor.name()));
    return record_of_study(tx, actor, "questionnaires.paused", study, reason);
}

Result<void> resume(db::Tx& tx, const StudyId& study, const Actor& actor) {
    TRY(study::get(tx, study));
    const auto ended =
        TRY(tx.run("UPDATE questionnaire_pause SET until_at = ?, resumed_by = ? "
                   "WHERE study_id = ? AND until_at IS NULL",
                   now(), actor.name(), study));
    if (ended == 0) return {};
    return record_of_study(tx, actor, "questionnaires.resumed", study, "");
}

}  // namespace cohort::epro
