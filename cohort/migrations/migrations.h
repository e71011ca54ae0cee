// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "cohort/platform/db/migrate.h"

namespace cohort::migrations {

/// Every step of the schema, in order; the text of `cohort/migrations/NNNN_name.sql` as it was
/// when the program was built.
std::span<const db::Migration> all();

}  // namespace cohort::migrations
