// SPDX-License-Identifier: Apache-2.0
// Claiming costs what it takes, not what waits: the lanes of a kind are found by one step of an
// index each, and of a lane only the job whose turn it is.
#include "cohort/platform/jobs/claim.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "cohort/platform/jobs/account.h"

namespace cohort::jobs {

namespace {

constexpr std::int64_t us_a_minute = 60'000'000;

// --- lanes --------------------------------------------------------------------------------

// Lanes behind one in the order of their names that have a job whose time has come.
Result<std::vector<std::string>> lanes_after(db::Tx& tx, const std::string& kind,
                                             const std::string& after, std::int64_t limit) {
    std::vector<std::string> lanes;
    for (const db::Row& row : TRY(tx.all(
             "WITH RECURSIVE lanes (lane) AS (SELECT min(lane) FROM job WHERE kind = ? AND lane > "
             "? "
             "AND ready_at IS NOT NULL UNION ALL SELECT (SELECT min(j.lane) FROM job j "
             "WHERE j.kind = ? AND j.lane > lanes.lane AND j.ready_at IS NOT NULL) FROM lanes "
             "WHERE lanes.lane IS NOT NULL) "
             "SELECT lane FROM lanes WHERE lane IS NOT NULL AND (SELECT min(j.ready_at) FROM job j "
             "WHERE j.kind = ? AND j.lane = lanes.lane AND j.ready_at IS NOT NULL) <= store_now() "
             "LIMIT ?",
             kind, after, kind, kind, limit)))
        lanes.push_back(row.get<std::string>(0));
    return lanes;
}

// The same as a ring that begins behind `after`.
Result<std::vector<std::string>> next_lanes(db::Tx& tx, const Appetite& of, std::int64_t limit) {
    auto lanes = TRY(lanes_after(tx, of.kind, of.after, limit));
    const auto missing = limit - static_cast<std::int64_t>(lanes.size());
    if (missing == 0 || of.after.empty()) return lanes;
    for (std::string& lane : TRY(lanes_after(tx, of.kind, "", missing))) {
        if (lane > of.after) break;
        lanes.push_back(std::move(lane));
    }
    return lanes;
}

// --- one job ------------------------------------------------------------------------------

struct Ready {
    JobId id;
    JobId parent;
    StudyId study;
    SiteId site;
    std::string input;
    std::optional<std::int64_t> rate;
    std::int64_t next_us = 0;
    std::int64_t room = 0;  // of its own bound
    Instant now;            // by the store's clock
};

template <class Tag>
void read_id(const db::Row& row, int column, Id<Tag>& to) {
    to.text = row.get<std::optional<std::string>>(column).value_or("");
}

// The job of a lane whose turn it is.
Result<std::optional<Ready>> first_ready(db::Tx& tx, const std::string& kind,
                                         const std::string& lane) {
    const auto row =
        TRY(tx.maybe("SELECT id, parent, study, site, input, rate, next_us, most - in_flight, "
                     "store_now() FROM job WHERE kind = ? AND lane = ? AND ready_at <= store_now() "
                     "ORDER BY ready_at, id LIMIT 1",
                     kind, lane));
    if (!row) return std::optional<Ready>();
    Ready job;
    job.id = row->get<JobId>(0);
    read_id(*row, 1, job.parent);
    read_id(*row, 2, job.study);
    read_id(*row, 3, job.site);
    job.input = row->get<std::string>(4);
    job.rate = row->get<std::optional<std::int64_t>>(5);
    job.next_us = row->get<std::int64_t>(6);
    job.room =
        row->get<std::optional<std::int64_t>>(7).value_or(std::numeric_limits<std::int64_t>::max());
    job.now = row->get<Instant>(8);
    return std::optional(std::move(job));
}

// How many items the rate allows now. After a rest it allows those of one second at once, one item
// at least.
struct Tokens {
    std::int64_t count = std::numeric_limits<std::int64_t>::max();
    std::int64_t from_us = 0;  // where they are counted from
    std::int64_t each_us = 0;
};

Tokens tokens_of(const Ready& job) {
    if (!job.rate) return {};
    const std::int64_t now = job.now.ms * 1000;
    const std::int64_t each = (us_a_minute + *job.rate - 1) / *job.rate;
    const std::int64_t saved = std::max<std::int64_t>(0, 1'000'000 - each);
    const std::int64_t from = std::max(job.next_us, now - saved);
    return {from > now ? 0 : (now - from) / each + 1, from, each};
}

Result<std::vector<Claimed>> take_items(db::Tx& tx, const std::string& epoch,
                                        const std::string& kind, const Ready& job,
                                        std::int64_t limit) {
    std::vector<Claimed> items;
    // Not `sent_at IS NOT NULL`: SQLite 3.40 answers that wrongly in RETURNING.
    for (const db::Row& row : TRY(tx.all(
             "UPDATE job_item SET state = 'in_flight', worker = ?, fence = fence + 1, due = NULL, "
             "at = store_now(), attempts = attempts + CASE WHEN sent_at IS NULL THEN 1 ELSE 0 END, "
             "asks = asks + CASE WHEN sent_at IS NULL THEN 0 ELSE 1 END "
             "WHERE job = ? AND number IN (SELECT number FROM job_item WHERE job = ? "
             "AND due <= ? ORDER BY due, number LIMIT ?) "
             "RETURNING number, fence, name, input, checkpoint, attempts, asks, "
             "coalesce(sent_at, 0) <> 0",
             epoch, job.id, job.id, job.now, limit)))
        items.push_back({job.id, row.get<std::int64_t>(0), row.get<std::int64_t>(1), kind,
                         job.parent, job.study, job.site, row.get<std::string>(2), job.input,
                         row.get<std::string>(3), row.get<std::optional<std::string>>(4),
                         row.get<std::int64_t>(5), row.get<std::int64_t>(6), row.get<bool>(7)});
    std::ranges::sort(items, {}, &Claimed::number);
    return items;
}

// Whoever was served goes to the end of its lane.
Result<void> note_served(db::Tx& tx, const Ready& job, const Tokens& tokens, std::int64_t count,
                         std::int64_t unknown) {
    const std::int64_t next_us = tokens.from_us + tokens.each_us * count;
    const Instant next{std::max(job.now.ms, (next_us + 999) / 1000)};
    TRY(
        tx.put("UPDATE job SET next_us = ?, not_before = ?, started_at = coalesce(started_at, "
               "store_now()) "
               "WHERE id = ?",
               next_us, next, job.id));
    return book(tx, job.id, {.in_flight = count, .pending = unknown - count, .unknown = -unknown});
}

// --- a kind -------------------------------------------------------------------------------

class Taker {
  public:
    Taker(db::Tx& tx, const std::string& epoch, Claim& claim)
        : tx_(tx), epoch_(epoch), claim_(claim) {}

