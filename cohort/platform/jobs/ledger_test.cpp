// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/ledger.h"

#include "cohort/platform/jobs/test_jobs.h"

namespace cohort::jobs {

namespace {

// Claims everything that can be claimed and ends it so.
void work_off(TestLedger& ledger, const std::string& epoch, const Verdict& verdict = {}) {
    for (;;) {
        const auto items = ledger.take(epoch, 100);
        if (items.empty()) return;
        for (const Claimed& item : items) ledger.finish(epoch, item, verdict);
    }
}

}  // namespace

TEST_CASE("a job is there exactly when the transaction that starts it is") {
    in_both_stores([](TestLedger& ledger) {
        JobId started;
        CHECK(ledger.outcome([&](db::Tx& tx) -> Result<void> {
            started = TRY(enqueue(tx, {.kind = "report", .created_by = "x", .items = {{}}})).id;
            return refused("no", "The change it belongs to is refused.");
        }) == "no");
        CHECK(ledger.outcome([&](db::Tx& tx) { return get(tx, started); }) == "job");
        CHECK(ledger.number("SELECT count(*) FROM job_item") == 0);
    });
}

TEST_CASE("a unique key gives the live job that has it, and a new one once that is over") {
    in_both_stores([](TestLedger& ledger) {
        const auto start = [&](const std::string& kind) {
            return ledger.write([&](db::Tx& tx) {
                return enqueue(tx, {.kind = kind, .unique = "u", .created_by = "x", .items = {{}}});
            });
        };
        const Enqueued first = start("report");
        const Enqueued again = start("report");
        CHECK(first.is_new);
        CHECK_FALSE(again.is_new);
        CHECK(again.id == first.id);
        CHECK(ledger.counts(first.id).total == 1);
        CHECK(start("mail").is_new);
        ledger.enter_as("w");
        work_off(ledger, "w");
        const Enqueued next = start("report");
        CHECK(next.is_new);
        CHECK(next.id != first.id);
    });
}

TEST_CASE("items go from pending to in flight to done, and the job with them to its end") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(3);
        CHECK(ledger.state(job) == "queued");
        CHECK(ledger.counts(job) == Counts{.total = 3, .pending = 3});
        ledger.enter_as("w");
        const auto items = ledger.take("w", 2);
        CHECK(items.size() == 2);
        CHECK(ledger.counts(job) == Counts{.total = 3, .in_flight = 2, .pending = 1});
        CHECK(ledger.state(job) == "running");
        for (const Claimed& item : items) CHECK(ledger.finish("w", item) == 1);
        CHECK(ledger.counts(job) == Counts{.total = 3, .done = 2, .pending = 1});
        work_off(ledger, "w");
        CHECK(ledger.state(job) == "succeeded");
        CHECK(ledger.job(job).ended_at.has_value());
        CHECK(ledger.take("w", 10).empty());
    });
}

TEST_CASE("a job without items is over at once, an open one when it is sealed") {
    in_both_stores([](TestLedger& ledger) {
        CHECK(ledger.state(ledger.start(0)) == "succeeded");
        const JobId open = ledger.start(1, {.kind = "report", .created_by = "x", .open = true});
        ledger.enter_as("w");
        work_off(ledger, "w");
        CHECK(ledger.state(open) == "running");
        ledger.write([&](db::Tx& tx) { return add_items(tx, open, {{}, {}}); });
        CHECK(ledger.counts(open).total == 3);
        ledger.write([&](db::Tx& tx) { return seal(tx, open); });
        CHECK(ledger.state(open) == "running");
        CHECK(ledger.outcome([&](db::Tx& tx) { return add_items(tx, open, {{}}); }) ==
              "job-sealed");
        work_off(ledger, "w");
        CHECK(ledger.state(open) == "succeeded");
        CHECK(ledger.outcome([&](db::Tx& tx) { return add_items(tx, open, {{}}); }) == "job-over");
    });
}

