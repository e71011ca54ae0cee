// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/schedule.h"

#include <array>

#include "weft/time.h"

namespace cohort::jobs {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 3> missed_words = {"skip", "one", "all"};

// A server that fires so late was there and had too much to do: nothing was missed.
constexpr std::chrono::milliseconds late_at_most = 10min;
// Times of a schedule that are decided about in one transaction; the rest follows a second later.
constexpr int times_at_once = 100;

Error no_such_schedule() {
    return not_found("schedule", "There is no such schedule.");
}

bool is_on(std::uint8_t weekdays, std::int64_t day) {
    const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 1970-01-01 was a Thursday
    return ((weekdays >> weekday) & 1) != 0;
}

}  // namespace

std::string_view to_string(Missed missed) noexcept {
    return missed_words[static_cast<std::size_t>(missed)];
}

std::optional<Missed> parse_missed(std::string_view word) noexcept {
    for (std::size_t i = 0; i < missed_words.size(); ++i)
        if (missed_words[i] == word) return static_cast<Missed>(i);
    return std::nullopt;
}

Instant next_due(const Daily& when, const zones::Zone& zone, Instant after) {
    ENSURE((when.weekdays & 127) != 0, "a schedule has a weekday");
    for (std::int64_t day = to_days(zone.date(after));; ++day) {
        if (!is_on(when.weekdays, day)) continue;
        const Instant at = zone.moment(from_days(day), when.minute);
        if (at > after) return at;
    }
}

// --- schedules ----------------------------------------------------------------------------

namespace {

constexpr const char* columns =
    "id, kind, study, site, name, input, minute, weekdays, zone, missed, created_by, created_at, "
    "next_due";

Result<Schedule> schedule_of(const db::Row& row) {
    Schedule schedule;
    schedule.id = row.get<ScheduleId>(0);
    schedule.kind = row.get<std::string>(1);
    schedule.study.text = row.get<std::optional<std::string>>(2).value_or("");
    schedule.site.text = row.get<std::optional<std::string>>(3).value_or("");
    schedule.name = row.get<std::string>(4);
    schedule.input =
        TRY(json::as_object(TRY(json::parse(row.get<std::string>(5))), "a schedule's input"));
    schedule.when = {row.get<int>(6), row.get<std::uint8_t>(7), row.get<std::string>(8)};
    schedule.missed = parse_missed(row.get<std::string>(9)).value_or(Missed::skip);
    schedule.created_by = row.get<std::string>(10);
    schedule.created_at = row.get<Instant>(11);
    schedule.next = row.get<std::optional<Instant>>(12);
    return schedule;
}

Result<Instant> store_time(db::Tx& tx) {
    return TRY(tx.one("SELECT store_now()")).get<Instant>(0);
}

}  // namespace

Result<ScheduleId> add_schedule(db::Tx& tx, const NewSchedule& wish) {
    ENSURE(!wish.kind.empty() && !wish.created_by.empty(), "a schedule has a kind and an origin");
    const Daily& when = wish.when;
    if (when.minute < 0 || when.minute >= 24 * 60 || (when.weekdays & 127) == 0 ||
        when.weekdays > 127)
        return invalid("bad-schedule", "A schedule has a time of the day and a day of the week.");
    const zones::Zone zone = TRY(zones::load(when.zone));
    const Instant at = TRY(store_time(tx));
    const auto id = new_id<ScheduleId>();
    TRY(
        tx.put("INSERT INTO job_schedule (id, kind, study, site, name, input, minute, weekdays, "
               "zone, missed, created_by, created_at, next_due) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               id, wish.kind, wish.study, wish.site, wish.name, json::to_text(wish.input),
               when.minute, int{when.weekdays}, when.zone, to_string(wish.missed), wish.created_by,
               at, next_due(when, zone, at)));
    return id;
}

Result<void> stop_schedule(db::Tx& tx, const ScheduleId& schedule) {
    const auto rows =
        TRY(tx.run("UPDATE job_schedule SET next_due = NULL, stopped_at = coalesce(stopped_at, "
                   "store_now()) WHERE id = ?",
                   schedule));
    if (rows == 0) return no_such_schedule();
    return {};
}

Result<Schedule> get_schedule(db::Tx& tx, const ScheduleId& schedule) {
    const auto row = TRY(
        tx.maybe(std::string("SELECT ") + columns + " FROM job_schedule WHERE id = ?", schedule));
    if (!row) return no_such_schedule();
    return schedule_of(*row);
}

