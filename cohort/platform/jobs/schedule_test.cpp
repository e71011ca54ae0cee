// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/schedule.h"

#include <set>

#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "cohort/platform/jobs/test_jobs.h"

namespace cohort::jobs {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t hour_ms = 3'600'000;

Result<JobId> start_report(db::Tx& tx, const Schedule& schedule) {
    return TRY(enqueue(tx, {.kind = schedule.kind, .created_by = schedule.created_by})).id;
}

ScheduleId add(TestLedger& ledger, const Daily& when, Missed missed) {
    return ledger.write([&](db::Tx& tx) {
        return add_schedule(tx, {.kind = "report",
                                 .name = "Nightly",
                                 .when = when,
                                 .missed = missed,
                                 .created_by = "tester"});
    });
}

// As if its next time had been so many hours ago.
void move_back(TestLedger& ledger, std::int64_t hours) {
    ledger.write([&](db::Tx& tx) {
        return tx.run("UPDATE job_schedule SET next_due = next_due - ?", hours * hour_ms);
    });
}

std::int64_t fire_now(TestLedger& ledger) {
    return fire(*ledger.db, start_report).value();
}

std::vector<Firing> firings_of(TestLedger& ledger, const ScheduleId& id) {
    return ledger.write([&](db::Tx& tx) { return firings(tx, id, 1000); });
}

}  // namespace

TEST_CASE("a daily time comes once each day for ten years, whatever the clocks do") {
    for (const char* name : {"UTC", "Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo",
                             "Australia/Lord_Howe", "America/New_York", "Africa/Casablanca"}) {
        const zones::Zone zone = zones::load(name).value();
        for (const int minute : {0, 30, 90, 120, 135, 150, 179, 180, 1439}) {
            const Daily when{.minute = minute, .zone = name};
            std::int64_t day = to_days({2016, 1, 1});
            Instant at = zone.moment(from_days(day), minute);
            while (day < to_days({2026, 1, 1})) {
                at = next_due(when, zone, at);
                ++day;
                CHECK_MESSAGE(zone.date(at) == from_days(day), name, " ", minute);
            }
        }
    }
}

TEST_CASE("a schedule of some weekdays fires on these alone") {
    const Daily when{.minute = 150, .weekdays = 0b0100001, .zone = "Europe/Berlin"};
    const zones::Zone zone = zones::load(when.zone).value();
    std::set<std::int64_t> weekdays;
    Instant at = parse_instant("2024-03-01T00:00:00Z").value();
    for (int i = 0; i < 20; ++i) {
        at = next_due(when, zone, at);
        weekdays.insert((to_days(zone.date(at)) + 3) % 7);
    }
    CHECK(weekdays == std::set<std::int64_t>{0, 5});
    CHECK(to_string(zone.date(at)) == "2024-05-06");  // twenty Mondays and Saturdays on
}

TEST_CASE("what is due is fired once, however many look at one time") {
    in_both_stores([](TestLedger& ledger) {
        const ScheduleId id = add(ledger, {.minute = 90}, Missed::one);
        CHECK(fire_now(ledger) == 0);
        move_back(ledger, 24);
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 8; ++i) s.go([&] { (void)fire(*ledger.db, start_report); });
        });
        const auto fired = firings_of(ledger, id);
        REQUIRE(fired.size() == 1);
        CHECK(ledger.number("SELECT count(*) FROM job") == 1);
        CHECK(ledger.job(fired[0].job).kind == "report");
        const auto next = ledger.write([&](db::Tx& tx) { return get_schedule(tx, id); }).next;
        CHECK(next->ms == fired[0].due.ms + 24 * hour_ms);
        CHECK(fire_now(ledger) == 0);
    });
}

