// SPDX-License-Identifier: Apache-2.0
// One goroutine alone talks to the ledger: it stores what has ended and claims what is next, in one
// transaction a turn. While that commits more ends, so turns grow with the load and no two of them
// are in each other's way. A second goroutine renews the lease and hears what is to be cancelled.
#include "cohort/platform/jobs/engine.h"

#include <algorithm>
#include <exception>
#include <mutex>

#include "weft/time.h"

#include "cohort/base/id.h"
#include "cohort/platform/jobs/ledger.h"

namespace cohort::jobs {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t verdicts_a_turn = 256;
constexpr auto pause_after_failure = 250ms;
constexpr int tries_together = 3;

bool is_of_store(const Error& error) {
    return error.kind == ErrorKind::unavailable && error.code.starts_with("store-");
}

}  // namespace

// One start as a worker; a worker that lost its lease begins another.
struct Engine::Life {
    std::string epoch = new_uuid();
    std::map<std::string, std::string> after = {};  // by kind: the lane that was served last
    std::size_t first_kind = 0;
    weft::TimePoint renewed = weft::Clock::now();
    bool lost = false;  // written by the goroutine of the lease before it ends the scope
    std::atomic<bool> is_suspect{false};  // the ledger knew this worker no more
};

Engine::Engine(db::Db& db, const EngineOptions& options)
    : db_(db), options_(options), random_(options.seed) {
    ENSURE(options.slots > 0 && options.lease >= 3ms, "an engine has slots and a lease");
}

void Engine::add(Kind kind) {
    ENSURE(!started_ && kind.run && !kind.name.empty(), "kinds are complete and come first");
    std::string name = kind.name;
    ENSURE(kinds_.emplace(std::move(name), std::move(kind)).second, "a kind is added once");
}

bool Engine::may_be_held(const std::string& kind) const {
    const auto found = kinds_.find(kind);
    return found == kinds_.end() || found->second.may_be_held;
}

void Engine::run() {
    started_ = true;
    while (live(false)) {
    }
}

void Engine::run_until_idle() {
    started_ = true;
    while (live(true)) {
    }
}

// Shape: whether the lease was lost and another life is wanted.
bool Engine::live(bool until_idle) {
    Life life;
    while (!begin(life.epoch)) weft::sleep(pause_after_failure);
    struct Leave {
        Engine& engine;
        const Life& life;
        ~Leave() {
            weft::shield([this] {
                if (!engine.options_.drop_everything_at_end && !life.lost) engine.leave(life.epoch);
                const std::lock_guard lock(engine.mutex_);
                engine.running_.clear();
                engine.finished_.clear();
            });
        }
    };
    const Leave leave{*this, life};
    weft::scope([&](weft::Scope& s) {
        s.go("job lease", [&] {
            keep_lease(life);
            s.cancel();
        });
        work(life, s, until_idle);
        s.cancel();
    });
    return life.lost;
}

bool Engine::begin(const std::string& epoch) {
    const auto entered = db_.transact([&](db::Tx& tx) { return enter(tx, epoch, options_.lease); });
    note(entered ? std::nullopt : std::optional(entered.error()));
    if (entered) take_over(epoch, options_.alone);
    return entered.ok();
}

// What has ended is stored, the rest is given back.
void Engine::leave(const std::string& epoch) {
    std::vector<Ended> ended;
    for (Finished& one : take_finished())
        ended.push_back({one.item.job, one.item.number, one.item.fence, std::move(one.verdict)});
    (void)db_.transact([&](db::Tx& tx) { return end(tx, epoch, ended); });
    (void)db_.transact([&](db::Tx& tx) { return take_back(tx, epoch, Leave::orderly); });
}

// --- the lease ----------------------------------------------------------------------------

void Engine::keep_lease(Life& life) {
    auto next = weft::Clock::now() + options_.lease / 3;
    for (;;) {
        const bool told = weft::deadline(next, [&] { steer_.wait(); }).ok();
        steer_.reset();
        if (told && !life.is_suspect) {
            const auto jobs = db_.read(being_cancelled);
            if (jobs) cancel_running(*jobs);
            continue;
        }
        life.is_suspect = false;
        if (!renew_once(life)) break;
        const auto length = status().last_error ? options_.lease / 15 : options_.lease / 3;
        next = weft::Clock::now() + length;
    }
    life.lost = true;
    const std::lock_guard lock(mutex_);
    ++status_.lost_leases;
}

