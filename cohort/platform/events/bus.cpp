// SPDX-License-Identifier: Apache-2.0
// One goroutine gives positions to what was published and wakes the others, one for each
// subscriber.
#include "cohort/platform/events/bus.h"

#include <algorithm>
#include <mutex>
#include <string_view>
#include <utility>

#include "weft/context.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "cohort/base/id.h"
#include "cohort/platform/events/relay.h"

namespace cohort::events {

namespace {

using namespace std::chrono_literals;

constexpr auto pause_after_failure = 250ms;
constexpr auto listen_at_once = 500ms;
constexpr auto progress_every = 5s;
constexpr auto trim_every = 1h;
constexpr std::int64_t trimmed_at_once = 500;

}  // namespace

// A subscriber, and what it waits for.
struct Bus::Post {
    Post(db::Db& db, Subscriber subscriber, const BusOptions& options, const std::string& holder,
         std::uint64_t seed)
        : worker(db, std::move(subscriber), options.work, holder, seed) {}

    Worker worker;
    weft::Event wake{"events: news"};
};

Bus::Bus(db::Db& db, const BusOptions& options)
    : db_(db), options_(options), holder_(options.alone ? "alone" : new_uuid()) {}

Bus::~Bus() = default;

void Bus::add(Subscriber subscriber) {
    ENSURE(!started_, "subscribers come first");
    const std::string_view name = subscriber.name;
    ENSURE(std::ranges::none_of(posts_,
                                [&](const auto& p) { return name == p->worker.subscriber().name; }),
           "a subscriber is added once");
    posts_.push_back(std::make_unique<Post>(db_, std::move(subscriber), options_, holder_,
                                            options_.seed + posts_.size()));
}

template <class T>
bool Bus::went_well(const Result<T>& outcome) {
    if (!outcome) {
        const std::lock_guard lock(mutex_);
        ++status_.failures;
    }
    return outcome.ok();
}

std::vector<std::string> Bus::subscribers() const {
    std::vector<std::string> names;
    for (const auto& post : posts_) names.emplace_back(post->worker.subscriber().name);
    return names;
}

bool Bus::enter_all() {
    started_ = true;
    const auto entered = db_.transact([&](db::Tx& tx) -> Result<void> {
        for (const auto& post : posts_) {
            const Subscriber& who = post->worker.subscriber();
            TRY(enter(tx, who.name, who.topic));
        }
        return {};
    });
    return went_well(entered);
}

void Bus::run() {
    while (!enter_all()) weft::sleep(pause_after_failure);
    weft::scope([&](weft::Scope& s) {
        s.go("event numbers", [this] { keep_numbering(); });
        s.go("event progress", [this] { keep_looking(); });
        s.go("old events", [this] { keep_trimming(); });
        const auto& nats = options_.nats;
        if (nats) s.go("event relay", [this, &nats = *nats] { keep_relaying(nats); });
        for (const auto& post : posts_) {
            const char* const name = post->worker.subscriber().name;
            if (nats)
                s.go(name, [this, &post = *post, &nats = *nats] { serve_from_nats(post, nats); });
            else
                s.go(name, [this, &post = *post] { serve(post); });
        }
    });
}

void Bus::run_until_idle() {
    while (!enter_all()) weft::sleep(pause_after_failure);
    for (bool more = true; more;) {
        const auto numbered = number_some(db_);
        more = numbered && *numbered > 0;
        for (const auto& post : posts_) {
            const auto turned = post->worker.turn();
            more = more || (turned && *turned == Worker::Turn::worked);
        }
    }
}

void Bus::keep_numbering() {
    weft::Event& bell = db_.doorbell();
    for (;;) {
        bell.reset();
        auto numbered = number_some(db_);
        while (went_well(numbered) && *numbered > 0) {
            wake_all();
            numbered = number_some(db_);
        }
        wake_all();  // also for what others have numbered, and what is to be tried again
        (void)weft::timeout(options_.look_every, [&] { bell.wait(); });
    }
}

void Bus::wake_all() {
    for (const auto& post : posts_) post->wake.set();
    relay_wake_.set();
}

// Gives the lease back, so that nobody need wait for its end.
template <class Holder>
class Bus::Leave {
  public:
    Leave(const Bus& bus, Holder& holder) : bus_(bus), holder_(holder) {}
    Leave(const Leave&) = delete;
    Leave& operator=(const Leave&) = delete;
    ~Leave() {
        if (bus_.options_.drop_everything_at_end) return;
        weft::shield([this] { holder_.leave(); });
    }

  private:
    const Bus& bus_;
    Holder& holder_;
};

// Shape: whether all that could be done now is done.
bool Bus::work_off(Worker& worker, std::int64_t up_to) {
    auto turned = worker.turn(up_to);
    while (went_well(turned) && *turned == Worker::Turn::worked) turned = worker.turn(up_to);
    return turned && *turned == Worker::Turn::idle;
}

void Bus::serve(Post& post) {
    const Leave leave(*this, post.worker);
    for (;;) {
        post.wake.reset();
        work_off(post.worker, every_position);
        post.wake.wait();
    }
}

// --- through NATS -------------------------------------------------------------------------

void Bus::keep_relaying(const NatsOptions& nats) {
    Relay relay(db_, nats, subscribers(), holder_, options_.work.lease, options_.refill_after);
    const Leave leave(*this, relay);
    for (;;) {
        relay_wake_.reset();
        auto turned = relay.turn();
        while (went_well(turned) && *turned == Relay::Turn::worked) turned = relay.turn();
        if (turned)
            relay_wake_.wait();
        else
            weft::sleep(pause_after_failure);
    }
}

// Only who has the lease listens, so that a subscriber's events come to one process, in their
// order.
void Bus::serve_from_nats(Post& post, const NatsOptions& nats) {
    const Subscriber& subscriber = post.worker.subscriber();
    NatsFeed feed(nats, subscriber.name, subscriber.topic);
    const Leave leave(*this, post.worker);
    for (;;) {
        const auto held = post.worker.hold();
        if (!went_well(held) || !*held) {
            weft::sleep(options_.look_every);
            continue;
        }
        const auto told = feed.hear(listen_at_once);
        if (!went_well(told)) weft::sleep(pause_after_failure);
        if (work_off(post.worker, told ? *told : 0))
            feed.acknowledge();
        else
            feed.decline();
    }
}

void Bus::keep_looking() {
    for (;;) {
        if (auto seen = db_.read(progress)) {
            const std::lock_guard lock(mutex_);
            status_.subscribers = *std::move(seen);
        }
        weft::sleep(progress_every);
    }
}

void Bus::keep_trimming() {
    for (;;) {
        for (bool more = enter_all(); more;) {
            const auto gone = trim(db_, options_.kept, trimmed_at_once);
            more = gone && *gone == trimmed_at_once;
        }
        weft::sleep(trim_every);
    }
}

Bus::Status Bus::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

}  // namespace cohort::events
