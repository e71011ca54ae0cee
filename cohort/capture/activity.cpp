// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/activity.h"

namespace cohort::capture {

static Result<void> count_change(db::Tx& tx, const events::Event& event) {
    const auto body = TRY(json::as_object(TRY(json::parse(event.body)), "the body of an event"));
    return tx.put(
        "INSERT INTO site_activity (study_id, site_id, day, changes) VALUES (?, ?, ?, 1) "
        "ON CONFLICT (study_id, site_id, day) DO UPDATE SET changes = site_activity.changes + 1",
        TRY(json::get_string(body, "study")), TRY(json::get_string(body, "site")),
        to_days(date_of(event.at)));
}

Result<void> publish_change(db::Tx& tx, const Form& form) {
    return events::publish(tx, record_changed, form.id.text,
                           {{"study", form.study.text},
                            {"site", form.site.text},
                            {"subject", form.place.subject.text},
                            {"form", form.id.text},
                            {"version", form.version}});
}

events::Subscriber activity_counter() {
    return {.name = "site-activity", .topic = record_changed, .act = count_change};
}

Result<std::vector<Activity>> activity_since(db::Tx& tx, const StudyId& study, Instant from) {
    std::vector<Activity> all;
    for (const db::Row& row : TRY(tx.all("SELECT site_id, day, changes FROM site_activity "
                                         "WHERE study_id = ? AND day >= ? ORDER BY day, site_id",
                                         study, to_days(date_of(from)))))
        all.push_back({.site = row.get<SiteId>(0),
                       .day = to_string(from_days(row.get<std::int64_t>(1))),
                       .changes = row.get<std::int64_t>(2)});
    return all;
}

}  // namespace cohort::capture
