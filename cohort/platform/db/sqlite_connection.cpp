// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/sqlite_connection.h"

#include <utility>

#include "cohort/base/time.h"

namespace cohort::db {

namespace {

constexpr std::size_t cached_statements = 200;

int bind(sqlite3_stmt* statement, int place, const Value& value) {
    struct Binder {
        sqlite3_stmt* statement;
        int place;
        int operator()(std::monostate) const { return sqlite3_bind_null(statement, place); }
        int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, place, v); }
        int operator()(double v) const { return sqlite3_bind_double(statement, place, v); }
        int operator()(const std::string& v) const {
            return sqlite3_bind_text64(statement, place, v.data(), v.size(), SQLITE_STATIC,
                                       SQLITE_UTF8);
        }
        int operator()(const Blob& v) const {
            return sqlite3_bind_blob64(statement, place, v.bytes.data(), v.bytes.size(),
                                       SQLITE_STATIC);
        }
    };
    return std::visit(Binder{statement, place}, value);
}

Value cell(sqlite3_stmt* statement, int column) {
    const auto bytes = [&](const void* from) {
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        return from == nullptr ? std::string() : std::string(static_cast<const char*>(from), size);
    };
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            return sqlite3_column_int64(statement, column);
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, column);
        case SQLITE_TEXT:
            return Value(bytes(sqlite3_column_text(statement, column)));
        case SQLITE_BLOB:
            return Value(Blob{bytes(sqlite3_column_blob(statement, column))});
        default:
            return {};
    }
}

Row row_of(sqlite3_stmt* statement) {
    const int columns = sqlite3_column_count(statement);
    std::vector<Value> cells;
    cells.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) cells.push_back(cell(statement, i));
    return Row(std::move(cells));
}

// A statement goes back to the cache without its parameters, whatever happens.
struct Borrowed {
    sqlite3_stmt* statement;
    ~Borrowed() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
};

Error constraint_error(int code, const std::string& detail) {
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            return conflict("already-exists", "a record with this key exists already");
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            return conflict("foreign-key", "another record that this one needs is not there");
        default:
            return internal("store-sql", "a rule of the store was broken: " + detail);
    }
}

}  // namespace

Error error_of(int code, const char* message) {
    // SQLite's messages name tables and columns, never values.
    const std::string detail = message == nullptr ? sqlite3_errstr(code) : message;
    switch (code & 0xff) {
        case SQLITE_FULL:
            return unavailable("store-full", "the disk of the store is full");
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_PROTOCOL:
        case SQLITE_NOMEM:
            return unavailable("store-io", "the store cannot be read or written: " + detail);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return unavailable("store-unreadable", "the store's file is damaged: " + detail);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return unavailable("store-busy", "the store is busy");
        case SQLITE_INTERRUPT:
            return {ErrorKind::timeout, "interrupted", "the query was interrupted"};
        case SQLITE_TOOBIG:
            return invalid("too-large", "a value is too large for the store");
        case SQLITE_CONSTRAINT:
            return constraint_error(code, detail);
        default:
            return internal("store-sql", "the store does not understand a statement: " + detail);
    }
}

bool breaks_transaction(int code) noexcept {
    switch (code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_PROTOCOL:
        case SQLITE_NOMEM:
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return true;
        default:
            return false;
    }
}

// --- connection ---------------------------------------------------------------------------

