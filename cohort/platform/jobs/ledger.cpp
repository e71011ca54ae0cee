// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/ledger.h"

#include <algorithm>

#include "cohort/platform/jobs/account.h"

namespace cohort::jobs {

namespace {

Error no_such_job() {
    return not_found("job", "There is no such job.");
}
Error is_over() {
    return refused("job-over", "The job is over.");
}
Error is_trimmed() {
    return refused("job-trimmed", "The job's items are not kept any more.");
}
Error is_cancelled() {
    return refused("job-cancelled", "The job is cancelled.");
}

struct Position {
    std::string wish;
    std::string ended;
    bool sealed = false;
    std::string cancelled_with;
    bool trimmed = false;
};

Result<Position> position_of(db::Tx& tx, const JobId& job) {
    const auto row =
        TRY(tx.maybe("SELECT wish, coalesce(ended, ''), sealed, coalesce(cancelled_with, ''), "
                     "trimmed FROM job WHERE id = ?",
                     job));
    if (!row) return no_such_job();
    return Position{row->get<std::string>(0), row->get<std::string>(1), row->get<bool>(2),
                    row->get<std::string>(3), row->get<bool>(4)};
}

// What may get more work.
Result<void> require_live(const Position& at) {
    if (at.wish == "cancel") return is_cancelled();
    if (!at.ended.empty()) return is_over();
    return {};
}

Result<void> check_pace(const std::optional<std::int64_t>& rate,
                        const std::optional<std::int64_t>& most) {
    if (rate.value_or(1) > 0 && most.value_or(1) > 0) return {};
    return invalid("bad-pace", "A rate and a number at once are at least 1.");
}

std::string lane_of(const NewJob& wish) {
    return wish.study.text + "/" + wish.site.text;
}

// --- starting -----------------------------------------------------------------------------

// As few statements as need be: of each number of rows there is another one to prepare.
std::size_t rows_at_once(std::size_t left) {
    return left >= 50 ? 50 : left >= 10 ? 10 : 1;
}

std::string insert_items(std::size_t rows) {
    std::string sql = "INSERT INTO job_item (job, number, name, input, state, due, at) VALUES ";
    for (std::size_t i = 0; i < rows; ++i)
        sql.append(i == 0 ? "" : ", ")
            .append("(?, ?, ?, ?, 'pending', coalesce(?, store_now()), store_now())");
    return sql;
}

Result<void> put_items(db::Tx& tx, const JobId& job, std::int64_t last,
                       const std::vector<NewItem>& items) {
    for (std::size_t at = 0, rows = 0; at < items.size(); at += rows) {
        rows = rows_at_once(items.size() - at);
        db::Values values;
        for (std::size_t i = at; i < at + rows; ++i)
            for (db::Value value :
                 {db::to_value(job), db::to_value(++last), db::to_value(items[i].name),
                  db::to_value(json::to_text(items[i].input)), db::to_value(items[i].not_before)})
                values.push_back(std::move(value));
        TRY(tx.put(insert_items(rows), values));
    }
    return book(tx, job, {.pending = static_cast<std::int64_t>(items.size())});
}

Result<Enqueued> insert(db::Tx& tx, const NewJob& wish, const char* desire) {
    Enqueued job{new_id<JobId>()};
    const auto rows = TRY(tx.run(
        "INSERT INTO job (id, kind, parent, study, site, lane, unique_key, input, created_by, "
        "created_at, wish, sealed, rate, most) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, store_now(), ?, ?, ?, ?) "
        "ON CONFLICT (kind, unique_key) WHERE ended IS NULL AND unique_key IS NOT NULL DO NOTHING",
        job.id, wish.kind, wish.parent, wish.study, wish.site, lane_of(wish), wish.unique,
        json::to_text(wish.input), wish.created_by, desire, !wish.open, wish.rate, wish.most));
    if (rows == 1) return job;
    const auto other =
        TRY(tx.one("SELECT id FROM job WHERE kind = ? AND unique_key = ? AND ended IS NULL",
                   wish.kind, wish.unique));
    return Enqueued{other.get<JobId>(0), false};
}

}  // namespace

Result<Enqueued> enqueue(db::Tx& tx, const NewJob& wish) {
    ENSURE(!wish.kind.empty() && !wish.created_by.empty(), "a job has a kind and an origin");
    TRY(check_pace(wish.rate, wish.most));
    const char* desire = "run";
    if (!wish.parent.empty()) {
        const Position parent = TRY(position_of(tx, wish.parent));
        TRY(require_live(parent));
        if (parent.wish == "pause") desire = "pause";
    }
    auto job = TRY(insert(tx, wish, desire));
    if (!job.is_new) return job;
    if (!wish.parent.empty())
        TRY(tx.put("UPDATE job SET children = children + 1, version = version + 1 WHERE id = ?",
                   wish.parent));
    TRY(put_items(tx, job.id, 0, wish.items));
    return job;
}

Result<void> add_items(db::Tx& tx, const JobId& job, const std::vector<NewItem>& items) {
    const Position at = TRY(position_of(tx, job));
    TRY(require_live(at));
    if (at.sealed) return refused("job-sealed", "The job takes no more items.");
    const auto last = TRY(tx.one("SELECT total FROM job WHERE id = ?", job)).get<std::int64_t>(0);
    return put_items(tx, job, last, items);
}

Result<void> seal(db::Tx& tx, const JobId& job) {
    TRY(position_of(tx, job));
    TRY(tx.put("UPDATE job SET sealed = 1 WHERE id = ?", job));
    return settle(tx, job);
}

Result<JobId> gather(db::Tx& tx, NewJob wish) {
    ENSURE(wish.unique.has_value(), "what gathers is found by its key");
    wish.open = true;
    const Enqueued job = TRY(enqueue(tx, wish));
    if (job.is_new) return job.id;
    const Position at = TRY(position_of(tx, job.id));
    if (at.wish != "cancel" && !at.sealed) {
        TRY(add_items(tx, job.id, wish.items));
        return job.id;
    }
    wish.unique.reset();
    wish.open = false;
    return TRY(enqueue(tx, wish)).id;
}

Result<void> seal_before(db::Tx& tx, const std::string& kind, Instant before) {
    for (const db::Row& row :
         TRY(tx.all("SELECT id FROM job WHERE kind = ? AND unique_key IS NOT NULL AND ended IS "
                    "NULL AND sealed = 0 AND created_at < ?",
                    kind, before)))
        TRY(seal(tx, row.get<JobId>(0)));
    return {};
}

// --- looking ------------------------------------------------------------------------------

namespace {

constexpr const char* job_columns =
    "id, kind, parent, study, site, input, created_by, created_at, wish, cancelled_by, sealed, "
    "total, done, failed, skipped, in_flight, pending, unknown, children, rate, most, started_at, "
    "ended, ended_at, version, trimmed";

State state_of(const std::string& wish, const std::string& ended, bool started, bool busy) {
    for (const State last :
         {State::cancelled, State::succeeded, State::succeeded_with_failures, State::failed})
        if (ended == to_string(last)) return last;
    if (wish == "cancel") return State::cancelling;
    if (wish == "pause") return busy ? State::pausing : State::paused;
    return started ? State::running : State::queued;
}

template <class Tag>
void read_id(const db::Row& row, int column, Id<Tag>& to) {
    to.text = row.get<std::optional<std::string>>(column).value_or("");
}

Counts counts_at(const db::Row& row, int column) {
    const auto number = [&](int i) { return row.get<std::int64_t>(column + i); };
    return {number(0), number(1), number(2), number(3), number(4), number(5), number(6)};
}

Result<Job> job_of(const db::Row& row) {
    Job job;
    job.id = row.get<JobId>(0);
    job.kind = row.get<std::string>(1);
    read_id(row, 2, job.parent);
    read_id(row, 3, job.study);
    read_id(row, 4, job.site);
    job.input = TRY(json::as_object(TRY(json::parse(row.get<std::string>(5))), "a job's input"));
    job.created_by = row.get<std::string>(6);
    job.created_at = row.get<Instant>(7);
    job.cancelled_by = row.get<std::optional<std::string>>(9).value_or("");
    job.sealed = row.get<bool>(10);
    job.counts = counts_at(row, 11);
    job.parts_live = row.get<std::int64_t>(18);
    job.rate = row.get<std::optional<std::int64_t>>(19);
    job.most = row.get<std::optional<std::int64_t>>(20);
    job.started_at = row.get<std::optional<Instant>>(21);
    job.ended_at = row.get<std::optional<Instant>>(23);
    job.version = row.get<std::int64_t>(24);
    job.trimmed = row.get<bool>(25);
    job.state =
        state_of(row.get<std::string>(8), row.get<std::optional<std::string>>(22).value_or(""),
                 job.started_at.has_value(), job.counts.in_flight > 0);
    return job;
}

Item item_of(const JobId& job, ItemState state, const db::Row& row) {
    const auto text = [&](int column) {
        return row.get<std::optional<std::string>>(column).value_or("");
    };
    return {job,
            row.get<std::int64_t>(0),
            text(1),
            state,
            text(2),
            text(3),
            row.get<std::int64_t>(4),
            row.get<Instant>(5)};
}

}  // namespace

Result<Job> get(db::Tx& tx, const JobId& job) {
    const auto row =
        TRY(tx.maybe(std::string("SELECT ") + job_columns + " FROM job WHERE id = ?", job));
    if (!row) return no_such_job();
    return job_of(*row);
}

Result<Job> whole(db::Tx& tx, Job job) {
    const auto row =
        TRY(tx.one(std::string(tree) +
                       "SELECT sum(total), sum(done), sum(failed), sum(skipped), sum(in_flight), "
                       "sum(pending), sum(unknown), min(started_at), CAST(sum(version) AS BIGINT) "
                       "FROM job WHERE id IN (SELECT id FROM tree)",
                   job.id));
    job.counts = counts_at(row, 0);
    job.started_at = row.get<std::optional<Instant>>(7);
    job.version = row.get<std::int64_t>(8);
    if (job.state == State::queued && job.started_at) job.state = State::running;
    if (job.state == State::paused && job.counts.in_flight > 0) job.state = State::pausing;
    return job;
}

namespace {

// A condition with the values that stand in it.
struct Where {
    std::string sql = "WHERE 1 = 1";
    db::Values values = {};

