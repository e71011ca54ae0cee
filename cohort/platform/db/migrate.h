// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/platform/db/db.h"

namespace cohort::db {

/// One step of the schema. Append-only: a step that has landed is never edited.
struct Migration {
    int number = 0;         ///< from the file's name, "0010_identity.sql"
    std::string_view name;  ///< "identity"
    std::string_view sql;
};

/// Brings the store's schema up: every step it has not had, in the order of their numbers, each in
/// a transaction of its own with its row in `schema_version`.
///
/// Shape:  the numbers that were applied just then.
/// Errors: refused/schema-newer (the store was written by a newer version), refused/schema-changed
///         (a step it has had reads differently now), internal/store-sql (the step is wrong; its
///         number is in the text), unavailable/store-*.
Result<std::vector<int>> migrate(Db& db, std::span<const Migration> steps);

/// A digest that notices an edited step; not a defence against an enemy.
std::string checksum(std::string_view sql);

}  // namespace cohort::db
