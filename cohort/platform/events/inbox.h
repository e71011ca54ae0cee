// SPDX-License-Identifier: Apache-2.0
// What a subscriber has done with each event of its topic. The row that says so is written in the
// transaction of the effect: an effect is there once, however often its event is delivered.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/platform/events/outbox.h"

namespace cohort::events {

/// An event on its way to a subscriber.
struct Delivery {
    Event event;
    std::int64_t tries = 0;  ///< that failed
    bool is_again = false;   ///< it waits in the inbox
    bool is_behind = false;  ///< an earlier one of its key waits in the inbox
};

struct Todo {
    std::vector<Delivery>
        deliveries;          ///< those that wait first, then new ones, each in their order
    std::int64_t until = 0;  ///< the subscriber's position once they are taken
    bool is_news = false;    ///< there is a delivery, or the position moves
    bool is_all = true;      ///< nothing more could be done now
};

/// Takes part: new subscribers begin with the oldest event that is kept.
Result<void> enter(db::Tx& tx, const std::string& subscriber, const std::string& topic);

/// What a subscriber is to do now, of events up to a position; `limit` of each sort at most.
Result<Todo> todo(db::Tx& tx, const std::string& subscriber, std::int64_t up_to,
                  std::int64_t limit);

/// Writes the row of a delivery that is done. Its effect belongs into the same transaction.
/// Shape: false when it was done before: no effect is due.
Result<bool> take(db::Tx& tx, const std::string& subscriber, const Delivery& delivery);

/// Lets a new event wait for an earlier one of its key.
Result<void> put_behind(db::Tx& tx, const std::string& subscriber, const Delivery& delivery);

/// Notes a failure: the event is tried again after `wait`, or without it is dead.
Result<void> put_off(db::Tx& tx, const std::string& subscriber, const Delivery& delivery,
                     const Error& error, std::optional<std::chrono::milliseconds> wait);

/// Every event up to there has its row.
Result<void> move_to(db::Tx& tx, const std::string& subscriber, std::int64_t position);

// --- for people -----------------------------------------------------------------------------

/// An event that failed as often as it may.
struct Dead {
    std::string subscriber;
    Event event;
    std::int64_t tries = 0;
    std::string code;
    std::string reason;
    Instant at;  ///< of the last try
};

/// Oldest first.
Result<std::vector<Dead>> dead_events(db::Tx& tx, std::int64_t limit);

/// Lets dead events of a subscriber be tried again, as if they had never been: all, or one. Later
/// ones of the same key may have been acted on meanwhile.
/// Shape: how many.
Result<std::int64_t> redrive(db::Tx& tx, const std::string& subscriber,
                             std::optional<std::int64_t> position);

/// How far a subscriber is.
struct Progress {
    std::string subscriber;
    std::string topic;
    std::int64_t position = 0;
    std::int64_t behind = 0;  ///< events that it has not taken yet
    std::int64_t waiting = 0;
    std::int64_t dead = 0;
    std::optional<Instant> oldest = {};  ///< of those behind and waiting
};
Result<std::vector<Progress>> progress(db::Tx& tx);

// --- keeping --------------------------------------------------------------------------------

/// Removes events older than `kept` that every subscriber is past, with their rows in the inbox;
/// those that wait or are dead stay. Forgets subscribers that no server has had for so long.
/// Shape: how many events; fewer than `at_most` when nothing is left to do.
Result<std::int64_t> trim(db::Db& db, std::chrono::milliseconds kept, std::int64_t at_most);

}  // namespace cohort::events