TEST_CASE("what comes one by one gathers in one job until it is sealed, and then in the next") {
    in_both_stores([](TestLedger& ledger) {
        ledger.enter_as("a");
        const auto put = [&](const std::string& key) {
            return ledger.write([&](db::Tx& tx) {
                return gather(tx, {.kind = "report",
                                   .unique = key,
                                   .created_by = "tester",
                                   .items = {{.name = key}}});
            });
        };
        const JobId first = put("monday");
        CHECK(put("monday") == first);
        CHECK(put("sunday") != first);
        for (const Claimed& item : ledger.take("a", 10)) ledger.finish("a", item);
        CHECK(ledger.state(first) == "running");
        CHECK(put("monday") == first);
        CHECK(ledger.counts(first) == Counts{.total = 3, .done = 2, .pending = 1});
        ledger.write([](db::Tx& tx) { return seal_before(tx, "report", Instant{0}); });
        CHECK(put("monday") == first);
        const auto seal_all = [](db::Tx& tx) {
            return seal_before(tx, "report", Instant{now().ms + 1});
        };
        ledger.write(seal_all);
        const JobId own = put("monday");  // the sealed one has the key while it lives
        CHECK(own != first);
        CHECK(ledger.counts(first) == Counts{.total = 4, .done = 2, .pending = 2});
        for (const Claimed& item : ledger.take("a", 10)) ledger.finish("a", item);
        CHECK(ledger.state(first) == "succeeded");
        CHECK(ledger.state(own) == "succeeded");
        const JobId second = put("monday");
        CHECK(second != first);
        CHECK(put("monday") == second);
    });
}

TEST_CASE("what gathers in a paused job waits there, and beside a cancelled one it has its own") {
    in_both_stores([](TestLedger& ledger) {
        ledger.enter_as("a");
        const auto put = [&] {
            return ledger.write([&](db::Tx& tx) {
                return gather(
                    tx, {.kind = "report", .unique = "day", .created_by = "tester", .items = {{}}});
            });
        };
        const JobId first = put();
        ledger.write([&](db::Tx& tx) { return pause(tx, first); });
        CHECK(put() == first);
        CHECK(ledger.take("a", 10).empty());
        ledger.write([&](db::Tx& tx) { return resume(tx, first); });
        const auto taken = ledger.take("a", 1);
        ledger.write([&](db::Tx& tx) { return cancel(tx, first, "ann"); });
        CHECK(ledger.state(first) == "cancelling");
        const JobId beside = put();
        CHECK(beside != first);
        for (const Claimed& item : ledger.take("a", 10)) ledger.finish("a", item);
        CHECK(ledger.state(beside) == "succeeded");
        ledger.finish("a", taken.at(0));
        CHECK(ledger.state(first) == "cancelled");
        CHECK(ledger.counts(first) == Counts{.total = 2, .done = 1, .skipped = 1});
    });
}

TEST_CASE("what was done and what failed decide how a job ended") {
    in_both_stores([](TestLedger& ledger) {
        ledger.enter_as("w");
        const JobId all = ledger.start(2);
        work_off(ledger, "w", {.to = ItemState::failed, .code = "broken", .reason = "It broke."});
        CHECK(ledger.state(all) == "failed");
        const JobId some = ledger.start(2);
        ledger.finish("w", ledger.take("w", 1)[0], {.to = ItemState::failed});
        work_off(ledger, "w");
        CHECK(ledger.state(some) == "succeeded_with_failures");
        const JobId skipped = ledger.start(1);
        work_off(ledger, "w", {.to = ItemState::skipped});
        CHECK(ledger.state(skipped) == "succeeded");
        const JobId unknown = ledger.start(2);
        ledger.finish("w", ledger.take("w", 1)[0], {.to = ItemState::unknown});
        work_off(ledger, "w");
        CHECK(ledger.state(unknown) == "succeeded_with_failures");
        CHECK(ledger.counts(unknown) == Counts{.total = 2, .done = 1, .unknown = 1});
    });
}

