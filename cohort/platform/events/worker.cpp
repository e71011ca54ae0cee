// SPDX-License-Identifier: Apache-2.0
// What is to be done is read first and done in a transaction of its own. In between another process
// may have had the lease and changed what waits: then the lease has another fence, and we read
// again.
#include "cohort/platform/events/worker.h"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include "cohort/platform/db/lease.h"

namespace cohort::events {

namespace {

constexpr std::int64_t deliveries_at_once = 50;

bool is_of_store(const Error& error) {
    return error.kind == ErrorKind::unavailable && error.code.starts_with("store-");
}

}  // namespace

Worker::Worker(db::Db& db, Subscriber subscriber, const WorkerOptions& options, std::string holder,
               std::uint64_t seed)
    : db_(db),
      subscriber_(std::move(subscriber)),
      options_(options),
      holder_(std::move(holder)),
      lease_(std::string("events: ") + subscriber_.name),
      random_(seed) {
    ENSURE(options.tries > 0 && subscriber_.act, "a subscriber tries, and acts");
}

Result<Worker::Turn> Worker::turn(std::int64_t up_to) {
    auto to_do = TRY(db_.read(
        [&](db::Tx& tx) { return todo(tx, subscriber_.name, up_to, deliveries_at_once); }));
    if (!to_do.is_news) return Turn::idle;
    auto done = deliver(to_do.deliveries, to_do.until);
    // Somebody's effect cannot be stored: the others' can, and that one is tried again later.
    if (!done && !is_of_store(done.error())) done = deliver_each(to_do);
    return TRY(std::move(done)) == Lease::elsewhere ? Turn::elsewhere : Turn::worked;
}

Result<Worker::Lease> Worker::deliver(std::span<const Delivery> some, std::int64_t until) {
    return under_lease([&](db::Tx& tx) -> Result<void> {
        for (const Delivery& delivery : some) TRY(act(tx, delivery));
        return move_to(tx, subscriber_.name, until);
    });
}

Result<Worker::Lease> Worker::deliver_each(Todo& to_do) {
    std::set<std::string> troubled;
    for (Delivery& delivery : to_do.deliveries) {
        const Event& event = delivery.event;
        if (!delivery.is_again && troubled.contains(event.key)) delivery.is_behind = true;
        // What waits is behind the position already.
        auto done = deliver({&delivery, 1}, delivery.is_again ? 0 : event.position);
        if (!done && !is_of_store(done.error())) {
            troubled.insert(event.key);
            done = put_off(delivery, done.error());
        }
        if (TRY(done) != Lease::kept) return done;
    }
    return deliver({}, to_do.until);
}

Result<Worker::Lease> Worker::put_off(const Delivery& delivery, const Error& error) {
    const auto wait = pause_after(delivery.tries + 1);
    return under_lease([&](db::Tx& tx) -> Result<void> {
        TRY(events::put_off(tx, subscriber_.name, delivery, error, wait));
        if (delivery.is_again) return {};
        return move_to(tx, subscriber_.name, delivery.event.position);
    });
}

// `f` runs only when nobody else had the lease since the last time it was ours.
template <class F>
Result<Worker::Lease> Worker::under_lease(F f) {
    const auto fence = TRY(db_.transact([&](db::Tx& tx) -> Result<std::optional<std::int64_t>> {
        const auto held = TRY(db::hold_lease(tx, lease_, holder_, options_.lease));
        if (held && held == fence_) TRY(f(tx));
        return held;
    }));
    const auto before = std::exchange(fence_, fence);
    if (!fence) return Lease::elsewhere;
    return fence == before ? Lease::kept : Lease::taken;
}

Result<void> Worker::act(db::Tx& tx, const Delivery& delivery) const {
    if (delivery.is_behind) return put_behind(tx, subscriber_.name, delivery);
    if (!TRY(take(tx, subscriber_.name, delivery))) return {};
    return call(tx, delivery.event);
}

Result<void> Worker::call(db::Tx& tx, const Event& event) const {
    try {
        return subscriber_.act(tx, event);
    } catch (const std::exception& thrown) {
        // Its text may hold anything; what a person sees must not.
        return internal("subscriber-threw", "The subscriber ended by an exception.");
    }
}

// Full jitter, so that those that failed together do not come together again. Nothing: it was the
// last try.
std::optional<std::chrono::milliseconds> Worker::pause_after(std::int64_t tries) {
    if (tries >= options_.tries) return std::nullopt;
    const auto doublings = std::clamp<std::int64_t>(tries - 1, 0, 30);
    const auto most =
        std::min(options_.pause_cap.count(), options_.pause_base.count() << doublings);
    return std::chrono::milliseconds(random_() % (static_cast<std::uint64_t>(most) + 1));
}

Result<bool> Worker::hold() {
    return TRY(under_lease([](db::Tx&) -> Result<void> { return {}; })) != Lease::elsewhere;
}

void Worker::leave() {
    (void)db_.transact([&](db::Tx& tx) { return db::release_lease(tx, lease_, holder_); });
    fence_.reset();
}

}  // namespace cohort::events
