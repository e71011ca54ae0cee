// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/events/relay.h"

#include <utility>

#include "cohort/platform/db/lease.h"

namespace cohort::events {

namespace {

constexpr const char* lease_name = "event relay";
constexpr std::int64_t events_at_once = 200;

// The first event that one of the subscribers has not taken.
Result<std::optional<std::int64_t>> first_missing(db::Tx& tx,
                                                  const std::vector<std::string>& subscribers) {
    std::string places;
    db::Values names;
    for (const std::string& name : subscribers) {
        places += places.empty() ? "?" : ", ?";
        names.push_back(db::to_value(name));
    }
    const auto row =
        TRY(tx.one("SELECT min(missing) FROM (SELECT (SELECT min(e.position) FROM event e WHERE "
                   "e.topic = s.topic AND e.position > s.position) AS missing "
                   "FROM event_subscriber s WHERE s.name IN (" +
                       places + ")) AS each",
                   names));
    return row.get<std::optional<std::int64_t>>(0);
}

}  // namespace

Relay::Relay(db::Db& db, const NatsOptions& options, std::vector<std::string> subscribers,
             std::string holder, std::chrono::milliseconds lease,
             std::chrono::milliseconds refill_after)
    : db_(db),
      nats_(options),
      subscribers_(std::move(subscribers)),
      holder_(std::move(holder)),
      lease_(lease),
      refill_after_(refill_after) {
    ENSURE(!subscribers_.empty(), "a relay puts events there for somebody");
}

Result<Relay::Turn> Relay::turn() {
    if (!TRY(hold())) {
        put_.reset();
        return Turn::elsewhere;
    }
    std::int64_t after = 0;
    std::optional<std::int64_t> missing;
    const auto events = TRY(db_.read([&](db::Tx& tx) -> Result<std::vector<Event>> {
        missing = TRY(first_missing(tx, subscribers_));
        after = put_ ? *put_ : missing ? *missing - 1 : TRY(last_position(tx));
        return events_after(tx, after, events_at_once);
    }));
    if (is_lost(missing)) {
        put_.reset();
        return Turn::worked;
    }
    put_.reset();
    if (!events.empty()) TRY(nats_.put(events));
    put_ = events.empty() ? after : events.back().position;
    return events.empty() ? Turn::idle : Turn::worked;
}

// Whether an event that is in the stream, as far as we know, has been lacking for so long.
bool Relay::is_lost(std::optional<std::int64_t> missing) {
    const auto now = weft::Clock::now();
    const bool stands_still = missing && missing == missing_ && put_ && *missing <= *put_;
    if (stands_still && now - missing_since_ < refill_after_) return false;
    missing_ = missing;
    missing_since_ = now;
    return stands_still;
}

Result<bool> Relay::hold() {
    const auto now = weft::Clock::now();
    if (held_ && now - *held_ < lease_ / 3) return true;
    const auto fence = TRY(
        db_.transact([&](db::Tx& tx) { return db::hold_lease(tx, lease_name, holder_, lease_); }));
    held_ = fence ? std::optional(now) : std::nullopt;
    return fence.has_value();
}

void Relay::leave() {
    (void)db_.transact([&](db::Tx& tx) { return db::release_lease(tx, lease_name, holder_); });
    held_.reset();
    put_.reset();
}

}  // namespace cohort::events