Result<std::vector<Schedule>> schedules(db::Tx& tx, const StudyId& study, const std::string& kind,
                                        std::int64_t limit) {
    std::vector<Schedule> found;
    for (const db::Row& row :
         TRY(tx.all(std::string("SELECT ") + columns +
                        " FROM job_schedule WHERE study = ? AND kind = ? AND next_due IS NOT NULL "
                        "ORDER BY next_due, id LIMIT ?",
                    study, kind, limit)))
        found.push_back(TRY(schedule_of(row)));
    return found;
}

Result<std::vector<Firing>> firings(db::Tx& tx, const ScheduleId& schedule, std::int64_t limit) {
    std::vector<Firing> found;
    for (const db::Row& row :
         TRY(tx.all("SELECT due, at, coalesce(job, ''), coalesce(code, '') FROM job_firing "
                    "WHERE schedule = ? ORDER BY due DESC LIMIT ?",
                    schedule, limit)))
        found.push_back({row.get<Instant>(0), row.get<Instant>(1), JobId{row.get<std::string>(2)},
                         row.get<std::string>(3)});
    return found;
}

// --- firing -------------------------------------------------------------------------------

namespace {

bool is_to_fire(const Schedule& schedule, Instant due, Instant next, Instant at) {
    switch (schedule.missed) {
        case Missed::all:
            return true;
        case Missed::one:
            return next > at;
        case Missed::skip:
            return at.ms - due.ms <= late_at_most.count();
    }
    return false;
}

// Shape: whether the time was decided about just now, and not by another server before.
Result<bool> note(db::Tx& tx, const Schedule& schedule, Instant due, const std::string& code) {
    return TRY(tx.run("INSERT INTO job_firing (schedule, due, at, code) VALUES (?, ?, store_now(), "
                      "?) ON CONFLICT (schedule, due) DO NOTHING",
                      schedule.id, due, code)) == 1;
}

// Decides about the times of one schedule that have come. With a `refusal` nothing is started and
// that is why.
Result<std::int64_t> fire_one(db::Tx& tx, const ScheduleId& id, const Starter& start,
                              const std::string& refusal) {
    const Schedule schedule = TRY(get_schedule(tx, id));
    if (!schedule.next) return std::int64_t{0};
    const zones::Zone zone = TRY(zones::load(schedule.when.zone));
    const Instant at = TRY(store_time(tx));
    std::int64_t started = 0;
    Instant due = *schedule.next;
    for (int i = 0; i < times_at_once && due <= at; ++i) {
        const Instant next = next_due(schedule.when, zone, due);
        const bool wanted = is_to_fire(schedule, due, next, at);
        const bool ours = TRY(note(tx, schedule, due, wanted ? refusal : "missed"));
        if (ours && wanted && refusal.empty()) {
            const JobId job = TRY(start(tx, schedule));
            TRY(tx.put("UPDATE job_firing SET job = ?, code = NULL WHERE schedule = ? AND due = ?",
                       job, id, due));
            ++started;
        }
        due = next;
    }
    TRY(tx.put("UPDATE job_schedule SET next_due = ? WHERE id = ?", due, id));
    return started;
}

Result<std::vector<ScheduleId>> due_schedules(db::Tx& tx) {
    std::vector<ScheduleId> due;
    for (const db::Row& row :
         TRY(tx.all("SELECT id FROM job_schedule WHERE next_due <= store_now() ORDER BY next_due, "
                    "id LIMIT 100")))
        due.push_back(row.get<ScheduleId>(0));
    return due;
}

}  // namespace

Result<std::int64_t> fire(db::Db& db, const Starter& start) {
    std::int64_t started = 0;
    for (const ScheduleId& id : TRY(db.read(due_schedules))) {
        auto fired = db.transact([&](db::Tx& tx) { return fire_one(tx, id, start, ""); });
        if (!fired && fired.error().kind != ErrorKind::unavailable)
            fired = db.transact(
                [&](db::Tx& tx) { return fire_one(tx, id, start, fired.error().code); });
        started += TRY(std::move(fired));
    }
    return started;
}

void keep_firing(db::Db& db, const Starter& start, const std::function<void()>& on_start) {
    for (;;) {
        const auto started = fire(db, start);
        if (started && *started > 0) on_start();
        weft::sleep(1s);
    }
}

}  // namespace cohort::jobs