// Shape: whether the worker is still one.
bool Engine::renew_once(Life& life) {
    std::vector<JobId> cancelled;
    const auto began = weft::Clock::now();
    const auto held = db_.transact([&](db::Tx& tx) -> Result<bool> {
        if (!TRY(renew(tx, life.epoch, options_.lease))) return false;
        cancelled = TRY(being_cancelled(tx));
        return true;
    });
    note(held ? std::nullopt : std::optional(held.error()));
    if (!held) return weft::Clock::now() - life.renewed < options_.lease;
    if (!*held) return false;
    life.renewed = began;
    cancel_running(cancelled);
    take_over(life.epoch, false);
    return true;
}

void Engine::take_over(const std::string& epoch, bool all) {
    const auto dead = db_.read([&](db::Tx& tx) { return dead_workers(tx, epoch, all); });
    if (!dead) return;
    for (const std::string& other : *dead) {
        const auto taken = db_.transact([&](db::Tx& tx) -> Result<std::int64_t> {
            // It may have renewed, or been taken over, since we looked.
            const auto still = TRY(dead_workers(tx, epoch, all));
            if (std::ranges::find(still, other) == still.end()) return std::int64_t{0};
            return take_back(tx, other, Leave::crashed);
        });
        if (!taken || *taken == 0) continue;
        {
            const std::lock_guard lock(mutex_);
            status_.taken_over += *taken;
        }
        wake_.set();
    }
}

void Engine::cancel_running(const std::vector<JobId>& jobs) {
    const std::lock_guard lock(mutex_);
    for (auto& [key, running] : running_) {
        if (running.is_cancelled || std::ranges::find(jobs, JobId{key.first}) == jobs.end())
            continue;
        running.is_cancelled = true;
        running.cancel.cancel(refused("job-cancelled", "The job is cancelled."));
    }
}

// --- turns --------------------------------------------------------------------------------

void Engine::work(Life& life, weft::Scope& scope, bool until_idle) {
    for (;;) {
        wake_.reset();
        while (turn(life, scope)) {
        }
        if (draining_ && is_idle()) drained_.set();
        if (until_idle && is_idle()) return;
        (void)weft::timeout(options_.look_every, [&] { wake_.wait(); });
    }
}

// Shape: whether there is more to do at once.
bool Engine::turn(Life& life, weft::Scope& scope) {
    auto batch = take_finished();
    const std::int64_t free = draining_ ? 0 : free_slots();
    if (batch.empty()) {
        if (free == 0) return false;
        const auto ready = db_.read([&](db::Tx& tx) { return is_any_ready(tx, appetites(life)); });
        note(ready ? std::nullopt : std::optional(ready.error()));
        if (!ready || !*ready) return false;
    }
    auto claim = store_and_claim(life, batch, free);
    if (claim) {
        const bool more = !claim->items.empty();
        start(life, scope, *std::move(claim));
        return more;
    }
    if (claim.error().code == "worker-lost") {
        put_back(std::move(batch));
        life.is_suspect = true;
        steer_.set();
        weft::sleep(pause_after_failure);
        return false;
    }
    const bool is_new =
        std::ranges::all_of(batch, [](const Finished& one) { return one.tries < tries_together; });
    if (batch.empty() || (is_of_store(claim.error()) && is_new)) {
        for (Finished& one : batch) ++one.tries;
        put_back(std::move(batch));
    } else if (store_each(life, std::move(batch))) {
        return true;
    }
    weft::sleep(pause_after_failure);
    return false;
}

std::vector<Appetite> Engine::appetites(const Life& life) const {
    std::vector<Appetite> all;
    for (const auto& [name, kind] : kinds_) {
        const auto after = life.after.find(name);
        all.push_back({.kind = name,
                       .slots = options_.slots,
                       .most = kind.most,
                       .most_of_lane = kind.most_of_site,
                       .after = after == life.after.end() ? "" : after->second});
    }
    if (!all.empty())
        std::ranges::rotate(
            all, all.begin() + static_cast<std::ptrdiff_t>(life.first_kind % all.size()));
    return all;
}

Result<Claim> Engine::store_and_claim(Life& life, const std::vector<Finished>& batch,
                                      std::int64_t free) {
    std::vector<Ended> ended;
    ended.reserve(batch.size());
    for (const Finished& one : batch)
        ended.push_back({one.item.job, one.item.number, one.item.fence, one.verdict});
    const auto wanted = appetites(life);
    std::int64_t stored = 0;
    auto claimed = db_.transact([&](db::Tx& tx) -> Result<Claim> {
        stored = ended.empty() ? 0 : TRY(end(tx, life.epoch, ended));
        if (free == 0) return Claim{};
        return claim(tx, life.epoch, wanted, free);
    });
    note(claimed ? std::nullopt : std::optional(claimed.error()));
    if (!claimed) return claimed;
    ++life.first_kind;
    for (const auto& [kind, lane] : claimed->after) life.after[kind] = lane;
    const std::lock_guard lock(mutex_);
    status_.ended += stored;
    return claimed;
}

