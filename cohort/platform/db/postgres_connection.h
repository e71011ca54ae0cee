// SPDX-License-Identifier: Apache-2.0
// One connection to PostgreSQL, used by one goroutine at a time, which parks while the server
// works.
#pragma once

#include <cstdint>
#include <deque>
#include <libpq-fe.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "weft/descriptor.h"
#include "weft/time.h"

#include "cohort/platform/db/db.h"

namespace cohort::db {

class PostgresParameters;

/// The server pipelines what is sent to it, so a transaction costs one way there and back for each
/// statement and one for its commit: BEGIN travels with the first statement, and nobody waits for
/// the answer to a ROLLBACK.
class PostgresConnection {
  public:
    /// Connects to `url` (a connection URI or key=value pairs, as libpq reads them). What it does
    /// not say comes from PGHOST and the like.
    ///
    /// Errors:  unavailable/store-unreachable, with the server's reason.
    /// Blocks:  the goroutine, until `deadline` at most.
    /// Cancels: throws Cancelled.
    static Result<std::unique_ptr<PostgresConnection>> connect(const std::string& url,
                                                               weft::TimePoint deadline);
    ~PostgresConnection();
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

    struct Outcome {
        std::string state;           ///< SQLSTATE of the failure, where the server gave one
        std::optional<Error> error;  ///< set unless all went well
        std::int64_t changed = 0;    ///< rows, of the last statement
        std::string done;            ///< what it says it did: "COMMIT", "INSERT 0 1"
    };
    using TakeRow = Result<void> (*)(void*, Row&&);

    /// Goes in front of the next statement, in the same packet: BEGIN and the like. Where it fails
    /// the next statement does.
    struct Before {
        std::string sql;
        Values values = {};
        Rows* rows = nullptr;  ///< of its answer, for who asks later
    };
    void before_next(Before before) { before_.push_back(std::move(before)); }
    std::size_t waiting_before() const noexcept { return before_.size(); }
    /// They are not sent after all.
    void forget_before() { before_.clear(); }

    /// Sends them without a next statement.
    Outcome settle();

    /// Runs one statement, prepared once a connection. An error of `take` is the error; the rows
    /// after it are dropped.
    Outcome run(std::string_view sql, std::span<const Value> values, void* object, TakeRow take);

    /// Runs statements without parameters and without answers, several in one text.
    Outcome script(const std::string& sql);

    /// Sends a statement whose answer nobody waits for. The next call takes it in passing.
    void send(std::string_view sql);

    /// The first cell of the first row, as the server writes it.
    Result<std::string> text(std::string_view sql);

    /// From now on waiting for the server ends then, and the connection with it.
    void set_deadline(weft::TimePoint deadline) noexcept { deadline_ = deadline; }

    /// False once an answer is missing: the connection cannot be used for anything else.
    bool healthy() const noexcept { return !broken_ && !in_answer_; }
    /// Whether the connection itself went, rather than a statement fail.
    bool broken() const noexcept { return broken_; }

    /// Whether it keeps so many prepared statements that a new connection is better.
    bool worn() const noexcept { return prepared_.size() >= prepared_max; }

    /// Tells the server to stop what it does here. For a connection that is given up.
    /// Blocks: the goroutine.
    void cancel();

    /// Which server and database, without a password.
    std::string where() const;

  private:
    static constexpr std::size_t prepared_max = 400;

    enum class Sent : std::uint8_t { aside, prepare, statement, sync };
    struct Expected {
        Sent what;
        std::string key = {};   ///< of what it prepares
        std::string name = {};  ///< under which it is kept
        Rows* rows = nullptr;   ///< where those of its answer go
    };
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
        void operator()(PGresult* result) const { PQclear(result); }
    };
    using Answer = std::unique_ptr<PGresult, Finish>;
    struct Reading {
        void* object;
        TakeRow take;
        Outcome outcome;
    };

    explicit PostgresConnection(PGconn* connection) : connection_(connection) {}
    Result<void> reach(weft::TimePoint deadline);
    bool send_statement(Sent what, std::string_view sql, const PostgresParameters& parameters,
                        Rows* rows = nullptr);
    bool send_before();
    bool send_sync();
    Error lost();
    Result<void> flush();
    Result<Answer> next();
    Result<void> take_answers(Reading& reading);
    Result<void> take_answer(const Expected& expected, Reading& reading);
    void judge(const PGresult* answer, const Expected& expected, Reading& reading);

    std::unique_ptr<PGconn, Finish> connection_;
    std::unique_ptr<weft::net::Descriptor> watched_;  // goes before the connection that owns it
    weft::TimePoint deadline_ = weft::TimePoint::max();
    std::deque<Expected> sent_;
    std::vector<Before> before_;
    std::unordered_map<std::string, std::string> prepared_;  // names by types and statement
    std::int64_t names_ = 0;
    bool in_answer_ = false;  // a statement has not taken all its answers
    bool broken_ = false;
};

}  // namespace cohort::db
