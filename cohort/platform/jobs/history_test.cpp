// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/history.h"

#include <numeric>

#include "cohort/platform/jobs/test_jobs.h"

namespace cohort::jobs {

namespace {

using namespace std::chrono_literals;

// Ends `count` items of whatever can be claimed.
void work_off(TestLedger& ledger, std::int64_t count, const Verdict& verdict = {}) {
    for (const Claimed& item : ledger.take("w", count)) ledger.finish("w", item, verdict);
}

void run_sql(TestLedger& ledger, const std::string& sql) {
    ledger.write([&](db::Tx& tx) { return tx.run(sql); });
}

Throughput picture(TestLedger& ledger, const JobId& job, std::int64_t spans) {
    return ledger.write(
        [&](db::Tx& tx) -> Result<Throughput> { return throughput(tx, TRY(get(tx, job)), spans); });
}
Speed speed_of(TestLedger& ledger, const JobId& job) {
    return ledger.write([&](db::Tx& tx) -> Result<Speed> { return speed(tx, TRY(get(tx, job))); });
}

std::int64_t rows(TestLedger& ledger, const std::string& table, const JobId& job) {
    return ledger.number("SELECT count(*) FROM " + table + " WHERE job = '" + job.text + "'");
}

}  // namespace

TEST_CASE("the picture of a job adds up to what it did, however long it took") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(40);
        CHECK(picture(ledger, job, 10).done.empty());
        ledger.enter_as("w");
        work_off(ledger, 30);
        // As if an item had been done each minute, the first of them half an hour ago.
        run_sql(ledger, "UPDATE job SET started_at = started_at - 1800000");
        run_sql(ledger, "UPDATE job_item_past SET at = at - number * 60000");
        for (const std::int64_t spans : {1, 2, 7, 31, 100, 5000}) {
            const Throughput seen = picture(ledger, job, spans);
            CHECK(seen.done.size() >= 1);
            CHECK(static_cast<std::int64_t>(seen.done.size()) <= spans);
            CHECK(std::accumulate(seen.done.begin(), seen.done.end(), std::int64_t{0}) == 30);
        }
        CHECK(picture(ledger, job, 40).step == 1min);
        CHECK(picture(ledger, job, 40).from == *ledger.job(job).started_at);
    });
}

TEST_CASE("speed is what the last minute did, and a job that stands still has no end in sight") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(100);
        CHECK(speed_of(ledger, job).a_minute() == 0);
        ledger.enter_as("w");
        work_off(ledger, 40);
        run_sql(ledger, "UPDATE job SET started_at = started_at - 600000");
        // Ten of them were done before the last minute.
        run_sql(ledger, "UPDATE job_item_past SET at = at - 61000 WHERE number <= 10");
        const Speed going = speed_of(ledger, job);
        CHECK(going.done == 30);
        CHECK(going.window == 60s);
        CHECK(going.a_minute() == 30);
        REQUIRE(going.eta);
        // 60 items at 30 a minute.
        CHECK(going.eta->ms - ledger.number("SELECT store_now()") <= 120'000);
        CHECK(going.eta->ms > ledger.job(job).started_at->ms + 600'000);
        ledger.write([&](db::Tx& tx) { return pause(tx, job); });
        CHECK_FALSE(speed_of(ledger, job).eta);
        ledger.write([&](db::Tx& tx) { return resume(tx, job); });
        run_sql(ledger, "UPDATE job_item_past SET at = at - 61000");
        CHECK(speed_of(ledger, job).done == 0);
        CHECK_FALSE(speed_of(ledger, job).eta);
        work_off(ledger, 100);
        CHECK(ledger.state(job) == "succeeded");
        CHECK(speed_of(ledger, job).window == 0ms);
    });
}

