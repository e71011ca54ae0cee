// SPDX-License-Identifier: Apache-2.0
// What has happened, for others to act on: written in the transaction in which it happened, so it
// is there exactly when that is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/json.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/platform/db/db.h"

namespace cohort::events {

struct Event {
    std::int64_t position = 0;  ///< 1, 2, 3 … without a gap, the same for everybody
    std::string id;             ///< a UUID
    std::string topic;          ///< "record.changed"
    std::string key;            ///< what it is about: events of one key keep their order
    std::string body;           ///< a JSON object
    Instant at;                 ///< by the store's clock
};

/// Writes an event in the caller's transaction. Its subscribers of this process are woken when that
/// is durable.
///
/// Shape:  `body` holds ids and numbers, nothing personal: it is kept, and may leave the store.
/// Errors: those of the store.
Result<void> publish(db::Tx& tx, std::string_view topic, std::string_view key,
                     const json::object& body);

/// Gives positions to events that were committed without one, some hundred at most.
///
/// Shape:    how many; 0 when none was left.
/// Errors:   those of the store.
/// Blocks:   the goroutine.
/// Ordering: no event ever comes later with a smaller position, on both stores: whoever has read up
///           to a position has missed nothing before it.
Result<std::int64_t> number_some(db::Db& db);

/// The last position that was given; 0 before the first.
Result<std::int64_t> last_position(db::Tx& tx);

/// Events of all topics behind a position, in their order, `limit` at most.
Result<std::vector<Event>> events_after(db::Tx& tx, std::int64_t position, std::int64_t limit);

}  // namespace cohort::events
