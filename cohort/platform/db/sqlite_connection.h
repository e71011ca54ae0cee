// SPDX-License-Identifier: Apache-2.0
// One SQLite connection, used by one thread at a time.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "cohort/platform/db/db.h"

namespace cohort::db {

/// What SQLite's answer means to a caller.
Error error_of(int code, const char* message);

/// Whether the file or the disk failed, so that no savepoint of the transaction is to be believed.
bool breaks_transaction(int code) noexcept;

class SqliteConnection {
  public:
    enum class Access : std::uint8_t { read_only, read_write };

    /// Only a checkpoint or a recovery is ever in the way, for moments.
    static constexpr int busy_ms = 5000;

    /// Opens the file and makes sure that it is readable as a database.
    static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Access access,
                                                          const Options& options);
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    struct Outcome {
        int code = SQLITE_OK;        ///< extended result code
        std::optional<Error> error;  ///< set unless the code says success
        std::int64_t changed = 0;
    };
    using TakeRow = Result<void> (*)(void*, Row&&);

    /// Runs one statement from the cache. An error of `take` ends the walk and is the error.
    Outcome run(std::string_view sql, std::span<const Value> values, void* object, TakeRow take);

    /// Runs statements without parameters and without answers.
    Outcome script(std::string_view sql);

    /// The first cell of the first row as an integer.
    Result<std::int64_t> number(const char* sql);

    /// False once SQLite has rolled the transaction back by itself.
    bool in_transaction() const noexcept { return sqlite3_get_autocommit(handle_) == 0; }
    sqlite3* handle() const noexcept { return handle_; }

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };
    using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
    using Cached = std::pair<std::string, Statement>;

    explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
    Outcome failed(int code) const;
    std::pair<sqlite3_stmt*, Outcome> prepare(std::string_view sql);

    sqlite3* handle_;
    std::list<Cached> recent_;  // front: used last
    std::unordered_map<std::string_view, std::list<Cached>::iterator> by_sql_;
};

/// A unit's view of a connection that is inside a transaction.
class SqliteTx final : public Tx {
  public:
    explicit SqliteTx(SqliteConnection& connection) : connection_(connection) {}

    Result<void> script(std::string_view sql) override;

    /// The error after which the unit can only fail.
    const std::optional<Error>& failure() const noexcept { return failure_; }
    /// The file or the disk failed: the whole transaction is lost.
    bool broke() const noexcept { return broke_; }

  protected:
    Result<void> execute(std::string_view sql, std::span<const Value> values, const RowSink* sink,
                         std::int64_t* changed) override;

  private:
    Result<void> remember(const SqliteConnection::Outcome& outcome);

    SqliteConnection& connection_;
    std::optional<Error> failure_;
    bool broke_ = false;
};

}  // namespace cohort::db
