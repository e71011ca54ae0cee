// SPDX-License-Identifier: Apache-2.0
#include "cohort/push/push_start.h"

#include "cohort/identity/grants.h"
#include "cohort/identity/record.h"
#include "cohort/push/deliveries.h"
#include "cohort/push/push_kind.h"
#include "cohort/study/store.h"

namespace cohort::push {

namespace {

// What a job that is over had, and did not deliver, is free for the next.
Result<void> free_what_is_left(db::Tx& tx, const StudyId& study) {
    for (const JobId& job : TRY(jobs_with_open(tx, study)))
        if (TRY(jobs::get(tx, job)).ended_at) TRY(let_go(tx, job));
    return {};
}

// Sites take turns, as each part of a job is at one of them.
Result<std::size_t> add_part(db::Tx& tx, const StudyId& study, const SiteId& site,
                             const JobId& whole, const std::string& by) {
    const JobId part = TRY(jobs::enqueue(tx, {.kind = push_kind_name,
                                              .study = study,
                                              .site = site,
                                              .parent = whole,
                                              .created_by = by,
                                              .open = true}))
                           .id;
    std::vector<jobs::NewItem> items;
    for (const Delivery& delivery : TRY(take_up(tx, study, site, part)))
        items.push_back(
            {.name = delivery.name, .input = json::object{{"delivery", delivery.id.text}}});
    TRY(jobs::add_items(tx, part, items));
    TRY(jobs::seal(tx, part));
    return items.size();
}

Result<void> record(db::Tx& tx, const identity::Actor& actor, const char* action,
                    const StudyId& study, const std::string& target, json::object detail) {
    auto entry = identity::entry_of(actor, action, target);
    entry.study = study;
    entry.detail = std::move(detail);
    TRY(audit::append(tx, entry));
    return {};
}

}  // namespace

Result<jobs::Enqueued> start_push(db::Tx& tx, const StudyId& study, const identity::Actor& actor) {
    TRY(study::get(tx, study));
    const auto whole = TRY(jobs::enqueue(tx, {.kind = push_kind_name,
                                              .study = study,
                                              .unique = study.text,
                                              .created_by = actor.name(),
                                              .open = true}));
    if (!whole.is_new) return whole;
    TRY(free_what_is_left(tx, study));
    std::size_t items = 0;
    for (const SiteId& site : TRY(sites_with_free(tx, study)))
        items += TRY(add_part(tx, study, site, whole.id, actor.name()));
    TRY(jobs::seal(tx, whole.id));
    TRY(record(tx, actor, "job.started", study, whole.id.text,
               {{"kind", push_kind_name}, {"items", items}}));
    return whole;
}

Result<JobId> start_scheduled_push(db::Tx& tx, const jobs::Schedule& schedule) {
    identity::Actor actor;
    actor.user = UserId{schedule.created_by};
    actor.how = schedule.id.text;
    const Instant at = now();
    const auto rights = TRY(identity::rights_of(tx, actor.user, at));
    const http::Scope whole_study{.study = schedule.study, .site = {}};
    const auto may = identity::decide(rights, http::Permission::job_steer, whole_study, at);
    if (may.verdict != identity::Verdict::allowed || !may.role)
        return refused("schedule-not-allowed",
                       "Who made the schedule may not steer jobs any more.");
    actor.role = identity::to_string(*may.role);
    return TRY(start_push(tx, schedule.study, actor)).id;
}

// --- the schedule -------------------------------------------------------------------------

Result<std::optional<jobs::Schedule>> schedule_of(db::Tx& tx, const StudyId& study) {
    auto found = TRY(jobs::schedules(tx, study, push_kind_name, 1));
    if (found.empty()) return std::optional<jobs::Schedule>();
    return std::optional(std::move(found.front()));
}

Result<jobs::Schedule> set_schedule(db::Tx& tx, const StudyId& study, const jobs::Daily& when,
                                    const identity::Actor& actor) {
    TRY(study::get(tx, study));
    TRY(remove_schedule(tx, study, actor));
    const auto id = TRY(jobs::add_schedule(tx, {.kind = push_kind_name,
                                                .study = study,
                                                .name = "report push",
                                                .when = when,
                                                .created_by = actor.name()}));
    TRY(record(tx, actor, "schedule.added", study, id.text,
               {{"kind", push_kind_name}, {"minute", when.minute}, {"zone", when.zone}}));
    return jobs::get_schedule(tx, id);
}

Result<void> remove_schedule(db::Tx& tx, const StudyId& study, const identity::Actor& actor) {
    const auto schedule = TRY(schedule_of(tx, study));
    if (!schedule) return {};
    TRY(jobs::stop_schedule(tx, schedule->id));
    return record(tx, actor, "schedule.stopped", study, schedule->id.text,
                  {{"kind", push_kind_name}});
}

}  // namespace cohort::push
