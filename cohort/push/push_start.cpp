// SPDX-License-Identifier: Apache-2.0
#include "cohort/push/push_start.h"

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

steering::ScheduledKind push_schedule() {
    return {.kind = push_kind_name,
            .place = "/report-pushes/schedules",
            .name = "Push",
            .does = "Pushes reports to the sites' receivers",
            .right = http::Permission::job_steer,
            .start = [](db::Tx& tx, const jobs::Schedule& schedule, const identity::Actor& actor)
                -> Result<JobId> { return TRY(start_push(tx, schedule.study, actor)).id; }};
}

}  // namespace cohort::push