TEST_CASE("what failed is counted by its reason, and driven again by it") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(6);
        ledger.enter_as("w");
        work_off(ledger, 3, {.to = ItemState::failed, .code = "full"});
        work_off(ledger, 2, {.to = ItemState::failed, .code = "gone"});
        work_off(ledger, 1, {.to = ItemState::unknown, .code = "outcome-unknown"});
        const auto why = ledger.write([&](db::Tx& tx) { return reasons(tx, job); });
        REQUIRE(why.size() == 3);
        CHECK(why[0].code == "full");
        CHECK(why[0].items == 3);
        CHECK(why[1].items == 2);
        CHECK(why[2].state == ItemState::unknown);
        const auto gone = ledger.write([&](db::Tx& tx) {
            return items(tx, job, {.state = ItemState::failed, .code = "gone"}, 10);
        });
        CHECK(gone.size() == 2);
        const auto again = [&](const Again& which) {
            return ledger.write([&](db::Tx& tx) { return redrive(tx, job, which); });
        };
        CHECK(again({.code = "nothing-like-it"}) == 0);
        CHECK(again({.code = "gone"}) == 2);
        CHECK(ledger.counts(job) == Counts{.total = 6, .failed = 3, .pending = 2, .unknown = 1});
        CHECK(again({.state = ItemState::unknown}) == 1);
        CHECK(again({}) == 3);
        work_off(ledger, 6);
        CHECK(ledger.state(job) == "succeeded");
    });
}

TEST_CASE("every change of a job, its items' included, raises its version") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(3);
        std::int64_t last = ledger.job(job).version;
        const auto changed = [&] {
            const std::int64_t before = std::exchange(last, ledger.job(job).version);
            return last > before;
        };
        CHECK_FALSE(changed());
        ledger.enter_as("w");
        const auto first = ledger.take("w", 1);
        CHECK(changed());
        ledger.finish("w", first[0], {.to = ItemState::failed});
        CHECK(changed());
        for (const auto& what : {pause, resume}) {
            ledger.write([&](db::Tx& tx) { return what(tx, job); });
            CHECK(changed());
        }
        ledger.write([&](db::Tx& tx) { return set_pace(tx, job, {.rate = 60, .most = {}}); });
        CHECK(changed());
        ledger.write([&](db::Tx& tx) { return redrive(tx, job, {}); });
        CHECK(changed());
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "tester"); });
        CHECK(changed());
        ledger.write([&](db::Tx& tx) { return resume(tx, job); });
        CHECK(changed());
        CHECK(ledger.take("w", 1).size() == 1);
        CHECK(changed());
        ledger.write([&](db::Tx& tx) { return take_back(tx, "w", Leave::orderly); });
        CHECK(changed());
    });
}

TEST_CASE("a result is whole whatever its length, and there once") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(2);
        std::string text;
        while (text.size() < 1'200'000) text += "Größe 身高 ";
        const ResultFile file{.name = "a.xml", .media_type = "application/xml", .text = text};
        const auto put = [&](std::int64_t item, const ResultFile& what) {
            return ledger.outcome([&](db::Tx& tx) -> Result<void> {
                TRY(put_result(tx, job, item, what));
                return {};
            });
        };
        CHECK(put(1, file) == "ok");
        CHECK(put(2, {.name = "empty.txt", .media_type = "text/plain", .text = ""}) == "ok");
        const auto found = [&](std::int64_t item) {
            return ledger.write([&](db::Tx& tx) { return get_result(tx, job, item); });
        };
        CHECK(found(1).text == text);
        CHECK(found(1).name == "a.xml");
        CHECK(found(2).text.empty());
        CHECK(ledger.outcome([&](db::Tx& tx) { return get_result(tx, job, 3); }) == "job-result");
        CHECK(ledger.write([&](db::Tx& tx) { return count_results(tx, job); }) == 2);
        CHECK(put(1, file) == "already-exists");
    });
}

TEST_CASE("a job that has been over for long enough keeps its counters alone") {
    in_both_stores([](TestLedger& ledger) {
        const JobId old = ledger.start(30);
        ledger.enter_as("w");
        work_off(ledger, 20);
        work_off(ledger, 10, {.to = ItemState::failed});
        ledger.write([&](db::Tx& tx) {
            return put_result(tx, old, 1, {.name = "a", .media_type = "text/plain", .text = "x"});
        });
        run_sql(ledger, "UPDATE job SET ended_at = ended_at - 7200000");
        const JobId young = ledger.start(2);
        work_off(ledger, 2);
        const JobId live = ledger.start(2);
        work_off(ledger, 1);

        const auto trim_once = [&] {
            return ledger.write([&](db::Tx& tx) { return trim(tx, 1h, 7); });
        };
        const Counts before = ledger.counts(old);
        CHECK(trim_once() == 8);
        CHECK(ledger.job(old).trimmed);
        const auto again = [&] {
            return ledger.outcome([&](db::Tx& tx) { return redrive(tx, old, {}); });
        };
        CHECK(again() == "job-trimmed");
        while (trim_once() > 0) continue;
        for (const char* table : {"job_item", "job_item_past", "job_result"})
            CHECK(rows(ledger, table, old) == 0);
        CHECK(ledger.counts(old) == before);
        CHECK(ledger.state(old) == "succeeded_with_failures");
        CHECK(again() == "job-trimmed");
        CHECK(rows(ledger, "job_item_past", young) == 2);
        CHECK(rows(ledger, "job_item_past", live) == 1);
        CHECK(rows(ledger, "job_item", live) == 1);
    });
}

