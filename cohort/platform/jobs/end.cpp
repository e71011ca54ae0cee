// SPDX-License-Identifier: Apache-2.0
// What a worker writes about the items in its hands.
#include <set>
#include <tuple>

#include "cohort/platform/jobs/account.h"
#include "cohort/platform/jobs/claim.h"

namespace cohort::jobs {

namespace {

using Key = std::tuple<std::string, std::int64_t, std::int64_t>;  // job, number, fence

// Asked once for all: PostgreSQL's units are serialisable, and SQLite's have nobody beside them.
Result<std::set<Key>> in_hand(db::Tx& tx, const std::string& epoch) {
    std::set<Key> items;
    for (const db::Row& row :
         TRY(tx.all("SELECT job, number, fence FROM job_item WHERE worker = ?", epoch)))
        items.emplace(row.get<std::string>(0), row.get<std::int64_t>(1), row.get<std::int64_t>(2));
    return items;
}

std::optional<std::string> if_any(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

// The row of the past is the effect row of the last step: its key can be there once.
Result<void> put_done(db::Tx& tx, const Ended& item) {
    TRY(tx.put(
        "INSERT INTO job_item_past (job, number, name, input, state, code, reason, "
        "attempts, at) SELECT job, number, name, input, 'done', ?, ?, attempts, "
        "store_now() FROM job_item WHERE job = ? AND number = ? AND fence = ?",
        if_any(item.verdict.code), if_any(item.verdict.reason), item.job, item.number, item.fence));
    TRY(tx.put("DELETE FROM job_item WHERE job = ? AND number = ?", item.job, item.number));
    return tx.put("DELETE FROM job_effect WHERE job = ? AND number = ?", item.job, item.number);
}

Result<void> put_verdict(db::Tx& tx, const Ended& item) {
    const Verdict& verdict = item.verdict;
    if (verdict.to == ItemState::done) return put_done(tx, item);
    auto wait = verdict.wait;
    if (verdict.to == ItemState::pending && !wait) wait.emplace(0);
    const auto wait_ms =
        wait ? std::optional<std::int64_t>(wait->count()) : std::optional<std::int64_t>();
    return tx.put(
        "UPDATE job_item SET state = ?, worker = NULL, due = store_now() + ?, code = ?, "
        "reason = ?, attempts = attempts - ?, sent_at = CASE WHEN ? = 1 THEN "
        "coalesce(sent_at, store_now()) END, at = store_now() WHERE job = ? AND number = ?",
        to_string(verdict.to), wait_ms, if_any(verdict.code), if_any(verdict.reason),
        !verdict.counts, verdict.to == ItemState::unknown, item.job, item.number);
}

Error lost() {
    return conflict("item-lost", "The item is not this worker's any more.");
}

}  // namespace

Result<std::int64_t> end(db::Tx& tx, const std::string& epoch, const std::vector<Ended>& ended) {
    const auto ours = TRY(in_hand(tx, epoch));
    std::map<std::string, Delta> deltas;
    std::int64_t stored = 0;
    for (const Ended& item : ended) {
        const Verdict& verdict = item.verdict;
        ENSURE(verdict.to != ItemState::in_flight, "a verdict ends an attempt");
        if (!ours.contains({item.job.text, item.number, item.fence})) continue;
        if (verdict.effects) TRY(verdict.effects(tx));
        TRY(put_verdict(tx, item));
        Delta& delta = deltas[item.job.text];
        delta.in_flight -= 1;
        delta.add(verdict.to, 1);
        ++stored;
    }
    for (const auto& [job, delta] : deltas) TRY(book(tx, JobId{job}, delta));
    return stored;
}

Result<void> save_checkpoint(db::Tx& tx, const Hold& hold, const std::string& checkpoint) {
    const auto rows = TRY(
        tx.run("UPDATE job_item SET checkpoint = ?, at = store_now() WHERE job = ? AND number = ? "
               "AND fence = ? AND worker = ?",
               checkpoint, hold.job, hold.number, hold.fence, hold.epoch));
    if (rows == 0) return lost();
    return {};
}

Result<void> mark_sent(db::Tx& tx, const Hold& hold) {
    const auto rows =
        TRY(tx.run("UPDATE job_item SET sent_at = coalesce(sent_at, store_now()), at = store_now() "
                   "WHERE job = ? AND number = ? AND fence = ? AND worker = ?",
                   hold.job, hold.number, hold.fence, hold.epoch));
    if (rows == 0) return lost();
    return {};
}

Result<bool> begin_step(db::Tx& tx, const Hold& hold, std::string_view step) {
    const auto held = TRY(
        tx.run("UPDATE job_item SET at = store_now() WHERE job = ? AND number = ? AND fence = ? "
               "AND worker = ?",
               hold.job, hold.number, hold.fence, hold.epoch));
    if (held == 0) return lost();
    return TRY(tx.run("INSERT INTO job_effect (job, number, step, at) "
                      "VALUES (?, ?, ?, store_now()) ON CONFLICT (job, number, step) DO NOTHING",
                      hold.job, hold.number, step)) == 1;
}

}  // namespace cohort::jobs
