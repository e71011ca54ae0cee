// SPDX-License-Identifier: Apache-2.0
// Invariants. A unit is acknowledged only when COMMIT has returned success. SQLite may end the
// whole transaction inside any statement that fails (disk full, I/O, memory), and then ROLLBACK TO
// a savepoint fails too or, worse, a later statement commits by itself; so after every error the
// connection is asked whether the transaction still exists. A unit that failed by its own rule is
// answered with the batch as well: its reason may rest on a row of a neighbour that was lost.
#include "cohort/platform/db/sqlite_writer.h"

#include <optional>
#include <utility>

namespace cohort::db {

namespace {

Result<void> call_body(WriteUnit& unit, SqliteTx& tx) {
    try {
        auto outcome = unit.body.call(unit.body.object, tx);
        // A failed statement dooms its unit even when the body looked away.
        if (const auto& failure = tx.failure(); outcome && failure) return *failure;
        return outcome;
    } catch (...) {  // tidy: allow, it is thrown again where the caller waits
        unit.thrown = std::current_exception();
        return internal("unit-threw", "a unit of work ended by an exception");
    }
}

}  // namespace

std::optional<Error> SqliteWriter::command(std::string_view sql) {
    return connection_.run(sql, {}, nullptr, nullptr).error;
}

// Gives the reason why the whole batch is lost, if it is.
std::optional<Error> SqliteWriter::run_unit(WriteUnit& unit) {
    if (auto error = command("SAVEPOINT unit")) return error;
    SqliteTx tx(connection_);
    unit.outcome = call_body(unit, tx);
    if (tx.broke() || !connection_.in_transaction())
        return tx.failure().value_or(unavailable("store-io", "the transaction was lost"));
    if (!unit.outcome) {
        if (auto error = command("ROLLBACK TO unit")) return error;
    }
    return command("RELEASE unit");
}

bool SqliteWriter::give_up(std::span<WriteUnit* const> batch, const Error& cause) {
    if (connection_.in_transaction()) command("ROLLBACK");
    const Error answer = unavailable(cause.kind == ErrorKind::unavailable ? cause.code : "store-io",
                                     "nothing was saved: " + cause.text);
    for (WriteUnit* unit : batch) {
        unit->outcome = answer;
        unit->thrown = nullptr;
    }
    return false;
}

bool SqliteWriter::run(std::span<WriteUnit* const> batch) {
    if (const auto error = command("BEGIN IMMEDIATE")) return give_up(batch, *error);
    bool any = false;
    for (WriteUnit* unit : batch) {
        if (const auto lost = run_unit(*unit)) return give_up(batch, *lost);
        any = any || unit->outcome.ok();
    }
    if (!any) {
        command("ROLLBACK");
        return true;
    }
    if (const auto error = command("COMMIT")) return give_up(batch, *error);
    return true;
}

}  // namespace cohort::db