TEST_CASE("a paused job lets what is in flight end and starts nothing until it is resumed") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(3);
        ledger.enter_as("w");
        const auto items = ledger.take("w", 1);
        ledger.write([&](db::Tx& tx) { return pause(tx, job); });
        CHECK(ledger.state(job) == "pausing");
        CHECK(ledger.take("w", 10).empty());
        ledger.finish("w", items[0]);
        CHECK(ledger.state(job) == "paused");
        CHECK(ledger.take("w", 10).empty());
        ledger.write([&](db::Tx& tx) { return pause(tx, job); });
        CHECK(ledger.state(job) == "paused");
        ledger.write([&](db::Tx& tx) { return resume(tx, job); });
        CHECK(ledger.state(job) == "running");
        CHECK(ledger.take("w", 10).size() == 2);
    });
}

TEST_CASE("cancel skips what has not started, keeps what is done and waits for what is in flight") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(5);
        ledger.enter_as("w");
        const auto items = ledger.take("w", 2);
        ledger.finish("w", items[0]);
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "ann"); });
        CHECK(ledger.state(job) == "cancelling");
        CHECK(ledger.counts(job) == Counts{.total = 5, .done = 1, .skipped = 3, .in_flight = 1});
        CHECK(ledger.job(job).cancelled_by == "ann");
        CHECK(ledger.take("w", 10).empty());
        const auto held = ledger.write([](db::Tx& tx) { return being_cancelled(tx); });
        CHECK(held == std::vector{job});
        // It wanted to be tried again: that is over.
        ledger.finish("w", items[1], {.to = ItemState::pending});
        CHECK(ledger.state(job) == "cancelled");
        CHECK(ledger.counts(job) == Counts{.total = 5, .done = 1, .skipped = 4});
        const auto skipped = ledger.write(
            [&](db::Tx& tx) { return jobs::items(tx, job, {.state = ItemState::skipped}, 100); });
        CHECK(skipped.size() == 4);
        for (const Item& item : skipped) CHECK(item.code == "cancelled");
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "bob"); });
        CHECK(ledger.job(job).cancelled_by == "ann");
    });
}

TEST_CASE("a cancelled job that is resumed does what was skipped by that and nothing twice") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(4);
        ledger.enter_as("w");
        const auto first = ledger.take("w", 2);
        ledger.finish("w", first[0]);
        ledger.finish("w", first[1], {.to = ItemState::skipped, .code = "not-due"});
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "ann"); });
        CHECK(ledger.state(job) == "cancelled");
        ledger.write([&](db::Tx& tx) { return resume(tx, job); });
        CHECK(ledger.counts(job) == Counts{.total = 4, .done = 1, .skipped = 1, .pending = 2});
        work_off(ledger, "w");
        CHECK(ledger.counts(job) == Counts{.total = 4, .done = 3, .skipped = 1});
        CHECK(ledger.state(job) == "succeeded");
    });
}

TEST_CASE(
    "a job that is over is neither paused nor cancelled nor resumed; one that is not there is "
    "said") {
    in_both_stores([](TestLedger& ledger) {
        const JobId over = ledger.start(0);
        const JobId none = new_id<JobId>();
        const JobId cancelled = ledger.start(1);
        ledger.write([&](db::Tx& tx) { return cancel(tx, cancelled, "ann"); });
        const auto said = [&](const JobId& job, auto f) {
            return ledger.outcome([&](db::Tx& tx) -> Result<void> {
                TRY(f(tx, job));
                return {};
            });
        };
        const auto stop = [](db::Tx& tx, const JobId& job) { return cancel(tx, job, "ann"); };
        const auto slow = [](db::Tx& tx, const JobId& job) { return set_pace(tx, job, {}); };
        const auto again = [](db::Tx& tx, const JobId& job) {
            return redrive(tx, job, {.state = ItemState::failed});
        };
        CHECK(said(over, pause) == "job-over");
        CHECK(said(over, resume) == "job-over");
        CHECK(said(over, stop) == "job-over");
        CHECK(said(cancelled, pause) == "job-cancelled");
        for (const auto& outcome : {said(none, pause), said(none, resume), said(none, stop),
                                    said(none, slow), said(none, again), said(none, seal)})
            CHECK(outcome == "job");
    });
}