    void narrow(const char* condition, const std::string& value) {
        sql.append(" AND ").append(condition);
        values.push_back(db::to_value(value));
    }
    // At one of these.
    void at(const std::vector<Place>& places) {
        sql += " AND (1 = 0";
        for (const Place& place : places) {
            sql += " OR (1 = 1";
            if (place.study) narrow("study = ?", place.study->text);
            if (place.site) narrow("site = ?", place.site->text);
            sql += ")";
        }
        sql += ")";
    }
};

Where where_of(const JobFilter& filter) {
    Where where;
    if (!filter.kind.empty()) where.narrow("kind = ?", filter.kind);
    if (filter.study) where.narrow("study = ?", filter.study->text);
    if (filter.parent && !filter.parent->empty()) where.narrow("parent = ?", filter.parent->text);
    if (filter.parent && filter.parent->empty()) where.sql += " AND parent IS NULL";
    if (filter.live) where.sql += *filter.live ? " AND ended IS NULL" : " AND ended IS NOT NULL";
    if (filter.places) where.at(*filter.places);
    if (filter.hides_parts) {
        where.sql += " AND NOT EXISTS (SELECT 1 FROM job whole WHERE whole.id = job.parent";
        if (filter.places) where.at(*filter.places);
        where.sql += ")";
    }
    return where;
}

}  // namespace

Result<std::vector<Job>> list(db::Tx& tx, const JobFilter& filter, std::int64_t offset,
                              std::int64_t limit) {
    Where where = where_of(filter);
    where.values.push_back(db::to_value(limit));
    where.values.push_back(db::to_value(offset));
    std::vector<Job> jobs;
    for (const db::Row& row :
         TRY(tx.all(std::string("SELECT ") + job_columns + " FROM job " + where.sql +
                        " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
                    where.values)))
        jobs.push_back(TRY(job_of(row)));
    return jobs;
}

Result<std::int64_t> count(db::Tx& tx, const JobFilter& filter) {
    const Where where = where_of(filter);
    return TRY(tx.one("SELECT count(*) FROM job " + where.sql, where.values)).get<std::int64_t>(0);
}

Result<std::int64_t> version_of_all(db::Tx& tx) {
    return TRY(tx.one("SELECT CAST(coalesce(sum(version), 0) + count(*) AS BIGINT) FROM job"))
        .get<std::int64_t>(0);
}

Result<std::vector<Item>> items(db::Tx& tx, const JobId& job, const ItemFilter& filter,
                                std::int64_t limit) {
    const std::string table = filter.state == ItemState::done ? "job_item_past" : "job_item";
    std::string sql = "SELECT number, name, code, reason, attempts, at FROM " + table +
                      " WHERE job = ? AND state = ? AND number > ?";
    db::Values values{db::to_value(job), db::to_value(to_string(filter.state)),
                      db::to_value(filter.after)};
    if (filter.code) {
        sql += " AND coalesce(code, '') = ?";
        values.push_back(db::to_value(*filter.code));
    }
    values.push_back(db::to_value(limit));
    std::vector<Item> found;
    for (const db::Row& row : TRY(tx.all(sql + " ORDER BY number LIMIT ?", values)))
        found.push_back(item_of(job, filter.state, row));
    return found;
}

Result<bool> has_effect(db::Tx& tx, const JobId& job, std::int64_t item, std::string_view step) {
    return !TRY(tx.all("SELECT 1 FROM job_effect WHERE job = ? AND number = ? AND step = ?", job,
                       item, step))
                .empty();
}

// --- steering -----------------------------------------------------------------------------

namespace {

// The parts come before what they are a part of, so that it ends after them.
template <class... Args>
Result<std::vector<JobId>> with_parts(db::Tx& tx, const JobId& job, const char* condition,
                                      const Args&... args) {
    std::vector<JobId> jobs;
    for (const db::Row& row :
         TRY(tx.all(std::string(tree) + "SELECT j.id FROM tree t JOIN job j ON j.id = t.id WHERE " +
                        condition + " ORDER BY t.depth DESC, j.id",
                    job, args...)))
        jobs.push_back(row.get<JobId>(0));
    return jobs;
}

Result<void> wish(db::Tx& tx, const JobId& job, const char* what) {
    TRY(tx.put("UPDATE job SET wish = ? WHERE id = ?", what, job));
    return settle(tx, job);
}

Result<void> resume_cancelled(db::Tx& tx, const JobId& job) {
    TRY(reopen(tx, job));
    TRY(tx.put("UPDATE job SET wish = 'run', cancelled_by = NULL WHERE id = ?", job));
    const auto back =
        TRY(tx.run("UPDATE job_item SET state = 'pending', due = store_now(), code = NULL, "
                   "reason = NULL, at = store_now() WHERE job = ? AND state = 'skipped' "
                   "AND code = 'cancelled'",
                   job));
    return book(tx, job, {.skipped = -back, .pending = back});
}

}  // namespace

Result<void> pause(db::Tx& tx, const JobId& job) {
    TRY(require_live(TRY(position_of(tx, job))));
    for (const JobId& part : TRY(with_parts(tx, job, "j.wish = 'run' AND j.ended IS NULL")))
        TRY(wish(tx, part, "pause"));
    return {};
}

Result<void> resume(db::Tx& tx, const JobId& job) {
    const Position at = TRY(position_of(tx, job));
    if (!at.ended.empty() && at.wish != "cancel") return is_over();
    if (at.trimmed) return is_trimmed();
    // A part that was cancelled by itself stays so.
    if (at.wish == "cancel")
        for (const JobId& part :
             TRY(with_parts(tx, job, "j.wish = 'cancel' AND j.trimmed = 0 AND j.cancelled_with = ?",
                            at.cancelled_with)))
            TRY(resume_cancelled(tx, part));
    for (const JobId& part : TRY(with_parts(tx, job, "j.wish = 'pause' AND j.ended IS NULL")))
        TRY(wish(tx, part, "run"));
    return {};
}

Result<void> cancel(db::Tx& tx, const JobId& job, const std::string& by) {
    const Position at = TRY(position_of(tx, job));
    if (at.wish == "cancel") return {};
    if (!at.ended.empty()) return is_over();
    const auto all = TRY(with_parts(tx, job, "j.wish <> 'cancel' AND j.ended IS NULL"));
    for (const JobId& part : all)
        TRY(
            tx.put("UPDATE job SET wish = 'cancel', cancelled_by = ?, cancelled_with = ? "
                   "WHERE id = ?",
                   by, job, part));
    for (const JobId& part : all) TRY(settle(tx, part));
    return {};
}

Result<void> set_pace(db::Tx& tx, const JobId& job, const Pace& pace) {
    TRY(position_of(tx, job));
    TRY(check_pace(pace.rate, pace.most));
    TRY(tx.put(
        "UPDATE job SET rate = ?, most = ?, next_us = 0, not_before = store_now() WHERE id = ?",
        pace.rate, pace.most, job));
    return settle(tx, job);
}

static Result<std::int64_t> redrive_own(db::Tx& tx, const JobId& job, const Again& which) {
    std::string sql =
        "UPDATE job_item SET state = 'pending', due = store_now(), attempts = 0, crashes = 0, "
        "asks = 0, sent_at = NULL, code = NULL, reason = NULL, at = store_now() "
        "WHERE job = ? AND state = ?";
    db::Values values{db::to_value(job), db::to_value(to_string(which.state))};
    if (which.code) {
        sql += " AND coalesce(code, '') = ?";
        values.push_back(db::to_value(*which.code));
    }
    if (which.number) {
        sql += " AND number = ?";
        values.push_back(db::to_value(*which.number));
    }
    const auto count = TRY(tx.run(sql, values));
    if (count == 0) return count;
    TRY(reopen(tx, job));
    TRY(tx.put("UPDATE job SET wish = 'run', cancelled_by = NULL WHERE id = ? AND wish = 'cancel'",
               job));
    Delta delta{.pending = count};
    delta.add(which.state, -count);
    TRY(book(tx, job, delta));
    return count;
}

Result<std::int64_t> redrive(db::Tx& tx, const JobId& job, const Again& which) {
    if (which.state != ItemState::failed && which.state != ItemState::unknown)
        return invalid("bad-state", "Only what failed or is unknown can be driven again.");
    if (TRY(position_of(tx, job)).trimmed) return is_trimmed();
    if (which.number) {
        const auto count = TRY(redrive_own(tx, job, which));
        if (count == 0) return not_found("job-item", "There is no such item in this state.");
        return count;
    }
    std::int64_t count = 0;
    for (const JobId& part : TRY(with_parts(tx, job, "j.trimmed = 0")))
        count += TRY(redrive_own(tx, part, which));
    return count;
}

}  // namespace cohort::jobs
