// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cohort/platform/db/tx.h"

namespace cohort::db {

/// Takes or renews a lease in the caller's transaction: work that only one process may do at a
/// time, done in the same transaction, cannot be done by two.
///
/// Shape: the fence, one more with each change of the holder; nothing while somebody else holds it.
Result<std::optional<std::int64_t>> hold_lease(Tx& tx, std::string_view name,
                                               std::string_view holder,
                                               std::chrono::milliseconds length);

/// Gives it back early; nothing happens when it is not held.
Result<void> release_lease(Tx& tx, std::string_view name, std::string_view holder);

}  // namespace cohort::db
