// SPDX-License-Identifier: Apache-2.0
// Runs the handlers of jobs. Several engines on one store, in one process or many, share the work
// and survive each other's end.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "weft/context.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/scope.h"

#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/kind.h"

namespace cohort::jobs {

struct EngineOptions {
    std::int64_t slots = 64;  ///< items in flight in this process
    /// How long the items of a killed process wait for another one. Renewed three times as often.
    std::chrono::milliseconds lease{15'000};
    std::chrono::milliseconds look_every{500};  ///< for what others have started
    /// No other process can work on this store (SQLite): what another left behind is taken over at
    /// once instead of after its lease.
    bool alone = false;
    std::uint64_t seed = std::random_device{}();  ///< of the pauses between attempts

    /// For tests of crashes: at the end nothing is given back.
    bool drop_everything_at_end = false;
};

class Engine {
  public:
    Engine(db::Db& db, const EngineOptions& options);

    /// Errors: a second kind of the same name, or after run(), is a contract breach.
    void add(Kind kind);

    /// Works until the ambient context ends; then running handlers are cancelled, and their items
    /// given back without counting the attempt.
    /// Cancels: throws Cancelled.
    void run();

    /// Whether people may pause, slow or cancel jobs of a kind.
    bool may_be_held(const std::string& kind) const;

    /// Works until nothing is left that could be done now. For tests and commands.
    void run_until_idle();

    /// Claims nothing from here on and waits for what is running.
    /// Errors: timeout/deadline. Then it goes on running, and run() may be ended.
    Result<void> drain(weft::Duration limit);

    /// Something was started in this process: looks at once.
    void nudge() noexcept { wake_.set(); }
    /// Something was cancelled in this process: looks at once.
    void obey() noexcept { steer_.set(); }

    struct Status {
        std::int64_t running = 0;
        std::int64_t ended = 0;       ///< verdicts stored since the start
        std::int64_t taken_over = 0;  ///< items of others that died
        std::int64_t lost_leases = 0;
        std::optional<Error> last_error;  ///< of the store, absent when it went well
    };
    Status status() const;

  private:
    using Key = std::pair<std::string, std::int64_t>;  // job, number
    struct Running {
        std::int64_t fence = 0;
        weft::CancelHandle cancel;
        bool is_cancelled = false;
    };
    struct Finished {
        Claimed item;
        Verdict verdict;
        int tries = 0;  // of storing it
    };
    struct Life;

    bool live(bool until_idle);
    bool begin(const std::string& epoch);
    void leave(const std::string& epoch);

    void keep_lease(Life& life);
    bool renew_once(Life& life);
    void take_over(const std::string& epoch, bool all);
    void cancel_running(const std::vector<JobId>& jobs);

    void work(Life& life, weft::Scope& scope, bool until_idle);
    bool turn(Life& life, weft::Scope& scope);
    std::vector<Appetite> appetites(const Life& life) const;
    Result<Claim> store_and_claim(Life& life, const std::vector<Finished>& batch,
                                  std::int64_t free);
    bool store_each(Life& life, std::vector<Finished> batch);
    void start(Life& life, weft::Scope& scope, Claim claim);
    void work_on(Life& life, const weft::Context& context, const Claimed& item);
    Result<Outcome> call(const Kind& kind, Work& work) const;

    std::vector<Finished> take_finished();
    void put_back(std::vector<Finished> batch);
    std::int64_t free_slots() const;
    bool is_idle() const;
    void note(std::optional<Error> error);
    std::uint64_t random();

    db::Db& db_;
    const EngineOptions options_;
    std::map<std::string, Kind> kinds_;
    bool started_ = false;

    weft::Event wake_{"jobs: work"};
    weft::Event steer_{"jobs: steering"};
    std::atomic<bool> draining_{false};
    weft::Event drained_{"jobs: drained"};

    mutable weft::Mutex mutex_{"jobs"};  // guards all below
    std::map<Key, Running> running_;
    std::vector<Finished> finished_;
    std::mt19937_64 random_;
    Status status_;
};

}  // namespace cohort::jobs