    // Up to `limit` of one lane. Shape: how many.
    Result<std::int64_t> from_lane(const std::string& kind, const std::string& lane,
                                   std::int64_t limit) {
        std::int64_t left = limit;
        // Each job that gives less than it is asked for is not ready any more.
        while (left > 0) {
            const auto job = TRY(first_ready(tx_, kind, lane));
            if (!job) break;
            const Tokens tokens = tokens_of(*job);
            const auto most = std::min({left, job->room, tokens.count});
            auto items = TRY(take_items(tx_, epoch_, kind, *job, std::max<std::int64_t>(most, 0)));
            const auto unknown = std::ranges::count(items, true, &Claimed::may_be_sent);
            TRY(note_served(tx_, *job, tokens, static_cast<std::int64_t>(items.size()), unknown));
            left -= static_cast<std::int64_t>(items.size());
            std::ranges::move(items, std::back_inserter(claim_.items));
        }
        return limit - left;
    }

    // Up to `slots` of a kind, in turns. Shape: how many.
    Result<std::int64_t> from_kind(const Appetite& of, std::int64_t slots,
                                   std::map<std::string, std::int64_t>& busy) {
        auto lanes = TRY(next_lanes(tx_, of, slots));
        std::int64_t left = slots;
        while (left > 0 && !lanes.empty()) {
            const auto share =
                std::max<std::int64_t>(1, left / static_cast<std::int64_t>(lanes.size()));
            std::vector<std::string> more;
            for (const std::string& lane : lanes) {
                const auto room = of.most_of_lane == 0 ? share : of.most_of_lane - busy[lane];
                const auto want = std::min({share, left, room});
                if (want <= 0) continue;
                const auto got = TRY(from_lane(of.kind, lane, want));
                left -= got;
                busy[lane] += got;
                if (got > 0) claim_.after[of.kind] = lane;
                if (got == share) more.push_back(lane);
            }
            lanes = std::move(more);
        }
        return slots - left;
    }

