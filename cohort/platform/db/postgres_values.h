// SPDX-License-Identifier: Apache-2.0
// What crosses the wire to PostgreSQL, without a connection: statements, parameters, cells, errors.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/platform/db/db.h"

namespace cohort::db {

/// A statement with `$1`, `$2`, … for each `?` outside of texts, names and comments.
struct Numbered {
    std::string sql;
    int parameters = 0;
};
Numbered numbered(std::string_view sql);

/// Parameters in the binary form of the protocol, so that a text keeps its length and a number its
/// bits. Refers to the values, which must outlive it.
class PostgresParameters {
  public:
    explicit PostgresParameters(std::span<const Value> values);

    int count() const noexcept { return static_cast<int>(types_.size()); }
    const unsigned int* types() const noexcept { return types_.data(); }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }

    /// One letter a parameter: the same statement with other types is another prepared statement.
    std::string letters() const;

  private:
    void add(unsigned int type, const char* bytes, std::size_t size);

    std::vector<unsigned int> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::vector<std::string> numbers_;  // room for those that had to be turned round
};

/// A cell as the server writes it in text, by its type: every whole number is a BIGINT, true and
/// false are 1 and 0, an exact decimal is a BIGINT where it is whole.
Value postgres_cell(unsigned int type, std::string_view text);

/// What the five letters of SQLSTATE mean to a caller. The server's `message` is passed on only
/// where it cannot quote a value: about a statement that it does not understand, whose values are
/// parameters. Source: PostgreSQL 15, appendix A.
Error error_of_state(std::string_view state, std::string_view message = {});

/// Whether the same unit may well succeed when it is run again from its beginning: another one was
/// in its way, or the plan of a statement is older than the schema.
bool may_run_again(std::string_view state) noexcept;

}  // namespace cohort::db
