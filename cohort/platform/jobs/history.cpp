// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/history.h"

#include <algorithm>

#include "weft/time.h"

#include "cohort/platform/jobs/account.h"

namespace cohort::jobs {

namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr milliseconds minute = 60s;

bool is_under_way(State state) {
    return state == State::running || state == State::pausing || state == State::cancelling;
}

// The smallest round span of which `spans` cover the time.
milliseconds step_for(milliseconds time, std::int64_t spans) {
    for (const milliseconds step :
         {milliseconds(1s), milliseconds(2s), milliseconds(5s), milliseconds(10s),
          milliseconds(30s), milliseconds(1min), milliseconds(2min), milliseconds(5min),
          milliseconds(10min), milliseconds(30min), milliseconds(1h), milliseconds(2h),
          milliseconds(6h), milliseconds(12h)})
        if (time.count() / step.count() < spans) return step;
    const milliseconds day = 24h;
    return day * (time.count() / day.count() / spans + 1);
}

}  // namespace

// --- looking ------------------------------------------------------------------------------

double Speed::a_minute() const noexcept {
    if (window <= 0ms) return 0;
    return static_cast<double>(done) * static_cast<double>(minute.count()) /
           static_cast<double>(window.count());
}

Result<Speed> speed(db::Tx& tx, const Job& job) {
    if (!is_under_way(job.state) || !job.started_at) return Speed();
    const auto row = TRY(tx.one(std::string(tree) +
                                    "SELECT count(*), store_now() FROM job_item_past "
                                    "WHERE job IN (SELECT id FROM tree) AND at > store_now() - ?",
                                job.id, minute.count()));
    const auto now = row.get<Instant>(1);
    Speed speed;
    speed.done = row.get<std::int64_t>(0);
    speed.window = std::clamp(milliseconds(now.ms - job.started_at->ms), milliseconds(1s), minute);
    const std::int64_t left = job.counts.pending + job.counts.in_flight;
    if (job.state == State::running && speed.done > 0 && left > 0)
        speed.eta = Instant{now.ms + speed.window.count() * left / speed.done};
    return speed;
}

Result<Throughput> throughput(db::Tx& tx, const Job& job, std::int64_t spans) {
    ENSURE(spans > 0, "a picture has spans");
    if (!job.started_at) return Throughput{};
    const Instant from = *job.started_at;
    const auto until =
        job.ended_at ? *job.ended_at : TRY(tx.one("SELECT store_now()")).get<Instant>(0);
    const milliseconds time(std::max<std::int64_t>(0, until.ms - from.ms));
    Throughput picture{.from = from, .step = step_for(time, spans)};
    picture.done.resize(static_cast<std::size_t>(time.count() / picture.step.count()) + 1);
    for (const db::Row& row :
         TRY(tx.all(std::string(tree) + "SELECT (at - ?) / ?, count(*) FROM job_item_past "
                                        "WHERE job IN (SELECT id FROM tree) GROUP BY 1",
                    job.id, from, picture.step.count()))) {
        // A clock that was set back puts nothing outside of the picture.
        const auto last = static_cast<std::int64_t>(picture.done.size()) - 1;
        const auto at = std::clamp<std::int64_t>(row.get<std::int64_t>(0), 0, last);
        picture.done[static_cast<std::size_t>(at)] += row.get<std::int64_t>(1);
    }
    return picture;
}

Result<std::vector<Reason>> reasons(db::Tx& tx, const JobId& job) {
    std::vector<Reason> found;
    for (const db::Row& row :
         TRY(tx.all(std::string(tree) +
                        "SELECT state, coalesce(code, ''), count(*) FROM job_item "
                        "WHERE job IN (SELECT id FROM tree) AND "
                        "state IN ('failed', 'unknown', 'skipped') GROUP BY 1, 2 ORDER BY 1, 2",
                    job))) {
        const auto state = parse_item_state(row.get<std::string>(0));
        ENSURE(state.has_value(), "an item is in a state");
        found.push_back({*state, row.get<std::string>(1), row.get<std::int64_t>(2)});
    }
    return found;
}

// --- results ------------------------------------------------------------------------------

namespace {

constexpr std::size_t part_bytes = 512 * 1024;

// At most `part_bytes`, and no character is cut.
std::string_view next_part(std::string_view text) {
    if (text.size() <= part_bytes) return text;
    std::size_t end = part_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return text.substr(0, end == 0 ? part_bytes : end);
}

}  // namespace

Result<void> put_result(db::Tx& tx, const JobId& job, std::int64_t item, const ResultFile& file) {
    std::string_view rest = file.text;
    std::int64_t part = 1;
    do {
        const std::string_view body = next_part(rest);
        rest.remove_prefix(body.size());
        TRY(
            tx.put("INSERT INTO job_result (job, number, part, name, media_type, body) "
                   "VALUES (?, ?, ?, ?, ?, ?)",
                   job, item, part++, file.name, file.media_type, std::string(body)));
    } while (!rest.empty());
    return {};
}

Result<ResultFile> get_result(db::Tx& tx, const JobId& job, std::int64_t item) {
    ResultFile file;
    TRY(tx.each(
        "SELECT name, media_type, body FROM job_result WHERE job = ? AND number = ? ORDER BY part",
        [&](db::Row&& row) -> Result<void> {
            file.name = row.get<std::string>(0);
            file.media_type = row.get<std::string>(1);
            file.text += row.get<std::string>(2);
            return {};
        },
        job, item));
    if (file.media_type.empty()) return not_found("job-result", "There is no such result.");
    return file;
}

Result<std::int64_t> count_results(db::Tx& tx, const JobId& job) {
    return TRY(tx.one(std::string(tree) +
                          "SELECT count(*) FROM job_result WHERE job IN (SELECT id FROM tree) "
                          "AND part = 1",
                      job))
        .get<std::int64_t>(0);
}

// --- keeping ------------------------------------------------------------------------------

Result<std::int64_t> trim(db::Tx& tx, std::chrono::milliseconds kept, std::int64_t at_most) {
    const auto row =
        TRY(tx.maybe("SELECT id FROM job WHERE ended_at IS NOT NULL AND trimmed < 2 AND ended_at < "
                     "store_now() - ? ORDER BY ended_at LIMIT 1",
                     kept.count()));
    if (!row) return std::int64_t{0};
    const auto job = row->get<JobId>(0);
    std::int64_t removed = 0;
    for (const std::string table : {"job_item_past", "job_item", "job_effect", "job_result"}) {
        if (removed >= at_most) break;
        removed += TRY(tx.run("DELETE FROM " + table +
                                  " WHERE job = ? AND number IN (SELECT number FROM " + table +
                                  " WHERE job = ? ORDER BY number LIMIT ?)",
                              job, job, at_most - removed));
    }
    TRY(tx.put("UPDATE job SET trimmed = ?, version = version + 1 WHERE id = ?",
               removed < at_most ? 2 : 1, job));
    return removed + 1;
}

void keep_trim(db::Db& db, std::chrono::milliseconds kept) {
    constexpr std::int64_t rows_a_unit = 500;
    for (;;) {
        const auto once = [&](db::Tx& tx) { return trim(tx, kept, rows_a_unit); };
        for (auto gone = db.transact(once); gone && *gone > 0;) gone = db.transact(once);
        weft::sleep(1h);
    }
}

}  // namespace cohort::jobs