TEST_CASE("a job is over after its parts, and what became of them counts") {
    in_both_stores([](TestLedger& ledger) {
        const JobId whole = ledger.start(0, {.kind = "report", .created_by = "x", .open = true});
        const JobId left = ledger.start(2, {.kind = "report", .parent = whole});
        const JobId right = ledger.start(1, {.kind = "report", .parent = whole});
        ledger.write([&](db::Tx& tx) { return seal(tx, whole); });
        const auto seen = [&] {
            return ledger.write(
                [&](db::Tx& tx) { return jobs::whole(tx, get(tx, whole).value()); });
        };
        CHECK(seen().counts == Counts{.total = 3, .pending = 3});
        CHECK(seen().state == State::queued);
        const auto before = seen().version;
        ledger.enter_as("w");
        const auto items = ledger.take("w", 10);
        CHECK(seen().state == State::running);
        CHECK(seen().version > before);
        CHECK(seen().counts == Counts{.total = 3, .in_flight = 3});
        ledger.write([&](db::Tx& tx) { return pause(tx, whole); });
        CHECK(seen().state == State::pausing);
        ledger.write([&](db::Tx& tx) { return resume(tx, whole); });
        for (const Claimed& item : items) {
            CHECK(ledger.state(whole) == "queued");
            ledger.finish("w", item,
                          {.to = item.job == right ? ItemState::failed : ItemState::done});
        }
        CHECK(ledger.state(left) == "succeeded");
        CHECK(ledger.state(right) == "failed");
        CHECK(ledger.state(whole) == "succeeded_with_failures");
        // Driven again it lives again, with what it is a part of.
        CHECK(ledger.write([&](db::Tx& tx) {
            return redrive(tx, whole, {.state = ItemState::failed});
        }) == 1);
        CHECK(ledger.state(whole) == "queued");
        work_off(ledger, "w");
        CHECK(ledger.state(right) == "succeeded");
        CHECK(ledger.state(whole) == "succeeded");
    });
}

TEST_CASE("pause, cancel and resume reach all parts, but not one that was cancelled by itself") {
    in_both_stores([](TestLedger& ledger) {
        const JobId whole = ledger.start(1);
        const JobId part = ledger.start(1, {.kind = "report", .parent = whole});
        const JobId deep = ledger.start(1, {.kind = "report", .parent = part});
        const JobId alone = ledger.start(1, {.kind = "report", .parent = whole});
        const auto states = [&] {
            return ledger.state(whole) + " " + ledger.state(part) + " " + ledger.state(deep) + " " +
                   ledger.state(alone);
        };
        ledger.write([&](db::Tx& tx) { return pause(tx, whole); });
        CHECK(states() == "paused paused paused paused");
        const JobId late = ledger.start(1, {.kind = "report", .parent = part});
        CHECK(ledger.state(late) == "paused");
        ledger.write([&](db::Tx& tx) { return resume(tx, whole); });
        CHECK(states() == "queued queued queued queued");
        ledger.write([&](db::Tx& tx) { return cancel(tx, alone, "ann"); });
        ledger.write([&](db::Tx& tx) { return cancel(tx, whole, "ann"); });
        CHECK(states() == "cancelled cancelled cancelled cancelled");
        CHECK(ledger.outcome([&](db::Tx& tx) {
            return enqueue(tx, {.kind = "report", .parent = part, .created_by = "x"});
        }) == "job-cancelled");
        ledger.write([&](db::Tx& tx) { return resume(tx, whole); });
        CHECK(states() == "queued queued queued cancelled");
        ledger.enter_as("w");
        work_off(ledger, "w");
        CHECK(states() == "succeeded_with_failures succeeded succeeded cancelled");
    });
}