TEST_CASE("a cancelled job whose items are gone is not resumed") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(3);
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "tester"); });
        CHECK(ledger.state(job) == "cancelled");
        run_sql(ledger, "UPDATE job SET ended_at = ended_at - 7200000");
        while (ledger.write([&](db::Tx& tx) { return trim(tx, 1h, 100); }) > 0) continue;
        CHECK(ledger.outcome([&](db::Tx& tx) { return resume(tx, job); }) == "job-trimmed");
    });
}

TEST_CASE("a list shows the jobs of the places it is for, and counts them") {
    in_both_stores([](TestLedger& ledger) {
        const StudyId study{"00000000-0000-7000-8000-00000000000a"};
        const StudyId other{"00000000-0000-7000-8000-00000000000b"};
        const SiteId site{"00000000-0000-7000-8000-0000000000aa"};
        const JobId whole = ledger.start(1, {.study = study});
        const JobId part = ledger.start(1, {.study = study, .site = site});
        const JobId elsewhere = ledger.start(1, {.study = other, .site = site});
        const JobId own = ledger.start(1);
        const auto seen = [&](const std::vector<Place>& places) {
            const JobFilter filter{.places = places};
            std::vector<JobId> found;
            for (const Job& job : ledger.write([&](db::Tx& tx) { return list(tx, filter, 0, 10); }))
                found.push_back(job.id);
            CHECK(ledger.write([&](db::Tx& tx) { return jobs::count(tx, filter); }) ==
                  static_cast<std::int64_t>(found.size()));
            return found;
        };
        CHECK(seen({}).empty());
        CHECK(seen({{.study = study}}) == std::vector{part, whole});
        CHECK(seen({{.study = study, .site = site}}) == std::vector{part});
        CHECK(seen({{.study = study, .site = site}, {.study = other}}) ==
              std::vector{elsewhere, part});
        CHECK(seen({Place{}}) == std::vector{own, elsewhere, part, whole});
    });
}

TEST_CASE("the parts of a job are hidden from who sees it, and shown to who sees them alone") {
    in_both_stores([](TestLedger& ledger) {
        const StudyId study{"00000000-0000-7000-8000-00000000000a"};
        const SiteId site{"00000000-0000-7000-8000-0000000000aa"};
        const JobId whole = ledger.start(1, {.study = study});
        const JobId part = ledger.start(1, {.study = study, .site = site, .parent = whole});
        const auto seen = [&](std::optional<std::vector<Place>> places) {
            const JobFilter filter{.places = std::move(places), .hides_parts = true};
            const auto found = ledger.write([&](db::Tx& tx) { return list(tx, filter, 0, 10); });
            REQUIRE(found.size() == 1);
            return found[0].id;
        };
        CHECK(seen({}) == whole);
        CHECK(seen({{{.study = study}}}) == whole);
        CHECK(seen({{{.study = study, .site = site}}}) == part);
    });
}

TEST_CASE("in PostgreSQL the tables that change most are vacuumed long before a fifth is dead") {
    CHECK(weft::run([] {
              TestLedger ledger(In::postgresql);
              for (const char* table : {"job", "job_item", "job_effect", "job_worker"})
                  CHECK(ledger.number(
                            std::string("SELECT count(*) FROM pg_class WHERE relname = '") + table +
                            "' AND array_to_string(reloptions, ',') LIKE "
                            "'%autovacuum_vacuum_scale_factor=0%'") == 1);
          }) == 0);
}

}  // namespace cohort::jobs
