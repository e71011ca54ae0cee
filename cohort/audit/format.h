// SPDX-License-Identifier: Apache-2.0
// The one place that knows what is hashed and signed. Append-only: what it computed for a record
// once, it computes for ever. docs/decisions/0004-audit-format.md
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/time.h"
#include "cohort/platform/db/value.h"

namespace cohort::audit {

inline constexpr std::string_view system_chain = "system";

/// The columns of audit_record, as SELECT gives them: those that are hashed as they are (absent
/// when NULL), then those that only their digests stand for.
inline constexpr std::array hashed_columns{
    "id",         "chain",        "at",           "zone",          "actor",
    "role",       "on_behalf_of", "action",       "study",         "site",
    "subject",    "event",        "event_repeat", "form",          "form_repeat",
    "form_id",    "item_group",   "group_repeat", "item",          "target",
    "old_digest", "new_digest",   "reason_code",  "reason_digest", "address_digest",
    "client",     "how",          "version",      "detail"};
inline constexpr std::array secret_columns{"old_value", "old_unit",    "old_salt", "new_value",
                                           "new_unit",  "new_salt",    "reason",   "reason_salt",
                                           "address",   "address_salt"};

inline constexpr int column_count = static_cast<int>(hashed_columns.size() + secret_columns.size());

/// Where a column stands in such a SELECT.
constexpr int place_of(std::string_view column) {
    for (std::size_t i = 0; i < hashed_columns.size(); ++i)
        if (column == hashed_columns[i]) return static_cast<int>(i);
    for (std::size_t i = 0; i < secret_columns.size(); ++i)
        if (column == secret_columns[i]) return static_cast<int>(hashed_columns.size() + i);
    return -1;
}

/// "r.id, r.chain, …" for a SELECT whose audit_record is called `r`.
const std::string& record_columns();

/// Digest of a value that can be destroyed. `salt` is 32 hexadecimal digits of random.
std::string digest_of(std::string_view salt, std::string_view value, std::string_view unit = {});

struct Link {
    std::string_view chain;
    std::int64_t number = 0;
    std::string_view previous;  ///< hash of the record before, empty for the first
    Instant sealed_at;
};

/// The hash that seals a record at its place. `row` begins at column `from` with record_columns().
std::string hash_of(const Link& link, const db::Row& row, int from);

/// What the key signs about the end of a chain.
std::string head_text(std::string_view chain, std::int64_t number, std::string_view hash,
                      Instant at, std::string_view key);

/// Days since 1970 in UTC: the row of audit_head that a signature at this moment belongs to.
std::int64_t day_of(Instant at);

/// The parts of a record that can be destroyed, with their columns.
struct Part {
    std::string_view name;
    int value;
    int unit;  ///< -1 without
    int salt;
    int digest;
};
inline constexpr std::array parts{
    Part{"old", place_of("old_value"), place_of("old_unit"), place_of("old_salt"),
         place_of("old_digest")},
    Part{"new", place_of("new_value"), place_of("new_unit"), place_of("new_salt"),
         place_of("new_digest")},
    Part{"reason", place_of("reason"), -1, place_of("reason_salt"), place_of("reason_digest")},
    Part{"address", place_of("address"), -1, place_of("address_salt"), place_of("address_digest")}};

enum class PartState : std::uint8_t { absent, present, redacted, damaged };

/// Whether the part is what its digest says. `row` begins at column `from`.
PartState state_of(const Part& part, const db::Row& row, int from);

/// The cell as text, whatever is in it: a checker must survive a store that somebody damaged.
std::string cell_text(const db::Row& row, int column);
bool is_null(const db::Row& row, int column);

}  // namespace cohort::audit
