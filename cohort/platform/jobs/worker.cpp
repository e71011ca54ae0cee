// SPDX-License-Identifier: Apache-2.0
// Workers and their leases, by the clock of the store alone.
#include "cohort/platform/jobs/account.h"
#include "cohort/platform/jobs/claim.h"

namespace cohort::jobs {

Result<void> enter(db::Tx& tx, const std::string& epoch, std::chrono::milliseconds lease) {
    return tx.put(
        "INSERT INTO job_worker (epoch, started_at, held_until) "
        "VALUES (?, store_now(), store_now() + ?)",
        epoch, lease.count());
}

Result<bool> renew(db::Tx& tx, const std::string& epoch, std::chrono::milliseconds lease) {
    return TRY(tx.run("UPDATE job_worker SET held_until = store_now() + ? WHERE epoch = ?",
                      lease.count(), epoch)) == 1;
}

Result<std::vector<std::string>> dead_workers(db::Tx& tx, const std::string& epoch, bool all) {
    std::vector<std::string> dead;
    for (const db::Row& row :
         TRY(tx.all("SELECT epoch FROM job_worker WHERE epoch <> ? AND (held_until <= store_now() "
                    "OR ? = 1) ORDER BY epoch",
                    epoch, all)))
        dead.push_back(row.get<std::string>(0));
    return dead;
}

Result<bool> anybody_works(db::Tx& tx) {
    return TRY(tx.maybe("SELECT 1 FROM job_worker WHERE held_until > store_now() LIMIT 1"))
        .has_value();
}

namespace {

struct Held {
    JobId job;
    std::int64_t number = 0;
    bool sent = false;
    std::int64_t crashes = 0;
};

Result<std::vector<Held>> held_by(db::Tx& tx, const std::string& epoch) {
    std::vector<Held> held;
    for (const db::Row& row :
         TRY(tx.all("SELECT job, number, sent_at IS NOT NULL, crashes FROM job_item "
                    "WHERE worker = ? ORDER BY job, number",
                    epoch)))
        held.push_back({row.get<JobId>(0), row.get<std::int64_t>(1), row.get<bool>(2),
                        row.get<std::int64_t>(3)});
    return held;
}

// An orderly end is not the item's fault.
ItemState after_leave(const Held& item, Leave leave) {
    if (item.sent) return ItemState::unknown;
    const bool poison = leave == Leave::crashed && item.crashes + 1 >= crashes_max;
    return poison ? ItemState::failed : ItemState::pending;
}

const char* code_of(ItemState state) {
    if (state == ItemState::failed) return "poison";
    return state == ItemState::unknown ? "outcome-unknown" : nullptr;
}

const char* reason_of(ItemState state) {
    if (state == ItemState::failed)
        return "Each time it was tried the server ended: it is not tried again by itself.";
    if (state == ItemState::unknown) return "The server ended after it had begun to send.";
    return nullptr;
}

Result<void> put_back(db::Tx& tx, const Held& item, Leave leave) {
    const ItemState to = after_leave(item, leave);
    const bool crashed = leave == Leave::crashed;
    const bool poison = crashed && item.crashes + 1 >= crashes_max;
    const auto text = [](const char* words) {
        return words == nullptr ? std::optional<std::string>() : std::optional<std::string>(words);
    };
    return tx.put(
        "UPDATE job_item SET state = ?, worker = NULL, due = CASE WHEN ? = 1 THEN NULL ELSE "
        "store_now() END, crashes = crashes + ?, attempts = attempts - ?, code = ?, reason = ?, "
        "at = store_now() WHERE job = ? AND number = ?",
        to_string(to), poison, crashed, !crashed && !item.sent, text(code_of(to)),
        text(reason_of(to)), item.job, item.number);
}

}  // namespace

Result<std::int64_t> take_back(db::Tx& tx, const std::string& epoch, Leave leave) {
    const auto held = TRY(held_by(tx, epoch));
    std::map<std::string, Delta> deltas;
    for (const Held& item : held) {
        TRY(put_back(tx, item, leave));
        Delta& delta = deltas[item.job.text];
        delta.in_flight -= 1;
        delta.add(after_leave(item, leave), 1);
    }
    for (const auto& [job, delta] : deltas) TRY(book(tx, JobId{job}, delta));
    TRY(tx.put("DELETE FROM job_worker WHERE epoch = ?", epoch));
    return static_cast<std::int64_t>(held.size());
}

}  // namespace cohort::jobs
