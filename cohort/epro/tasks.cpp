// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/tasks.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "cohort/sites/sites.h"

namespace cohort::epro {

namespace {

// The zone a site was created with is known; UTC where the machine has lost it, as for visits.
Result<zones::Zone> zone_of(db::Tx& tx, const SiteId& site) {
    auto zone = zones::load(TRY(sites::get(tx, site)).time_zone);
    return zone ? std::move(*zone) : zones::Zone();
}

Error no_task() {
    return not_found("task", "There is nothing to be answered here.");
}

// What is the same for all tasks of a subject at a moment.
struct Setting {
    zones::Zone zone;
    std::vector<Pause> pauses;
    Instant at;
};

Result<Setting> setting_of(db::Tx& tx, const subjects::Subject& subject, Instant at) {
    return Setting{TRY(zone_of(tx, subject.site)), TRY(pauses_of(tx, subject.study)), at};
}

// Nothing where the plan has ended before the window was over: only what was answered stays then.
std::optional<Task> make_task(const PlanOfSubject& one, int number, const Setting& setting,
                              std::optional<Answered> answered) {
    const Window window = window_of(one.plan.what.timing, one.starts_on, setting.zone, number);
    if (!answered && one.ended_at && *one.ended_at < window.closes) return std::nullopt;
    return Task{.plan = one.plan.id,
                .name = one.plan.what.name,
                .url = one.plan.what.url,
                .starts_on = one.starts_on,
                .window = window,
                .state = state_of(window, answered.has_value(), setting.pauses, setting.at),
                .answered = std::move(answered),
                .shows_scores = one.plan.what.shows_scores};
}

}  // namespace

Result<std::vector<Task>> tasks_of(db::Tx& tx, const subjects::Subject& subject, Instant at) {
    const Setting setting = TRY(setting_of(tx, subject, at));
    std::map<std::pair<PlanId, int>, Answered> answered;
    for (Answered& one : TRY(answered_by(tx, subject.id))) {
        const std::pair window(one.plan, one.number);
        answered.emplace(window, std::move(one));
    }
    std::vector<Task> tasks;
    for (const PlanOfSubject& one : TRY(plans_of(tx, subject)))
        for (int number = 1; number <= one.plan.what.timing.times; ++number) {
            const auto found = answered.find({one.plan.id, number});
            auto task =
                make_task(one, number, setting,
                          found == answered.end() ? std::nullopt : std::optional(found->second));
            if (task) tasks.push_back(std::move(*task));
        }
    std::ranges::sort(tasks, {}, [](const Task& task) {
        return std::tuple(task.window.opens, task.plan, task.window.number);
    });
    return tasks;
}

Result<Task> task_of(db::Tx& tx, const subjects::Subject& subject, const PlanId& plan, int number,
                     Instant at) {
    const auto found = TRY(find_plan(tx, plan, subject));
    if (!found || number < 1 || number > found->plan.what.timing.times) return no_task();
    auto task = make_task(*found, number, TRY(setting_of(tx, subject, at)),
                          TRY(find_answered(tx, subject.id, plan, number)));
    if (!task) return no_task();
    return std::move(*task);
}

}  // namespace cohort::epro
