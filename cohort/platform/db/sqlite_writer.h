// SPDX-License-Identifier: Apache-2.0
// Group commit, without threads: what the writer's thread does with the units that wait.
#pragma once

#include <exception>
#include <optional>
#include <span>
#include <string_view>

#include "cohort/platform/db/sqlite_connection.h"

namespace cohort::db {

/// A unit and what became of it.
struct WriteUnit {
    Backend::Unit body{};
    Result<void> outcome;
    std::exception_ptr thrown;  ///< what the body threw; its changes are rolled back
};

class SqliteWriter {
  public:
    explicit SqliteWriter(SqliteConnection& connection) : connection_(connection) {}

    /// Runs the units in order in one transaction, each in its savepoint, and commits.
    ///
    /// Shape:  true when the commit is durable: then a unit's outcome is its own. False: nothing
    ///         of the batch is there, and every unit's outcome is the same `unavailable`.
    /// Blocks: its thread, for the disk.
    bool run(std::span<WriteUnit* const> batch);

  private:
    std::optional<Error> run_unit(WriteUnit& unit);
    std::optional<Error> command(std::string_view sql);
    bool give_up(std::span<WriteUnit* const> batch, const Error& cause);

    SqliteConnection& connection_;
};

}  // namespace cohort::db