// One process writes the file, so its clock is the store's.
static void store_now(sqlite3_context* context, int, sqlite3_value**) {
    sqlite3_result_int64(context, now().ms);
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path,
                                                                 Access access,
                                                                 const Options& options) {
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (access == Access::read_only ? SQLITE_OPEN_READONLY
                                                   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    if (code != SQLITE_OK) {
        const Error error = error_of(code, handle == nullptr ? nullptr : sqlite3_errmsg(handle));
        sqlite3_close_v2(handle);
        return error;
    }
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
    sqlite3_busy_timeout(handle, busy_ms);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    const auto ready = connection->script(
        "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; "
        "PRAGMA cache_size = -16384");
    if (ready.error) return *ready.error;
    const int known = sqlite3_create_function_v2(handle, "store_now", 0, SQLITE_UTF8, nullptr,
                                                 store_now, nullptr, nullptr, nullptr);
    if (known != SQLITE_OK) return error_of(known, sqlite3_errmsg(handle));
    const char* synchronous[] = {"PRAGMA synchronous = OFF", "PRAGMA synchronous = NORMAL",
                                 "PRAGMA synchronous = FULL"};
    const auto level = connection->script(synchronous[static_cast<int>(options.synchronous)]);
    if (level.error) return *level.error;
    return connection;
}

SqliteConnection::~SqliteConnection() {
    by_sql_.clear();
    recent_.clear();
    sqlite3_close_v2(handle_);
}

SqliteConnection::Outcome SqliteConnection::failed(int code) const {
    return {code, error_of(code, sqlite3_errmsg(handle_)), 0};
}

std::pair<sqlite3_stmt*, SqliteConnection::Outcome> SqliteConnection::prepare(
    std::string_view sql) {
    if (const auto found = by_sql_.find(sql); found != by_sql_.end()) {
        recent_.splice(recent_.begin(), recent_, found->second);
        sqlite3_stmt* statement = found->second->second.get();
        ENSURE(sqlite3_stmt_busy(statement) == 0, "a row sink used the Tx it reads from");
        return {statement, {}};
    }
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, &tail);
    Statement owned(statement);
    if (code != SQLITE_OK) return {nullptr, failed(code)};
    ENSURE(statement != nullptr && tail == sql.data() + sql.size(),
           "one call runs exactly one statement");
    if (recent_.size() >= cached_statements) {
        by_sql_.erase(recent_.back().first);
        recent_.pop_back();
    }
    recent_.emplace_front(std::string(sql), std::move(owned));
    by_sql_.emplace(recent_.front().first, recent_.begin());
    return {statement, {}};
}

SqliteConnection::Outcome SqliteConnection::run(std::string_view sql, std::span<const Value> values,
                                                void* object, TakeRow take) {
    auto [statement, prepared] = prepare(sql);
    if (prepared.error) return prepared;
    const Borrowed borrowed{statement};
    ENSURE(sqlite3_bind_parameter_count(statement) == static_cast<int>(values.size()),
           "a statement has as many values as question marks");
    for (std::size_t i = 0; i < values.size(); ++i) {
        const int code = bind(statement, static_cast<int>(i) + 1, values[i]);
        if (code != SQLITE_OK) return failed(code);
    }
    for (;;) {
        const int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) break;
        if (code != SQLITE_ROW) return failed(code);
        if (take == nullptr) continue;
        if (auto taken = take(object, row_of(statement)); !taken)
            return {SQLITE_OK, std::move(taken).error(), 0};
    }
    const bool reads = sqlite3_stmt_readonly(statement) != 0;
    return {SQLITE_OK, std::nullopt, reads ? 0 : sqlite3_changes64(handle_)};
}

SqliteConnection::Outcome SqliteConnection::script(std::string_view sql) {
    const std::string text(sql);
    const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
    return code == SQLITE_OK ? Outcome{} : failed(code);
}

Result<std::int64_t> SqliteConnection::number(const char* sql) {
    std::int64_t found = 0;
    const auto outcome = run(sql, {}, &found, [](void* to, Row&& row) -> Result<void> {
        *static_cast<std::int64_t*>(to) = row.get<std::int64_t>(0);
        return {};
    });
    if (outcome.error) return *outcome.error;
    return found;
}

// --- transaction --------------------------------------------------------------------------

Result<void> SqliteTx::remember(const SqliteConnection::Outcome& outcome) {
    if (!outcome.error) return {};
    if (outcome.code != SQLITE_OK) {  // SQLite's own, not the row sink's
        failure_ = outcome.error;
        broke_ = broke_ || breaks_transaction(outcome.code);
    }
    return *outcome.error;
}

Result<void> SqliteTx::execute(std::string_view sql, std::span<const Value> values,
                               const RowSink* sink, std::int64_t* changed) {
    if (failure_) return *failure_;
    const auto outcome = connection_.run(sql, values, sink == nullptr ? nullptr : sink->object,
                                         sink == nullptr ? nullptr : sink->take);
    if (changed != nullptr) *changed = outcome.changed;
    return remember(outcome);
}

Result<void> SqliteTx::script(std::string_view sql) {
    if (failure_) return *failure_;
    return remember(connection_.script(sql));
}

}  // namespace cohort::db
