// SPDX-License-Identifier: Apache-2.0
// Carries events to their subscribers. Several buses on one store, in one process or many, share
// the work and survive each other's end.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "weft/event.h"
#include "weft/mutex.h"

#include "cohort/platform/events/nats.h"
#include "cohort/platform/events/worker.h"

namespace cohort::events {

struct BusOptions {
    WorkerOptions work = {};
    std::chrono::milliseconds look_every{500};  ///< for what others have published
    std::optional<NatsOptions> nats = {};       ///< carries between store and subscribers
    /// What a subscriber has not taken so long after NATS had it is put there again.
    std::chrono::milliseconds refill_after{30'000};
    std::chrono::milliseconds kept = std::chrono::hours(24 * 30);
    /// No other process can work on this store (SQLite): what another left behind is taken over at
    /// once instead of after its lease.
    bool alone = false;
    std::uint64_t seed = std::random_device{}();  ///< of the pauses between tries

    /// For tests of crashes: at the end nothing is given back.
    bool drop_everything_at_end = false;
};

class Bus {
  public:
    Bus(db::Db& db, const BusOptions& options);
    ~Bus();

    /// Errors: a second subscriber of the same name, or after run(), is a contract breach.
    void add(Subscriber subscriber);

    /// Carries until the ambient context ends.
    /// Cancels: throws Cancelled; effects under way are there with their row in the inbox, or not.
    void run();

    /// Carries until nothing is left that could be done now. For tests and commands.
    void run_until_idle();

    /// Their names.
    std::vector<std::string> subscribers() const;

    struct Status {
        std::vector<Progress> subscribers;  ///< as it was some seconds ago
        std::int64_t failures = 0;  ///< how often it could not reach what it needs, since the start
    };
    Status status() const;

  private:
    struct Post;
    template <class Holder>
    class Leave;

    bool enter_all();
    void keep_numbering();
    void serve(Post& post);
    void keep_relaying(const NatsOptions& nats);
    void serve_from_nats(Post& post, const NatsOptions& nats);
    bool work_off(Worker& worker, std::int64_t up_to);
    void keep_looking();
    void keep_trimming();
    void wake_all();
    template <class T>
    bool went_well(const Result<T>& outcome);

    db::Db& db_;
    const BusOptions options_;
    const std::string holder_;
    std::vector<std::unique_ptr<Post>> posts_;
    bool started_ = false;
    weft::Event relay_wake_{"events: to be relayed"};

    mutable weft::Mutex mutex_{"events"};
    Status status_;  // guarded by mutex_
};

}  // namespace cohort::events
