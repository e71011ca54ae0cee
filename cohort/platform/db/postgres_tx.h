// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cohort/platform/db/postgres_connection.h"

namespace cohort::db {

/// A unit's view of a connection. The transaction begins with the first statement.
class PostgresTx final : public Tx {
  public:
    /// `begin` goes in front of the first statement, with nobody waiting for its answer.
    PostgresTx(PostgresConnection& connection, std::vector<PostgresConnection::Before> begin)
        : connection_(connection), begin_(std::move(begin)) {}

    Result<void> script(std::string_view sql) override;

    /// Sends what was put and has not gone yet.
    Result<void> settle();

    bool begun() const noexcept { return begun_; }
    /// The error after which the unit can only fail.
    const std::optional<Error>& failure() const noexcept { return failure_; }
    /// Of the failure, where the server gave one.
    const std::string& state() const noexcept { return state_; }

  protected:
    Result<void> execute(std::string_view sql, std::span<const Value> values, const RowSink* sink,
                         std::int64_t* changed) override;
    Result<void> execute_later(std::string_view sql, Values&& values) override;
    void ask_ahead(std::string_view sql, Values&& values) override;

  private:
    /// A question that was said to come soon. It stays where it is while its answer is on the way.
    struct Ahead {
        std::string sql;
        Values values;
        Rows rows = {};
    };
    void begin();
    const Ahead* find_ahead(std::string_view sql, std::span<const Value> values) const;
    void forget_ahead();
    Result<void> answer(const Ahead& ahead, const RowSink& sink);
    Result<void> remember(const PostgresConnection::Outcome& outcome);

    PostgresConnection& connection_;
    std::vector<PostgresConnection::Before> begin_;
    std::vector<std::unique_ptr<Ahead>> ahead_;
    bool begun_ = false;
    std::optional<Error> failure_;
    std::string state_;
};

}  // namespace cohort::db