TEST_CASE("times that passed while nobody was there are skipped, made up for once, or each") {
    in_both_stores([](TestLedger& ledger) {
        const auto after_five_days = [&](Missed missed) {
            const ScheduleId id = add(ledger, {.minute = 90}, missed);
            // Not within the minutes for which a late server is forgiven, at any time of the day.
            ledger.write([&](db::Tx& tx) {
                return tx.run("UPDATE job_schedule SET next_due = store_now() - ? WHERE id = ?",
                              5 * 24 * hour_ms - hour_ms, id);
            });
            const std::int64_t started = fire_now(ledger);
            CHECK(fire_now(ledger) == 0);
            std::int64_t missing = 0;
            for (const Firing& one : firings_of(ledger, id)) missing += one.code == "missed";
            CHECK(firings_of(ledger, id).size() >= 5);
            return std::pair{started, started + missing ==
                                          static_cast<std::int64_t>(firings_of(ledger, id).size())};
        };
        CHECK(after_five_days(Missed::one) == std::pair{std::int64_t{1}, true});
        const auto [all, all_told] = after_five_days(Missed::all);
        CHECK(all >= 5);
        CHECK(all_told);
        const auto [skipped, skipped_told] = after_five_days(Missed::skip);
        CHECK(skipped <= 1);  // the last may have come just now
        CHECK(skipped_told);
    });
}

TEST_CASE("a stopped schedule fires no more, and is told apart from none") {
    in_both_stores([](TestLedger& ledger) {
        const ScheduleId id = add(ledger, {.minute = 90}, Missed::all);
        move_back(ledger, 24);
        ledger.write([&](db::Tx& tx) { return stop_schedule(tx, id); });
        CHECK(ledger.outcome([&](db::Tx& tx) { return stop_schedule(tx, id); }) == "ok");
        CHECK(fire_now(ledger) == 0);
        CHECK(ledger.outcome([&](db::Tx& tx) { return stop_schedule(tx, ScheduleId{"x"}); }) ==
              "schedule");
    });
}

TEST_CASE("what cannot be started is noted with its reason and not tried again for ever") {
    in_both_stores([](TestLedger& ledger) {
        const ScheduleId id = add(ledger, {.minute = 90}, Missed::one);
        move_back(ledger, 24);
        const Starter refuses = [](db::Tx&, const Schedule&) -> Result<JobId> {
            return not_found("study", "There is no such study.");
        };
        CHECK(fire(*ledger.db, refuses).value() == 0);
        const auto fired = firings_of(ledger, id);
        REQUIRE(fired.size() == 1);
        CHECK(fired[0].code == "study");
        CHECK(fired[0].job.empty());
        CHECK(fire_now(ledger) == 0);
    });
}

TEST_CASE("a schedule without a day, a time or a known zone is refused") {
    in_both_stores([](TestLedger& ledger) {
        const auto outcome = [&](const Daily& when) {
            return ledger.outcome([&](db::Tx& tx) {
                return add_schedule(tx, {.kind = "report", .when = when, .created_by = "x"});
            });
        };
        CHECK(outcome({.minute = 1440}) == "bad-schedule");
        CHECK(outcome({.minute = -1}) == "bad-schedule");
        CHECK(outcome({.weekdays = 0}) == "bad-schedule");
        CHECK(outcome({.weekdays = 128}) == "bad-schedule");
        CHECK(outcome({.zone = "Nowhere/Atlantis"}) == "unknown-zone");
        CHECK(outcome({.minute = 1439, .weekdays = 1}) == "ok");
    });
}

TEST_CASE("over a year of nights with the clocks changing twice a schedule starts a job each") {
    CHECK(weft::sim::run(1, [] {
              TestLedger ledger;
              add(ledger, {.minute = 150, .zone = "Europe/Berlin"}, Missed::one);
              std::int64_t started = 0;
              for (int hour = 0; hour < 366 * 24; ++hour) {
                  weft::sleep(1h);
                  started += fire_now(ledger);
              }
              CHECK(started == 366);
              CHECK(ledger.number("SELECT count(*) FROM job") == 366);
              CHECK(ledger.number("SELECT count(*) FROM job_firing WHERE job IS NULL") == 0);
          }) == 0);
}

}  // namespace cohort::jobs
