// SPDX-License-Identifier: Apache-2.0
// A unit runs on its caller's goroutine in a serialisable transaction, so units see each other as
// they do in SQLite: one after the other. PostgreSQL finds out afterwards when that did not hold
// and refuses one of the two; it is run again here, and nowhere else.
//
// An answer to a COMMIT can be lost with the connection. Then the row that the transaction changed
// in `store_connection` decides: whoever raises it first, the transaction or who asks, has won, and
// the other can no longer succeed.
#include "cohort/platform/db/postgres_store.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "weft/context.h"
#include "weft/time.h"

#include "cohort/base/id.h"
#include "cohort/base/time.h"
#include "cohort/platform/db/postgres_tx.h"
#include "cohort/platform/db/postgres_values.h"

namespace cohort::db {

namespace {

using namespace std::chrono_literals;

constexpr auto connect_patience = 10s;
constexpr auto commit_patience = 30s;  // for the disk of the server
constexpr int runs_max = 40;
constexpr auto old_connection = std::chrono::hours(24 * 7);

constexpr const char* session =
    "SET synchronous_commit = on; SET timezone = 'UTC'; SET bytea_output = 'hex'; "
    "SET standard_conforming_strings = on; SET idle_in_transaction_session_timeout = '60s'; "
    "SET lock_timeout = '30s'";

// The lock: several servers may start at once.
constexpr const char* own_table =
    "BEGIN; SELECT pg_advisory_xact_lock(1131374708); "
    "CREATE TABLE IF NOT EXISTS store_connection "
    "(id TEXT PRIMARY KEY, last BIGINT NOT NULL, at BIGINT NOT NULL); "
    "CREATE OR REPLACE FUNCTION store_now() RETURNS BIGINT LANGUAGE sql STABLE AS "
    "'SELECT (extract(epoch FROM now()) * 1000)::bigint'; COMMIT";

Error closed_error() {
    return unavailable("store-closed", "the store is being closed");
}

// Full jitter, so that those who met do not meet again.
void pause_before(int run) {
    const auto most = std::uint64_t{1000} << std::min(run, 8);  // microseconds
    weft::sleep(std::chrono::microseconds(std::hash<std::string>()(new_uuid()) % most));
}

Result<void> no_error(const PostgresConnection::Outcome& outcome) {
    if (outcome.error) return *outcome.error;
    return {};
}

// What the database must be for the store to keep its promises.
Result<void> require(PostgresConnection& connection, bool durable) {
    const auto unsuitable = [](std::string why) {
        return unavailable("store-unsuitable", std::move(why));
    };
    if (TRY(connection.text("SELECT current_setting('server_version_num')::int / 10000")) < "14")
        return unsuitable("the server is older than PostgreSQL 14");
    if (TRY(connection.text("SHOW server_encoding")) != "UTF8")
        return unsuitable("the database's encoding is not UTF8");
    const auto collation =
        TRY(connection.text("SELECT datlocprovider::text || ' ' || datcollate FROM pg_database "
                            "WHERE datname = current_database()"));
    if (collation != "c C" && collation != "c POSIX")
        return unsuitable(
            "the database does not sort by bytes: create it with TEMPLATE template0 ENCODING "
            "'UTF8' LC_COLLATE 'C'");
    for (const char* setting : {"fsync", "full_page_writes"})
        if (durable && TRY(connection.text(std::string("SHOW ") + setting)) != "on")
            return unsuitable(std::string("the server runs with ") + setting +
                              " = off: it may lose what was stored");
    if (TRY(connection.text("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() "
                            "AND to_regclass('store_connection') IS NULL")) != "0")
        return unavailable("store-unreadable", "the database holds another program's tables");
    return {};
}

}  // namespace

// --- connections --------------------------------------------------------------------------

PostgresStore::Pool::Pool(const char* name, int size_, std::size_t queue)
    : Pool(weft::channel<Place>(static_cast<std::size_t>(size_), name), size_, queue) {}

PostgresStore::Pool::Pool(std::pair<weft::Sender<Place>, weft::Receiver<Place>> places, int size_,
                          std::size_t queue)
    : give_back(std::move(places.first)),
      idle(std::move(places.second)),
      size(size_),
      limit(static_cast<std::int64_t>(queue) + size_) {
    for (int i = 0; i < size; ++i) (void)give_back->try_send(Place{});
}

/// A place of a pool, given back at the end of the block.
class PostgresStore::Loan {
  public:
    explicit Loan(Pool& pool) : pool_(pool), place_(pool.idle.recv()) {}
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    ~Loan() {
        if (!place_) return;
        auto& connection = place_->connection;
        if (connection && !connection->healthy()) {
            if (!connection->broken()) weft::shield([&] { connection->cancel(); });
            connection.reset();
        }
        if (pool_.give_back) (void)pool_.give_back->try_send(std::move(*place_));
    }

    bool taken() const { return place_.has_value(); }  ///< false once the store is closed
    Place& place() {
        ENSURE(place_.has_value(), "a closed store lends nothing");
        return *place_;
    }

