// SPDX-License-Identifier: Apache-2.0
// Jobs that start by themselves at a time of day, by the clocks of a place.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/job.h"
#include "cohort/platform/zones/zones.h"

namespace cohort {
using ScheduleId = Id<struct ScheduleTag>;
}

namespace cohort::jobs {

/// A time of day on some days of the week. Where the clocks are put forward over it, it is the
/// moment at which they are; where they show it twice, the first time.
struct Daily {
    int minute = 0;               ///< after midnight, 0 to 1439
    std::uint8_t weekdays = 127;  ///< a bit each: 1 Monday, 2 Tuesday, 4 … 64 Sunday
    std::string zone = "UTC";
};

/// The first such time after a moment. Pure. Shape: `when` has a weekday.
Instant next_due(const Daily& when, const zones::Zone& zone, Instant after);

/// What becomes of times that are found to have passed: no server ran, or none had the store.
enum class Missed : std::uint8_t {
    skip,  ///< nothing: the next one is the next
    one,   ///< the last of them is made up for
    all,   ///< each is made up for, the oldest first
};
std::string_view to_string(Missed missed) noexcept;
std::optional<Missed> parse_missed(std::string_view word) noexcept;

struct NewSchedule {
    std::string kind = {};
    StudyId study = {};
    SiteId site = {};
    std::string name = {};  ///< for people
    json::object input = {};
    Daily when = {};
    Missed missed = Missed::one;
    std::string created_by = {};
};

struct Schedule {
    ScheduleId id;
    std::string kind;
    StudyId study;
    SiteId site;
    std::string name;
    json::object input;
    Daily when;
    Missed missed = Missed::one;
    std::string created_by;
    Instant created_at;
    std::optional<Instant> next;  ///< absent: it was stopped
};

/// Errors: invalid/unknown-zone; invalid/bad-schedule (a minute or weekdays that there are not).
/// Blocks: its thread, for the file of a zone, as the others here that find a next time.
Result<ScheduleId> add_schedule(db::Tx& tx, const NewSchedule& wish);

/// It fires no more; what it started goes on. Again: nothing. Errors: not_found/schedule.
Result<void> stop_schedule(db::Tx& tx, const ScheduleId& schedule);

/// Errors: not_found/schedule.
Result<Schedule> get_schedule(db::Tx& tx, const ScheduleId& schedule);

/// Those of a study and kind that are not stopped, by when they fire next.
Result<std::vector<Schedule>> schedules(db::Tx& tx, const StudyId& study, const std::string& kind,
                                        std::int64_t limit);

/// A time that was decided about: a job was started, or none, and why.
struct Firing {
    Instant due;
    Instant at;
    JobId job;         ///< empty: none
    std::string code;  ///< then why: "missed", or the error's code
};
/// Newest first.
Result<std::vector<Firing>> firings(db::Tx& tx, const ScheduleId& schedule, std::int64_t limit);

/// Starts the job of a schedule, in the transaction that notes the firing.
using Starter = std::function<Result<JobId>(db::Tx&, const Schedule&)>;

/// Decides about every time that has come, each once however many servers look.
/// Shape:  how many jobs were started.
/// Errors: those of the store. What a starter refuses is noted in the firing and not tried again.
Result<std::int64_t> fire(db::Db& db, const Starter& start);

/// Fires what is due, looking each second.
/// Cancels: ends; this is how it ends.
void keep_firing(db::Db& db, const Starter& start, const std::function<void()>& on_start);

}  // namespace cohort::jobs