TEST_CASE("what failed is listed with its reason and can be driven again, one or all") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(3);
        ledger.enter_as("w");
        work_off(ledger, "w", {.to = ItemState::failed, .code = "full", .reason = "No room."});
        const auto dead = ledger.write(
            [&](db::Tx& tx) { return jobs::items(tx, job, {.state = ItemState::failed}, 2); });
        REQUIRE(dead.size() == 2);
        CHECK(dead[0].name == "item 1");
        CHECK(dead[1].code == "full");
        CHECK(dead[1].reason == "No room.");
        CHECK(dead[1].attempts == 1);
        const auto rest = ledger.write([&](db::Tx& tx) {
            return jobs::items(tx, job, {.state = ItemState::failed, .after = 2}, 2);
        });
        CHECK(rest.size() == 1);
        const auto again = [&](ItemState state, std::optional<std::int64_t> number) {
            return ledger.outcome(
                [&](db::Tx& tx) { return redrive(tx, job, {.state = state, .number = number}); });
        };
        CHECK(again(ItemState::done, {}) == "bad-state");
        CHECK(again(ItemState::failed, 9) == "job-item");
        CHECK(again(ItemState::unknown, {}) == "ok");
        CHECK(ledger.state(job) == "failed");
        CHECK(again(ItemState::failed, 2) == "ok");
        CHECK(ledger.counts(job) == Counts{.total = 3, .failed = 2, .pending = 1});
        work_off(ledger, "w");
        CHECK(again(ItemState::failed, {}) == "ok");
        work_off(ledger, "w");
        CHECK(ledger.state(job) == "succeeded");
    });
}

TEST_CASE("a job is not driven again while another one does the same work") {
    in_both_stores([](TestLedger& ledger) {
        const JobId old = ledger.start(1, {.kind = "report", .unique = "u"});
        ledger.enter_as("w");
        work_off(ledger, "w", {.to = ItemState::failed});
        ledger.start(1, {.kind = "report", .unique = "u"});
        CHECK(ledger.outcome([&](db::Tx& tx) {
            return redrive(tx, old, {.state = ItemState::failed});
        }) == "job-live-already");
        CHECK(ledger.state(old) == "failed");
    });
}

TEST_CASE("a rate or a width below one is refused") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        const auto paced = [&](const Pace& pace) {
            return ledger.outcome([&](db::Tx& tx) { return set_pace(tx, job, pace); });
        };
        CHECK(paced({.rate = 0, .most = {}}) == "bad-pace");
        CHECK(paced({.rate = {}, .most = -1}) == "bad-pace");
        CHECK(paced({.rate = 600, .most = 2}) == "ok");
        CHECK(ledger.job(job).rate == 600);
        CHECK(ledger.outcome([&](db::Tx& tx) {
            return enqueue(tx, {.kind = "report", .created_by = "x", .rate = 0});
        }) == "bad-pace");
    });
}

TEST_CASE("jobs are listed newest first, by kind, study, parent and whether they live") {
    in_both_stores([](TestLedger& ledger) {
        const StudyId study{"00000000-0000-7000-8000-00000000000a"};
        const JobId over = ledger.start(0, {.kind = "report", .study = study});
        const JobId mail = ledger.start(1, {.kind = "mail", .study = study});
        const JobId part = ledger.start(1, {.kind = "report", .parent = mail});
        const auto ids = [&](const JobFilter& filter) {
            std::vector<JobId> found;
            for (const Job& job : ledger.write([&](db::Tx& tx) { return list(tx, filter, 0, 10); }))
                found.push_back(job.id);
            return found;
        };
        CHECK(ids({}) == std::vector{part, mail, over});
        CHECK(ids({.kind = "report"}) == std::vector{part, over});
        CHECK(ids({.study = study}) == std::vector{mail, over});
        CHECK(ids({.parent = mail}) == std::vector{part});
        CHECK(ids({.parent = JobId{}}) == std::vector{mail, over});
        CHECK(ids({.live = true}) == std::vector{part, mail});
    });
}

}  // namespace cohort::jobs