  private:
    Pool& pool_;
    std::optional<Place> place_;
};

PostgresStore::PostgresStore(const Options& options)
    : options_(options),
      writers_("store writers", options.writers, options.queue),
      readers_("store readers", options.readers, options.read_queue) {}

PostgresStore::~PostgresStore() {
    close();
}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const Options& options) {
    ENSURE(options.readers > 0 && options.writers > 0, "a store has connections");
    std::unique_ptr<PostgresStore> store(new PostgresStore(options));
    if (auto prepared = store->prepare(); !prepared) {
        Error error = std::move(prepared).error();
        error.text = "cannot use the store in PostgreSQL: " + error.text;
        return error;
    }
    return store;
}

Result<std::unique_ptr<PostgresConnection>> PostgresStore::connect() const {
    auto connection =
        TRY(PostgresConnection::connect(options_.postgres, weft::Clock::now() + connect_patience));
    TRY(no_error(connection->script(session)));
    return connection;
}

Result<void> PostgresStore::prepare() {
    const auto connection = TRY(connect());
    where_ = connection->where();
    TRY(require(*connection, options_.synchronous == Synchronous::full));
    if (options_.read_only) return {};
    TRY(no_error(connection->script(own_table)));
    const Values before{
        to_value(Instant{now().ms - std::chrono::milliseconds(old_connection).count()})};
    return no_error(
        connection->run("DELETE FROM store_connection WHERE at < ?", before, nullptr, nullptr));
}

Result<void> PostgresStore::make_ready(Place& place) {
    const std::int64_t generation = generation_.load();
    if (place.connection && place.generation == generation && !place.connection->worn()) return {};
    place = Place{.connection = TRY(connect()), .id = new_uuid(), .generation = generation};
    if (options_.read_only) return {};
    const Values row{to_value(place.id), to_value(now())};
    return no_error(place.connection->run(
        "INSERT INTO store_connection (id, last, at) VALUES (?, 0, ?)", row, nullptr, nullptr));
}

void PostgresStore::close() {
    weft::shield([this] {
        if (closed_.exchange(true)) return;
        for (Pool* pool : {&writers_, &readers_}) {
            // Those that are out come back, after who already waits for one; who comes later sees
            // the end of the channel.
            for (int i = 0; i < pool->size; ++i) (void)pool->idle.recv();
            pool->give_back.reset();
        }
    });
}

template <class Go>
Result<void> PostgresStore::repeat(Pool& pool, Go go) {
    struct Count {
        std::atomic<std::int64_t>& of;
        explicit Count(std::atomic<std::int64_t>& counted) : of(counted) { of.fetch_add(1); }
        ~Count() { of.fetch_sub(1); }
    };
    const Count call(pool.calls);
    if (pool.calls.load() > pool.limit) {
        counters_.refused.fetch_add(1, std::memory_order_relaxed);
        return unavailable("store-busy", "too many wait for the store: try again");
    }
    for (int run = 1;; ++run) {
        if (closed_.load()) return closed_error();
        const Went went = [&]() -> Went {
            const auto since = weft::Clock::now();
            std::optional<Count> waits(pool.waiting);
            Loan loan(pool);
            waits.reset();
            pool.last_lent.store(weft::Clock::now());
            pool.last_wait.store(weft::Clock::now() - since);
            if (!loan.taken()) return {closed_error()};
            if (auto ready = make_ready(loan.place()); !ready) return {ready};
            auto done = go(loan.place());
            if (loan.place().connection->broken()) generation_.fetch_add(1);
            return done;
        }();
        if (!went.again || run == runs_max) return went.outcome;
        counters_.repeated.fetch_add(1, std::memory_order_relaxed);
        pause_before(run);
    }
}

// --- writing ------------------------------------------------------------------------------

Result<void> PostgresStore::write(Unit unit) {
    if (options_.read_only)
        return refused("store-read-only", "the store was opened for reading only");
    return repeat(writers_, [&](Place& place) { return go_write(place, unit); });
}

PostgresStore::Went PostgresStore::go_write(Place& place, Unit unit) {
    PostgresConnection& connection = *place.connection;
    PostgresTx tx(connection, {{"BEGIN ISOLATION LEVEL SERIALIZABLE"},
                               {"UPDATE store_connection SET last = ?, at = ? WHERE id = ?",
                                {place.last + 1, to_value(now()), to_value(place.id)}}});
    struct Rollback {
        PostgresConnection& connection;
        bool wanted = true;
        ~Rollback() {
            if (!wanted) return;
            connection.forget_before();
            connection.send("ROLLBACK");
        }
    } rollback{connection};
    auto outcome = unit.call(unit.object, tx);
    // A failed statement dooms its unit even when the body looked away.
    if (const auto& failure = tx.failure(); outcome && failure) outcome = *failure;
    rollback.wanted = tx.begun() && !outcome;
    if (!outcome) return {std::move(outcome), connection.broken() || may_run_again(tx.state())};
    if (!tx.begun()) return {std::move(outcome)};
    // From here on it cannot be taken back: who leaves hears what became of it.
    return weft::shield([&] { return commit(place); });
}

