// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/lease.h"

#include "cohort/base/time.h"

namespace cohort::db {

Result<std::optional<std::int64_t>> hold_lease(Tx& tx, std::string_view name,
                                               std::string_view holder,
                                               std::chrono::milliseconds length) {
    const Instant at = now();
    const Instant until{at.ms + length.count()};
    // The new row or the old one under our name; a stranger's row only once it has run out.
    const auto row = TRY(
        tx.maybe("INSERT INTO lease (name, holder, fence, held_until) VALUES (?, ?, 1, ?) "
                 "ON CONFLICT (name) DO UPDATE SET "
                 "fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE "
                 "lease.fence + 1 END, "
                 "holder = excluded.holder, held_until = excluded.held_until "
                 "WHERE lease.holder = excluded.holder OR lease.held_until <= ? RETURNING fence",
                 name, holder, until, at));
    if (!row) return std::optional<std::int64_t>();
    return std::optional(row->get<std::int64_t>(0));
}

Result<void> release_lease(Tx& tx, std::string_view name, std::string_view holder) {
    TRY(tx.put("UPDATE lease SET held_until = 0 WHERE name = ? AND holder = ?", name, holder));
    return {};
}

}  // namespace cohort::db