// Somebody's effects cannot be stored: the others' can, and that one's error decides about it.
// Shape: whether all is stored.
bool Engine::store_each(Life& life, std::vector<Finished> batch) {
    bool all = true;
    for (Finished& one : batch) {
        const auto stored = [&](const Verdict& verdict) {
            return db_.transact([&](db::Tx& tx) {
                return end(tx, life.epoch,
                           {{one.item.job, one.item.number, one.item.fence, verdict}});
            });
        };
        auto done = stored(one.verdict);
        if (!done && !is_of_store(done.error())) {
            one.verdict =
                judge(kinds_.at(one.item.kind), one.item, std::move(done).error(), random());
            done = stored(one.verdict);
        }
        note(done ? std::nullopt : std::optional(done.error()));
        if (!done) {
            all = false;
            put_back({std::move(one)});
            continue;
        }
        const std::lock_guard lock(mutex_);
        status_.ended += *done;
    }
    return all;
}

// --- items --------------------------------------------------------------------------------

void Engine::start(Life& life, weft::Scope& scope, Claim claim) {
    for (Claimed& item : claim.items) {
        const auto [context, cancel] = weft::Context::current().with_cancel();
        {
            const std::lock_guard lock(mutex_);
            running_.insert_or_assign(Key{item.job.text, item.number}, Running{item.fence, cancel});
        }
        scope.go("job item", [this, &life, context = context, item = std::move(item)] {
            work_on(life, context, item);
        });
    }
}

void Engine::work_on(Life& life, const weft::Context& context, const Claimed& item) {
    const Kind& kind = kinds_.at(item.kind);
    const Key key{item.job.text, item.number};
    Work work(db_, life.epoch, item);
    Result<Outcome> ended = context.try_run([&] { return call(kind, work); });
    // The engine ends: what did not come to its own end is given back.
    if (!ended && weft::cancelled()) return;
    weft::shield([&] {
        Verdict verdict = judge(kind, work.claimed(), std::move(ended), random());
        const std::lock_guard lock(mutex_);
        const bool is_cancelled = running_.at(key).is_cancelled;
        if (is_cancelled && verdict.to != ItemState::done && !work.may_be_sent())
            verdict = {.to = ItemState::skipped, .code = "cancelled"};
        running_.erase(key);
        finished_.push_back({work.claimed(), std::move(verdict)});
    });
    wake_.set();
}

Result<Outcome> Engine::call(const Kind& kind, Work& work) const {
    try {
        if (!work.may_be_sent()) return kind.run(work);
        if (kind.ask) return kind.ask(work);
        return unknown("outcome-unknown", "It may have been sent, and nobody can be asked.");
    } catch (const std::exception& thrown) {
        // Its text may hold anything; what a person sees must not.
        return internal("handler-threw", "The handler ended by an exception.");
    }
}

std::vector<Engine::Finished> Engine::take_finished() {
    const std::lock_guard lock(mutex_);
    if (finished_.size() <= verdicts_a_turn) return std::exchange(finished_, {});
    const auto end = finished_.begin() + verdicts_a_turn;
    std::vector<Finished> batch(std::make_move_iterator(finished_.begin()),
                                std::make_move_iterator(end));
    finished_.erase(finished_.begin(), end);
    return batch;
}

void Engine::put_back(std::vector<Finished> batch) {
    const std::lock_guard lock(mutex_);
    finished_.insert(finished_.begin(), std::make_move_iterator(batch.begin()),
                     std::make_move_iterator(batch.end()));
}

std::int64_t Engine::free_slots() const {
    const std::lock_guard lock(mutex_);
    return options_.slots - static_cast<std::int64_t>(running_.size() + finished_.size());
}

bool Engine::is_idle() const {
    const std::lock_guard lock(mutex_);
    return running_.empty() && finished_.empty();
}

void Engine::note(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    status_.last_error = std::move(error);
}

std::uint64_t Engine::random() {
    return weft::shield([&] {
        const std::lock_guard lock(mutex_);
        return random_();
    });
}

Engine::Status Engine::status() const {
    const std::lock_guard lock(mutex_);
    Status status = status_;
    status.running = static_cast<std::int64_t>(running_.size());
    return status;
}

Result<void> Engine::drain(weft::Duration limit) {
    draining_ = true;
    wake_.set();
    return weft::timeout(limit, [&] { drained_.wait(); });
}

}  // namespace cohort::jobs
