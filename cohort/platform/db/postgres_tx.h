// SPDX-License-Identifier: Apache-2.0
#pragma once

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

    bool begun() const noexcept { return begun_; }
    /// The error after which the unit can only fail.
    const std::optional<Error>& failure() const noexcept { return failure_; }
    /// Of the failure, where the server gave one.
    const std::string& state() const noexcept { return state_; }

  protected:
    Result<void> execute(std::string_view sql, std::span<const Value> values, const RowSink* sink,
                         std::int64_t* changed) override;

  private:
    void begin();
    Result<void> remember(const PostgresConnection::Outcome& outcome);

    PostgresConnection& connection_;
    std::vector<PostgresConnection::Before> begin_;
    bool begun_ = false;
    std::optional<Error> failure_;
    std::string state_;
};

}  // namespace cohort::db
