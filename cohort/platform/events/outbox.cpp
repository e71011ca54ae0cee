// SPDX-License-Identifier: Apache-2.0
// In PostgreSQL a transaction that began earlier may commit later, so a number that is drawn while
// writing would let readers pass over it. Positions are given to what is committed, in a
// transaction that raises `event_end` from what was read before: of two that give some at once one
// starts over.
#include "cohort/platform/events/outbox.h"

#include "cohort/base/id.h"

namespace cohort::events {

namespace {

constexpr std::int64_t numbers_at_once = 200;

struct Fresh {
    std::vector<std::int64_t> turns;
    std::int64_t last = 0;
};

Result<Fresh> read_fresh(db::Tx& tx) {
    Fresh fresh;
    for (const db::Row& row :
         TRY(tx.all("SELECT turn FROM event WHERE position IS NULL ORDER BY turn LIMIT ?",
                    numbers_at_once)))
        fresh.turns.push_back(row.get<std::int64_t>(0));
    if (!fresh.turns.empty()) fresh.last = TRY(last_position(tx));
    return fresh;
}

// Shape: false when others have given positions since we looked.
Result<bool> give_positions(db::Tx& tx, const Fresh& fresh) {
    const auto count = static_cast<std::int64_t>(fresh.turns.size());
    const auto ours =
        TRY(tx.run("INSERT INTO event_end (one, last) VALUES (1, ?) ON CONFLICT (one) DO UPDATE "
                   "SET last = excluded.last WHERE event_end.last = ?",
                   fresh.last + count, fresh.last));
    if (ours == 0) return false;
    std::int64_t position = fresh.last;
    for (const std::int64_t turn : fresh.turns)
        TRY(tx.put("UPDATE event SET position = ? WHERE turn = ?", ++position, turn));
    return true;
}

}  // namespace

Result<void> publish(db::Tx& tx, std::string_view topic, std::string_view key,
                     const json::object& body) {
    ENSURE(!topic.empty() && !key.empty(), "an event has a topic and a key");
    TRY(tx.put("INSERT INTO event (id, topic, key, body, at) VALUES (?, ?, ?, ?, store_now())",
               new_uuid(), topic, key, json::to_text(body)));
    tx.ring();
    return {};
}

Result<std::int64_t> number_some(db::Db& db) {
    for (;;) {
        const Fresh fresh = TRY(db.read(read_fresh));
        if (fresh.turns.empty()) return std::int64_t{0};
        if (TRY(db.transact([&](db::Tx& tx) { return give_positions(tx, fresh); })))
            return static_cast<std::int64_t>(fresh.turns.size());
    }
}

Result<std::int64_t> last_position(db::Tx& tx) {
    return TRY(tx.one("SELECT coalesce(max(last), 0) FROM event_end")).get<std::int64_t>(0);
}

Result<std::vector<Event>> events_after(db::Tx& tx, std::int64_t position, std::int64_t limit) {
    std::vector<Event> events;
    for (const db::Row& row : TRY(tx.all("SELECT position, id, topic, key, body, at FROM event "
                                         "WHERE position > ? ORDER BY position LIMIT ?",
                                         position, limit)))
        events.push_back({row.get<std::int64_t>(0), row.get<std::string>(1),
                          row.get<std::string>(2), row.get<std::string>(3), row.get<std::string>(4),
                          row.get<Instant>(5)});
    return events;
}

}  // namespace cohort::events
