// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/events/inbox.h"

#include <algorithm>

namespace cohort::events {

namespace {

const std::string event_columns = "e.position, e.id, e.topic, e.key, e.body, e.at";

Event event_of(const db::Row& row) {
    return {row.get<std::int64_t>(0), row.get<std::string>(1), row.get<std::string>(2),
            row.get<std::string>(3),  row.get<std::string>(4), row.get<Instant>(5)};
}

// Those whose time has come and that are the first of their key.
Result<void> read_waiting(db::Tx& tx, const std::string& subscriber, std::int64_t limit,
                          Todo& todo) {
    for (const db::Row& row : TRY(tx.all(
             "SELECT " + event_columns +
                 ", i.tries FROM event_inbox i JOIN event e ON e.position = i.position "
                 "WHERE i.subscriber = ? AND i.state = 'waiting' AND i.due <= store_now() "
                 "AND NOT EXISTS (SELECT 1 FROM event_inbox b WHERE b.subscriber = i.subscriber "
                 "AND b.key = i.key AND b.state = 'waiting' AND b.position < i.position) "
                 "ORDER BY i.position LIMIT ?",
             subscriber, limit)))
        todo.deliveries.push_back(
            {.event = event_of(row), .tries = row.get<std::int64_t>(6), .is_again = true});
    return {};
}

Result<void> read_new(db::Tx& tx, const std::string& subscriber, const std::string& topic,
                      std::int64_t after, std::int64_t up_to, std::int64_t limit, Todo& todo) {
    for (const db::Row& row :
         TRY(tx.all("SELECT " + event_columns +
                        ", EXISTS (SELECT 1 FROM event_inbox b WHERE b.subscriber = ? "
                        "AND b.key = e.key AND b.state = 'waiting') FROM event e "
                        "WHERE e.topic = ? AND e.position > ? AND e.position <= ? "
                        "ORDER BY e.position LIMIT ?",
                    subscriber, topic, after, up_to, limit)))
        todo.deliveries.push_back({.event = event_of(row), .is_behind = row.get<bool>(6)});
    return {};
}

}  // namespace

Result<void> enter(db::Tx& tx, const std::string& subscriber, const std::string& topic) {
    return tx.put(
        "INSERT INTO event_subscriber (name, topic, position, seen_at) "
        "VALUES (?, ?, 0, store_now()) ON CONFLICT (name) DO UPDATE SET topic = excluded.topic, "
        "seen_at = excluded.seen_at",
        subscriber, topic);
}

Result<Todo> todo(db::Tx& tx, const std::string& subscriber, std::int64_t up_to,
                  std::int64_t limit) {
    const auto row =
        TRY(tx.one("SELECT topic, position FROM event_subscriber WHERE name = ?", subscriber));
    const auto position = row.get<std::int64_t>(1);
    Todo todo;
    TRY(read_waiting(tx, subscriber, limit, todo));
    const auto waiting = static_cast<std::int64_t>(todo.deliveries.size());
    const std::int64_t end = std::min(up_to, TRY(last_position(tx)));
    TRY(read_new(tx, subscriber, row.get<std::string>(0), position, end, limit, todo));
    const auto fresh = static_cast<std::int64_t>(todo.deliveries.size()) - waiting;
    todo.until = fresh == limit ? todo.deliveries.back().event.position : std::max(position, end);
    todo.is_news = !todo.deliveries.empty() || todo.until > position;
    todo.is_all = todo.deliveries.empty();
    return todo;
}

Result<bool> take(db::Tx& tx, const std::string& subscriber, const Delivery& delivery) {
    const Event& event = delivery.event;
    if (delivery.is_again)
        return TRY(tx.run("UPDATE event_inbox SET state = 'done', due = NULL, code = NULL, "
                          "reason = NULL, at = store_now() "
                          "WHERE subscriber = ? AND position = ? AND state = 'waiting'",
                          subscriber, event.position)) == 1;
    return TRY(tx.run("INSERT INTO event_inbox (subscriber, position, key, state, tries, at) "
                      "VALUES (?, ?, ?, 'done', 0, store_now()) ON CONFLICT DO NOTHING",
                      subscriber, event.position, event.key)) == 1;
}

Result<void> put_behind(db::Tx& tx, const std::string& subscriber, const Delivery& delivery) {
    return tx.put(
        "INSERT INTO event_inbox (subscriber, position, key, state, tries, due, at) "
        "VALUES (?, ?, ?, 'waiting', 0, store_now(), store_now()) ON CONFLICT DO NOTHING",
        subscriber, delivery.event.position, delivery.event.key);
}

Result<void> put_off(db::Tx& tx, const std::string& subscriber, const Delivery& delivery,
                     const Error& error, std::optional<std::chrono::milliseconds> wait) {
    const char* const state = wait ? "waiting" : "dead";
    const auto due = wait ? std::optional(wait->count()) : std::nullopt;
    return tx.put(
        "INSERT INTO event_inbox (subscriber, position, key, state, tries, due, code, reason, at) "
        "VALUES (?, ?, ?, ?, ?, store_now() + ?, ?, ?, store_now()) "
        "ON CONFLICT (subscriber, position) DO UPDATE SET state = excluded.state, "
        "tries = excluded.tries, due = excluded.due, code = excluded.code, "
        "reason = excluded.reason, at = excluded.at WHERE event_inbox.state = 'waiting'",
        subscriber, delivery.event.position, delivery.event.key, state, delivery.tries + 1, due,
        error.code, error.text);
}

Result<void> move_to(db::Tx& tx, const std::string& subscriber, std::int64_t position) {
    return tx.put("UPDATE event_subscriber SET position = ? WHERE name = ? AND position < ?",
                  position, subscriber, position);
}

// --- for people -----------------------------------------------------------------------------

Result<std::vector<Dead>> dead_events(db::Tx& tx, std::int64_t limit) {
    std::vector<Dead> dead;
    for (const db::Row& row :
         TRY(tx.all("SELECT " + event_columns +
                        ", i.subscriber, i.tries, i.code, i.reason, i.at "
                        "FROM event_inbox i JOIN event e ON e.position = i.position "
                        "WHERE i.state = 'dead' ORDER BY i.position, i.subscriber LIMIT ?",
                    limit)))
        dead.push_back({.subscriber = row.get<std::string>(6),
                        .event = event_of(row),
                        .tries = row.get<std::int64_t>(7),
                        .code = row.get<std::string>(8),
                        .reason = row.get<std::string>(9),
                        .at = row.get<Instant>(10)});
    return dead;
}

Result<std::int64_t> redrive(db::Tx& tx, const std::string& subscriber,
                             std::optional<std::int64_t> position) {
    const auto driven = TRY(tx.run(
        "UPDATE event_inbox SET state = 'waiting', tries = 0, due = store_now(), "
        "at = store_now() WHERE subscriber = ? AND state = 'dead' AND (position = ? OR ? = 1)",
        subscriber, position.value_or(0), !position.has_value()));
    tx.ring();
    return driven;
}

Result<std::vector<Progress>> progress(db::Tx& tx) {
    std::vector<Progress> all;
    for (const db::Row& row : TRY(tx.all(
             "SELECT s.name, s.topic, s.position, "
             "(SELECT count(*) FROM event e WHERE e.topic = s.topic AND e.position > s.position), "
             "(SELECT count(*) FROM event_inbox i WHERE i.subscriber = s.name AND "
             "i.state = 'waiting'), "
             "(SELECT count(*) FROM event_inbox i WHERE i.subscriber = s.name AND "
             "i.state = 'dead'), "
             "(SELECT min(e.at) FROM event e WHERE e.position = (SELECT min(n.position) "
             "FROM event n WHERE n.topic = s.topic AND n.position > s.position)), "
             "(SELECT min(e.at) FROM event e WHERE e.position = (SELECT min(i.position) "
             "FROM event_inbox i WHERE i.subscriber = s.name AND i.state = 'waiting')) "
             "FROM event_subscriber s ORDER BY s.name"))) {
        Progress one{.subscriber = row.get<std::string>(0),
                     .topic = row.get<std::string>(1),
                     .position = row.get<std::int64_t>(2),
                     .behind = row.get<std::int64_t>(3),
                     .waiting = row.get<std::int64_t>(4),
                     .dead = row.get<std::int64_t>(5)};
        const auto behind = row.get<std::optional<Instant>>(6);
        const auto waiting = row.get<std::optional<Instant>>(7);
        one.oldest = behind && waiting ? std::min(*behind, *waiting) : behind ? behind : waiting;
        all.push_back(std::move(one));
    }
    return all;
}

// --- keeping --------------------------------------------------------------------------------

namespace {

// What is eligible stays so: positions only grow, and what is done stays done.
Result<std::vector<std::int64_t>> past_events(db::Tx& tx, std::chrono::milliseconds kept,
                                              std::int64_t at_most) {
    std::vector<std::int64_t> past;
    for (const db::Row& row :
         TRY(tx.all("SELECT e.position FROM event e WHERE e.position <= "
                    "(SELECT min(s.position) FROM event_subscriber s) AND e.at < store_now() - ? "
                    "AND NOT EXISTS (SELECT 1 FROM event_inbox i JOIN event_subscriber s "
                    "ON s.name = i.subscriber WHERE i.position = e.position AND i.state <> 'done') "
                    "ORDER BY e.position LIMIT ?",
                    kept.count(), at_most)))
        past.push_back(row.get<std::int64_t>(0));
    return past;
}

}  // namespace

Result<std::int64_t> trim(db::Db& db, std::chrono::milliseconds kept, std::int64_t at_most) {
    const auto past = TRY(db.read([&](db::Tx& tx) { return past_events(tx, kept, at_most); }));
    TRY(db.transact([&](db::Tx& tx) -> Result<void> {
        TRY(tx.put("DELETE FROM event_subscriber WHERE seen_at < store_now() - ?", kept.count()));
        for (const std::int64_t position : past) {
            TRY(tx.put("DELETE FROM event_inbox WHERE position = ?", position));
            TRY(tx.put("DELETE FROM event WHERE position = ?", position));
        }
        return {};
    }));
    return static_cast<std::int64_t>(past.size());
}

}  // namespace cohort::events
