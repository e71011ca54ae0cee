// SPDX-License-Identifier: Apache-2.0
// The store. A write is one transaction; its success is reported after it is durable, never
// before.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "weft/event.h"
#include "weft/time.h"

#include "cohort/platform/db/tx.h"

namespace cohort::db {

/// How safe a commit is. Everything but `full` may lose acknowledged writes when the power fails;
/// the others exist so that the tests can show that they would notice.
enum class Synchronous : std::uint8_t { off, normal, full };

struct Options {
    std::string folder;    ///< holds cohort.db, its WAL and the lock; created when absent
    std::string postgres;  ///< a PostgreSQL database instead: a URI as libpq reads it

    int readers = 4;           ///< connections for read()
    int writers = 16;          ///< connections for transact(); SQLite has one
    std::size_t queue = 4096;  ///< units waiting for the writer; beyond it: unavailable at once
    std::size_t batch = 256;   ///< units in one commit at most
    std::size_t read_queue = 4096;  ///< reads waiting for a connection; beyond it: unavailable

    /// How long PostgreSQL is asked what became of a commit whose answer was lost.
    std::chrono::milliseconds outcome_patience{30'000};

    std::int64_t checkpoint_bytes = 4 << 20;  ///< WAL size that starts a checkpoint on the side
    std::int64_t wal_limit_bytes = 64 << 20;  ///< WAL size at which writing waits for a checkpoint

    bool read_only = false;  ///< takes no lock, only read() works: for a look beside a server
    Synchronous synchronous = Synchronous::full;
    std::string vfs;  ///< SQLite VFS by name, for fault tests; empty: the system's
};

/// What the system page shows. Counters since the store was opened.
struct Stats {
    std::string kind;  ///< "sqlite" or "postgresql"
    std::string path;
    std::int64_t bytes = 0;
    std::int64_t wal_bytes = 0;
    std::int64_t waiting = 0;         ///< units in the queue at this moment
    std::int64_t units = 0;           ///< committed: the sum over all commits of what each carried
    std::int64_t batches = 0;         ///< commits, each of one unit at least
    std::int64_t failed_batches = 0;  ///< commits that the file or the disk refused
    std::int64_t refused = 0;         ///< units and reads turned away because a queue was full
    std::int64_t repeated = 0;        ///< runs of a unit after its first: another was in its way
    std::int64_t reads = 0;
    std::int64_t checkpoints = 0;
};

/// What stands behind a Db: SQLite or PostgreSQL.
class Backend {
  public:
    /// A unit of work without its type.
    struct Unit {
        void* object;
        Result<void> (*call)(void* object, Tx& tx);
    };

    virtual ~Backend() = default;
    virtual Result<void> write(Unit unit) = 0;
    virtual Result<void> read(Unit unit) = 0;
    virtual Result<void> check() = 0;
    virtual Stats stats() const = 0;
    virtual weft::Duration longest_wait() = 0;
    virtual void close() = 0;
};

/// The store of one data folder. Safe from any goroutine or thread.
class Db {
  public:
    /// Opens or creates the store. Shape: SQLite's folder is locked until the Db goes; a database
    /// of PostgreSQL is shared.
    /// Errors: unavailable/store-locked names the process that holds the folder;
    /// unavailable/store-unreadable (not a database, another program's, damaged);
    /// unavailable/store-missing (the folder held a store, and its file is gone);
    /// unavailable/store-unreachable, unavailable/store-unsuitable (PostgreSQL);
    /// unavailable/store-io, unavailable/store-full.
    /// Blocks: the goroutine; call it once, before serving.
    static Result<std::unique_ptr<Db>> open(const Options& options);

    explicit Db(std::unique_ptr<Backend> backend) : backend_(std::move(backend)) {}
    ~Db() { backend_->close(); }

    /// Changes the store: `f(Tx&)` returns a Result<T> and is one unit of work, all or nothing.
    ///
    /// Shape:    returns f's result once it is durable. With SQLite `f` runs on the writer's thread
    ///           together with other units, in a savepoint of its own; its Error rolls back that
    ///           unit alone. With PostgreSQL it runs here, and again when another unit was in its
    ///           way, so it must set, not add to, what it captures.
    /// Errors:   those of f; unavailable/store-busy when the queue is full (nothing was done);
    ///           unavailable/store-* when the commit failed (nothing was acknowledged to anyone);
    ///           unavailable/store-outcome-unknown when PostgreSQL was lost in a commit and did not
    ///           come back.
    /// Blocks:   the goroutine. `f` itself may not park, and may not use the Db.
    /// Cancels:  a unit that has not started is withdrawn; once started (PostgreSQL: once its
    ///           commit has), the wait is shielded and the true outcome is returned.
    /// Ordering: what is committed is seen by every later read() and transact().
    template <class F>
    auto transact(F f) {
        bool rings = false;
        auto result = call(f, [this](Backend::Unit unit) { return backend_->write(unit); }, rings);
        if (result.ok() && rings) doorbell_.set();
        return result;
    }

    /// Set once a unit is durable that has called Tx::ring(), in this process.
    weft::Event& doorbell() noexcept { return doorbell_; }

    /// Asks the store: `f(Tx&)` returns a Result<T> and sees one snapshot, whatever is written
    /// meanwhile.
    ///
    /// Errors:  those of f; unavailable/store-busy; unavailable/store-*.
    /// Blocks:  the goroutine. `f` runs on another thread, may not park and may not use the Db.
    /// Cancels: the query is interrupted and Cancelled thrown.
    template <class F>
    auto read(F f) {
        bool rings = false;
        return call(f, [this](Backend::Unit unit) { return backend_->read(unit); }, rings);
    }

    /// Whether the store can be used, looked up where it lies and not in what is kept in memory.
    ///
    /// Errors: unavailable/store-unreadable, unavailable/store-io and the like.
    /// Blocks: the goroutine, for a read from the disk.
    Result<void> check() { return backend_->check(); }

    Stats stats() const { return backend_->stats(); }

    /// How long the unit has waited that waits longest for its turn to change the store. 0: none
    /// waits.
    weft::Duration longest_wait() { return backend_->longest_wait(); }

    /// Refuses new units, waits for those that wait, checkpoints and gives the folder free. Called
    /// by the destructor; twice is once.
    void close() { backend_->close(); }

  private:
    template <class F, class Send>
    static auto call(F& f, Send send, bool& rings) {
        using R = std::invoke_result_t<F&, Tx&>;
        static_assert(weft::IsResult<R>::value, "a unit of work returns a Result");
        struct Frame {
            F& f;
            std::optional<R> result;
            bool& rings;
        } frame{f, std::nullopt, rings};
        auto outcome = send({&frame, [](void* object, Tx& tx) -> Result<void> {
                                 auto& self = *static_cast<Frame*>(object);
                                 self.result.emplace(self.f(tx));
                                 self.rings = tx.rings();
                                 if (!*self.result) return self.result->error();
                                 return {};
                             }});
        if (!outcome) return R(std::move(outcome).error());
        ENSURE(frame.result.has_value(), "a unit of work that succeeded ran its function");
        return std::move(*frame.result);
    }

    std::unique_ptr<Backend> backend_;
    weft::Event doorbell_{"store: doorbell"};
};

}  // namespace cohort::db
