// SPDX-License-Identifier: Apache-2.0
#include "cohort/escalation/escalation.h"

#include <limits>

#include "cohort/epro/alerts.h"
#include "cohort/platform/jobs/ledger.h"

namespace cohort::escalation {

namespace {

Result<void> start(db::Tx& tx, const epro::Submission& submission) {
    for (const AlertId& id : submission.alerts) {
        const epro::Alert alert = TRY(epro::get_alert(tx, id));
        TRY(jobs::enqueue(tx, {.kind = escalation_kind_name,
                               .study = alert.study,
                               .site = alert.site,
                               .unique = id.text,
                               .created_by = "alerts",
                               .items = {{.name = alert.subject_key,
                                          .input = json::object{{"alert", id.text}},
                                          .not_before = alert.next_step_at}}}));
    }
    return {};
}

Result<jobs::Outcome> run(db::Db& db, jobs::Work& work) {
    const json::object input = TRY(json::as_object(work.input(), "an item's input"));
    const AlertId id{TRY(json::get_string(input, "alert"))};
    for (;;) {
        const auto alert = TRY(db.read([&](db::Tx& tx) { return epro::get_alert(tx, id); }));
        if (!alert.next_step_at) return jobs::done();
        const std::int64_t wait = alert.next_step_at->ms - now().ms;
        if (wait > 0) return jobs::snoozed(std::chrono::milliseconds(wait));
        const std::size_t number = alert.steps.size();
        TRY(work.step("step " + std::to_string(number),
                      [&](db::Tx& tx) { return epro::pass_on(tx, id, number, work.job().text); }));
    }
}

}  // namespace

epro::FollowUp follow_up() {
    return {.enqueue = start};
}

jobs::Kind escalation_kind(db::Db& db) {
    constexpr std::chrono::milliseconds minute{60'000};
    return {.name = escalation_kind_name,
            .run = [&db](jobs::Work& work) { return run(db, work); },
            // A store that is away for long must not be the end of it.
            .retry = {.attempts = std::numeric_limits<int>::max(), .cap = minute},
            .may_be_held = false};
}

}  // namespace cohort::escalation