  private:
    db::Tx& tx_;
    const std::string& epoch_;
    Claim& claim_;
};

// By kind and lane: how many are in flight, wherever.
using Busy = std::map<std::string, std::map<std::string, std::int64_t>>;

Result<Busy> count_busy(db::Tx& tx, const std::vector<Appetite>& appetites) {
    Busy busy;
    const bool wanted = std::ranges::any_of(
        appetites, [](const Appetite& of) { return of.most > 0 || of.most_of_lane > 0; });
    if (!wanted) return busy;
    for (const db::Row& row :
         TRY(tx.all("SELECT kind, lane, sum(in_flight) FROM job WHERE in_flight > 0 "
                    "GROUP BY kind, lane")))
        busy[row.get<std::string>(0)][row.get<std::string>(1)] = row.get<std::int64_t>(2);
    return busy;
}

// How many more of a kind, after `got` of it.
std::int64_t room_of(const Appetite& of, std::int64_t got,
                     const std::map<std::string, std::int64_t>& busy) {
    if (of.most == 0) return of.slots - got;
    std::int64_t all = 0;
    for (const auto& [lane, count] : busy) all += count;
    return std::min(of.slots - got, of.most - all);
}

}  // namespace

Result<Claim> claim(db::Tx& tx, const std::string& epoch, const std::vector<Appetite>& appetites,
                    std::int64_t slots) {
    if (TRY(tx.all("SELECT 1 FROM job_worker WHERE epoch = ?", epoch)).empty())
        return conflict("worker-lost", "The worker's lease has run out.");
    Claim claim;
    Busy busy = TRY(count_busy(tx, appetites));
    std::int64_t left = slots;
    std::vector<std::int64_t> got(appetites.size(), 0);
    // First each kind's share, then what others have left.
    for (const bool fair : {true, false})
        for (std::size_t i = 0; i < appetites.size() && left > 0; ++i) {
            const Appetite& of = appetites[i];
            auto want = std::min(left, room_of(of, got[i], busy[of.kind]));
            const auto kinds_left = static_cast<std::int64_t>(appetites.size() - i);
            if (fair) want = std::min(want, (left + kinds_left - 1) / kinds_left);
            if (want <= 0) continue;
            const auto count = TRY(Taker(tx, epoch, claim).from_kind(of, want, busy[of.kind]));
            got[i] += count;
            left -= count;
        }
    return claim;
}

Result<bool> is_any_ready(db::Tx& tx, const std::vector<Appetite>& appetites) {
    for (const Appetite& of : appetites)
        if (of.slots > 0 && !TRY(lanes_after(tx, of.kind, "", 1)).empty()) return true;
    return false;
}

Result<std::vector<JobId>> being_cancelled(db::Tx& tx) {
    std::vector<JobId> jobs;
    for (const db::Row& row :
         TRY(tx.all("SELECT id FROM job WHERE in_flight > 0 AND wish = 'cancel' ORDER BY id")))
        jobs.push_back(row.get<JobId>(0));
    return jobs;
}

}  // namespace cohort::jobs