PostgresStore::Went PostgresStore::commit(Place& place) {
    PostgresConnection& connection = *place.connection;
    connection.set_deadline(weft::Clock::now() + commit_patience);
    const auto done = connection.run("COMMIT", {}, nullptr, nullptr);
    connection.set_deadline(weft::TimePoint::max());
    if (!done.error) {
        ENSURE(done.done == "COMMIT", "a transaction without a failure is not rolled back");
        ++place.last;
        counters_.units.fetch_add(1, std::memory_order_relaxed);
        return {{}};
    }
    if (connection.broken() || done.error->kind == ErrorKind::unavailable)
        counters_.failed.fetch_add(1, std::memory_order_relaxed);
    if (connection.broken()) return find_out(place);
    connection.send("ROLLBACK");  // where a statement before it failed, it was passed over
    return {*done.error, may_run_again(done.state)};
}

// The answer to the COMMIT never came. Asks until the server is back.
PostgresStore::Went PostgresStore::find_out(const Place& place) {
    const auto until = weft::Clock::now() + options_.outcome_patience;
    for (int run = 1; weft::Clock::now() < until; ++run) {
        const auto committed = was_committed(place);
        if (committed && *committed) {
            counters_.units.fetch_add(1, std::memory_order_relaxed);
            return {{}};
        }
        if (committed)
            return {unavailable("store-unreachable", "nothing was saved: the connection was lost"),
                    true};
        pause_before(run);
    }
    return {unavailable("store-outcome-unknown",
                        "the store was lost while it saved this: look before sending it again")};
}

Result<bool> PostgresStore::was_committed(const Place& place) const {
    const auto connection = TRY(connect());
    // Waits for the row while the transaction still holds it.
    const Values mark{place.last + 1, to_value(place.id), place.last};
    const auto raised = connection->run(
        "UPDATE store_connection SET last = ? WHERE id = ? AND last = ?", mark, nullptr, nullptr);
    if (raised.error) return *raised.error;
    if (raised.changed == 1) return false;
    const Values row{to_value(place.id), place.last + 1};
    bool found = false;
    const auto looked = connection->run("SELECT 1 FROM store_connection WHERE id = ? AND last = ?",
                                        row, &found, [](void* object, Row&&) -> Result<void> {
                                            *static_cast<bool*>(object) = true;
                                            return {};
                                        });
    if (looked.error) return *looked.error;
    if (!found) return internal("store-sql", "the row of a connection is gone");
    return true;
}

// --- reading ------------------------------------------------------------------------------

Result<void> PostgresStore::read(Unit unit) {
    auto outcome = repeat(readers_, [&](Place& place) { return go_read(place, unit); });
    counters_.reads.fetch_add(1, std::memory_order_relaxed);
    return outcome;
}

PostgresStore::Went PostgresStore::go_read(Place& place, Unit unit) {
    PostgresConnection& connection = *place.connection;
    PostgresTx tx(connection, {{"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}});
    struct End {
        PostgresConnection& connection;
        PostgresTx& tx;
        ~End() {
            if (!tx.begun()) return;
            connection.forget_before();
            connection.send("ROLLBACK");
        }
    } const end{connection, tx};
    auto outcome = unit.call(unit.object, tx);
    if (outcome) outcome = tx.settle();  // only to hear that a question may change nothing
    if (const auto& failure = tx.failure(); outcome && failure) outcome = *failure;
    const bool again = !outcome && (connection.broken() || may_run_again(tx.state()));
    return {std::move(outcome), again};
}

// A connection of its own: those at work may be answered from what is kept in memory.
Result<void> PostgresStore::check() {
    const auto connection = TRY(connect());
    if (TRY(connection->text("SELECT pg_is_in_recovery()")) != "0")
        return unavailable("store-unreachable", "the server takes no changes: it follows another");
    const auto bytes = TRY(connection->text("SELECT pg_database_size(current_database())"));
    bytes_ = std::stoll(bytes);
    return {};
}

// Connections are lent in turn: whoever waits has waited about as long as the last who was lent
// one, or since then.
weft::Duration PostgresStore::longest_wait() {
    if (writers_.waiting.load() == 0) return {};
    return std::max(writers_.last_wait.load(), weft::Clock::now() - writers_.last_lent.load());
}

Stats PostgresStore::stats() const {
    Stats stats;
    stats.kind = "postgresql";
    stats.path = where_;
    stats.bytes = bytes_.load();
    stats.waiting = writers_.waiting.load();
    stats.units = counters_.units.load();
    stats.batches = stats.units;
    stats.failed_batches = counters_.failed.load();
    stats.refused = counters_.refused.load();
    stats.repeated = counters_.repeated.load();
    stats.reads = counters_.reads.load();
    return stats;
}

}  // namespace cohort::db
