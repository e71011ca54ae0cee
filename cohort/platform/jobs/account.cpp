// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/account.h"

namespace cohort::jobs {

void Delta::add(ItemState state, std::int64_t count) {
    switch (state) {
        case ItemState::pending:
            pending += count;
            return;
        case ItemState::in_flight:
            in_flight += count;
            return;
        case ItemState::done:
            done += count;
            return;
        case ItemState::failed:
            failed += count;
            return;
        case ItemState::skipped:
            skipped += count;
            return;
        case ItemState::unknown:
            unknown += count;
            return;
    }
}

namespace {

struct Standing {
    JobId parent;
    std::string wish;
    std::string ended;
    bool sealed = false;
    bool has_parts = false;
    std::int64_t troubled = 0;
    Counts counts;
};

constexpr const char* standing_columns =
    "parent, wish, coalesce(ended, ''), sealed, children, troubled, total, done, failed, skipped, "
    "in_flight, pending, unknown";

Standing standing_of(const db::Row& row) {
    Standing job;
    job.parent.text = row.get<std::optional<std::string>>(0).value_or("");
    job.wish = row.get<std::string>(1);
    job.ended = row.get<std::string>(2);
    job.sealed = row.get<bool>(3);
    job.has_parts = row.get<std::int64_t>(4) > 0;
    job.troubled = row.get<std::int64_t>(5);
    job.counts = {row.get<std::int64_t>(6), row.get<std::int64_t>(7),  row.get<std::int64_t>(8),
                  row.get<std::int64_t>(9), row.get<std::int64_t>(10), row.get<std::int64_t>(11),
                  row.get<std::int64_t>(12)};
    return job;
}

// Nothing of a cancelled job starts, so what waits in it is decided.
Result<void> skip_what_waits(db::Tx& tx, const JobId& job, Standing& now) {
    if (now.wish != "cancel" || now.counts.pending == 0) return {};
    TRY(
        tx.put("UPDATE job_item SET state = 'skipped', due = NULL, code = 'cancelled', "
               "reason = NULL, at = store_now() WHERE job = ? AND state = 'pending'",
               job));
    TRY(tx.put("UPDATE job SET skipped = skipped + pending, pending = 0 WHERE id = ?", job));
    now.counts.skipped += now.counts.pending;
    now.counts.pending = 0;
    return {};
}

// An unknown item with a due time will be asked about.
Result<bool> has_questions(db::Tx& tx, const JobId& job, const Standing& now) {
    if (now.counts.unknown == 0 || now.wish == "cancel") return false;
    return !TRY(tx.all("SELECT 1 FROM job_item WHERE job = ? AND due IS NOT NULL LIMIT 1", job))
                .empty();
}

Result<bool> is_over(db::Tx& tx, const JobId& job, const Standing& now) {
    if (!now.ended.empty() || now.counts.pending > 0 || now.counts.in_flight > 0) return false;
    if (now.has_parts || (!now.sealed && now.wish != "cancel")) return false;
    return !TRY(has_questions(tx, job, now));
}

State last_state(const Standing& now) {
    const Counts& counts = now.counts;
    if (now.wish == "cancel") return State::cancelled;
    if (counts.failed + counts.unknown + now.troubled == 0) return State::succeeded;
    return counts.total > 0 && counts.done + counts.skipped == 0 ? State::failed
                                                                 : State::succeeded_with_failures;
}

Result<void> close(db::Tx& tx, const JobId& job, const Standing& now) {
    const State last = last_state(now);
    TRY(
        tx.put("UPDATE job SET ended = ?, ended_at = store_now(), ready_at = NULL, sealed = 1, "
               "version = version + 1 WHERE id = ?",
               to_string(last), job));
    if (now.parent.empty()) return {};
    TRY(tx.put("UPDATE job SET children = children - 1, troubled = troubled + ? WHERE id = ?",
               last == State::succeeded ? 0 : 1, now.parent));
    return settle(tx, now.parent);
}

// From when on an item can be claimed: the earliest that waits, and not before the job's turn.
Result<void> find_ready(db::Tx& tx, const JobId& job) {
    return tx.put(
        "UPDATE job SET version = version + 1, ready_at = CASE WHEN wish = 'run' AND ended IS NULL "
        "AND "
        "(most IS NULL OR in_flight < most) THEN (SELECT CASE WHEN min(i.due) < job.not_before "
        "THEN job.not_before ELSE min(i.due) END FROM job_item i WHERE i.job = job.id AND "
        "i.due IS NOT NULL) END WHERE id = ?",
        job);
}

Result<void> follow_up(db::Tx& tx, const JobId& job, Standing now) {
    TRY(skip_what_waits(tx, job, now));
    if (TRY(is_over(tx, job, now))) return close(tx, job, now);
    return find_ready(tx, job);
}

}  // namespace

Result<void> book(db::Tx& tx, const JobId& job, const Delta& delta) {
    const std::int64_t total =
        delta.done + delta.failed + delta.skipped + delta.in_flight + delta.pending + delta.unknown;
    const auto row = TRY(tx.one(
        std::string("UPDATE job SET total = total + ?, done = done + ?, failed = failed + ?, "
                    "skipped = skipped + ?, in_flight = in_flight + ?, pending = pending + ?, "
                    "unknown = unknown + ? WHERE id = ? RETURNING ") +
            standing_columns,
        total, delta.done, delta.failed, delta.skipped, delta.in_flight, delta.pending,
        delta.unknown, job));
    return follow_up(tx, job, standing_of(row));
}

Result<void> settle(db::Tx& tx, const JobId& job) {
    const auto row =
        TRY(tx.one(std::string("SELECT ") + standing_columns + " FROM job WHERE id = ?", job));
    return follow_up(tx, job, standing_of(row));
}

Result<void> reopen(db::Tx& tx, const JobId& job) {
    const auto row = TRY(
        tx.one("SELECT parent, coalesce(ended, ''), kind, unique_key FROM job WHERE id = ?", job));
    const auto ended = row.get<std::string>(1);
    if (ended.empty()) return {};
    const auto key = row.get<std::optional<std::string>>(3);
    if (key && !TRY(tx.all("SELECT 1 FROM job WHERE kind = ? AND unique_key = ? AND ended IS NULL",
                           row.get<std::string>(2), *key))
                    .empty())
        return conflict("job-live-already", "Another job does the same work by now.");
    TRY(tx.put("UPDATE job SET ended = NULL, ended_at = NULL, version = version + 1 WHERE id = ?",
               job));
    const auto parent = row.get<std::optional<std::string>>(0);
    if (!parent) return {};
    TRY(
        tx.put("UPDATE job SET children = children + 1, troubled = troubled - ?, "
               "version = version + 1 WHERE id = ?",
               ended == to_string(State::succeeded) ? 0 : 1, *parent));
    return reopen(tx, JobId{*parent});
}

}  // namespace cohort::jobs
