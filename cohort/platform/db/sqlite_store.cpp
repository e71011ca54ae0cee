// SPDX-License-Identifier: Apache-2.0
// Group commit by draining: the writer's thread takes whoever waits, commits them together, tells
// them, and looks again; while it waits for the disk the next batch gathers, so batches grow with
// the load and no timer is needed. A unit lives on its caller's stack. It is the queue's until the
// writer takes it (until then its caller may withdraw it) and the writer's until `done` is sent,
// which is the last time anybody but the caller touches it.
#include "cohort/platform/db/sqlite_store.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>

#include "weft/no_park.h"
#include "weft/wake_together.h"

namespace cohort::db {

namespace {

constexpr int application_id = 0x436f6874;  // "Coht": whose file this is
constexpr int wal_frame_extra = 24;         // bytes beside each page
constexpr int page_bytes = 4096;
constexpr int steps_between_looks = 2000;  // of SQLite's virtual machine: some 50 µs
constexpr int patience_ms = 1000;          // of a full checkpoint with readers

Error closed_error() {
    return unavailable("store-closed", "the store is being closed");
}

Error unreadable(const std::string& path, const Error& cause) {
    return unavailable(cause.code,
                       "cannot use the store " + path + " (" + cause.text +
                           "): restore it from a backup, or move it away to start an empty one");
}

std::int64_t size_of(const std::string& path) {
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(path, failed);
    return failed ? 0 : static_cast<std::int64_t>(bytes);
}

}  // namespace

// --- opening and closing ------------------------------------------------------------------

SqliteStore::SqliteStore(const Options& options,
                         std::pair<weft::Sender<Reader>, weft::Receiver<Reader>> readers)
    : options_(options),
      path_(DataFolder::store_file(options.folder)),
      idle_(std::move(readers.second)),
      give_back_(std::move(readers.first)) {}

SqliteStore::~SqliteStore() {
    close();
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const Options& options) {
    ENSURE(options.readers > 0 && options.batch > 0, "a store has readers and batches");
    std::unique_ptr<SqliteStore> store(new SqliteStore(
        options,
        weft::channel<Reader>(static_cast<std::size_t>(options.readers), "store readers")));
    if (!options.read_only) {
        store->folder_ = TRY(DataFolder::hold(options.folder));
        if (auto opened = store->open_writer(); !opened)
            return unreadable(store->path_, opened.error());
        TRY(store->folder_->remember_store());
        store->writer_.emplace("store writer");
        store->checkpointer_.emplace("store check");
    }
    if (auto opened = store->open_readers(); !opened)
        return unreadable(store->path_, opened.error());
    return store;
}

Result<void> SqliteStore::open_writer() {
    using Access = SqliteConnection::Access;
    writing_ = TRY(SqliteConnection::open(path_, Access::read_write, options_));
    const auto owner = TRY(writing_->number("PRAGMA application_id"));
    const auto tables = TRY(writing_->number("SELECT count(*) FROM sqlite_schema"));
    if (owner != application_id && (owner != 0 || tables != 0))
        return unavailable("store-unreadable", "the file belongs to another program");
    const auto wal = writing_->script("PRAGMA journal_mode = WAL");
    if (wal.error) return *wal.error;
    if (owner == 0) {
        const auto marked =
            writing_->script("PRAGMA application_id = " + std::to_string(application_id));
        if (marked.error) return *marked.error;
    }
    // The hook replaces SQLite's own checkpoints, which would make a commit wait.
    sqlite3_wal_hook(
        writing_->handle(),
        [](void* store, sqlite3*, const char*, int frames) {
            static_cast<SqliteStore*>(store)->note_wal(frames);
            return SQLITE_OK;
        },
        this);
    next_checkpoint_ = options_.checkpoint_bytes;
    checkpointing_ = TRY(SqliteConnection::open(path_, Access::read_write, options_));
    sqlite3_wal_autocheckpoint(checkpointing_->handle(), 0);
    return {};
}

Result<void> SqliteStore::open_readers() {
    ENSURE(give_back_.has_value(), "a store is opened once");
    for (int i = 0; i < options_.readers; ++i) {
        (void)give_back_->try_send(TRY(open_reader()));
        ++readers_;
    }
    return {};
}

Result<SqliteStore::Reader> SqliteStore::open_reader() const {
    auto reader = TRY(SqliteConnection::open(path_, SqliteConnection::Access::read_only, options_));
    const auto owner = TRY(reader->number("PRAGMA application_id"));
    if (owner != application_id)
        return unavailable("store-unreadable", "the file is not a store of this program");
    return reader;
}

void SqliteStore::close() {
    weft::shield([this] {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return;
            closed_ = true;
        }
        if (writer_) writer_->call([] {});  // after every drain() that was posted
        if (checkpointer_) checkpointer_->call([] {});
        // Those that are out come back, after who already waits for one; who comes later sees the
        // end of the channel.
        std::vector<std::optional<Reader>> readers;
        for (; readers_ > 0; --readers_) readers.push_back(idle_.recv());
        give_back_.reset();
        writer_.reset();
        checkpointer_.reset();
        weft::blocking("close the store", [&] {
            readers.clear();
            checkpointing_.reset();
            writing_.reset();  // the last connection: checkpoints and removes the WAL
            folder_.reset();
        });
    });
}

// --- writing ------------------------------------------------------------------------------

Result<void> SqliteStore::write(Unit unit) {
    if (options_.read_only)
        return refused("store-read-only", "the store was opened for reading only");
    auto [done, finished] = weft::channel<Done>(1, "commit");
    Waiting waiting(std::move(done));
    waiting.body = unit;
    TRY(enqueue(waiting));
    bool cancelled = false;
    try {
        (void)finished.recv();
    } catch (const weft::Cancelled&) {
        if (withdraw(waiting)) throw;
        cancelled = true;  // it runs: what becomes of it is to be known
    }
    if (cancelled) weft::shield([&] { (void)finished.recv(); });
    if (waiting.thrown) std::rethrow_exception(waiting.thrown);
    return std::move(waiting.outcome);
}

Result<void> SqliteStore::enqueue(Waiting& unit) {
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return closed_error();
        if (queue_.size() >= options_.queue) {
            counters_.refused.fetch_add(1, std::memory_order_relaxed);
            return unavailable("store-busy", "too many changes wait to be stored: try again");
        }
        queue_.push_back(&unit);
        counters_.waiting.store(static_cast<std::int64_t>(queue_.size()),
                                std::memory_order_relaxed);
        wake = !std::exchange(draining_, true);
    }
    if (wake) writer_->post([this] { drain(); });
    return {};
}

bool SqliteStore::withdraw(Waiting& unit) {
    return weft::shield([&] {
        const std::lock_guard lock(mutex_);
        const auto found = std::find(queue_.begin(), queue_.end(), &unit);
        if (found == queue_.end()) return false;
        queue_.erase(found);
        counters_.waiting.store(static_cast<std::int64_t>(queue_.size()),
                                std::memory_order_relaxed);
        return true;
    });
}

bool SqliteStore::take_batch(std::vector<Waiting*>& batch) {
    const std::lock_guard lock(mutex_);
    batch.clear();
    while (!queue_.empty() && batch.size() < options_.batch) {
        batch.push_back(queue_.front());
        queue_.pop_front();
    }
    counters_.waiting.store(static_cast<std::int64_t>(queue_.size()), std::memory_order_relaxed);
    if (batch.empty()) draining_ = false;
    return !batch.empty();
}

// On the writer's thread.
void SqliteStore::drain() {
    std::vector<Waiting*> batch;
    while (take_batch(batch)) {
        run_batch(batch);
        after_batch();
    }
}

void SqliteStore::run_batch(const std::vector<Waiting*>& batch) {
    bool committed = false;
    {
        const weft::NoPark no_park;
        const std::vector<WriteUnit*> units(batch.begin(), batch.end());
        committed = SqliteWriter(*writing_).run(units);
    }
    // A batch of which every unit was refused by its own rule is rolled back: no commit, no unit.
    const auto good = std::count_if(batch.begin(), batch.end(),
                                    [](const Waiting* unit) { return unit->outcome.ok(); });
    counters_.batches.fetch_add(good > 0 ? 1 : 0, std::memory_order_relaxed);
    counters_.failed_batches.fetch_add(committed ? 0 : 1, std::memory_order_relaxed);
    counters_.units.fetch_add(good, std::memory_order_relaxed);
    const weft::WakeTogether together;
    for (Waiting* unit : batch) {
        auto done = std::move(unit->done);  // the unit may be gone before try_send returns
        (void)done.try_send(Done{});
    }
}

// --- the write-ahead log ------------------------------------------------------------------

void SqliteStore::note_wal(int frames) {
    wal_bytes_.store(std::int64_t{frames} * (page_bytes + wal_frame_extra),
                     std::memory_order_relaxed);
}

// Copying the log into the file is the checkpointer's work while commits go on. Under steady load
// it never catches up with the last commit, so the log would never start from its beginning again:
// beyond the limit the writer itself does the little that is left, once.
void SqliteStore::after_batch() {
    const std::int64_t bytes = wal_bytes_.load(std::memory_order_relaxed);
    if (bytes < next_checkpoint_ - options_.checkpoint_bytes)
        next_checkpoint_ = options_.checkpoint_bytes;  // it has started from its beginning
    if (bytes < next_checkpoint_) return;
    next_checkpoint_ = bytes + options_.checkpoint_bytes;
    if (bytes >= options_.wal_limit_bytes) return start_log_over(bytes);
    next_checkpoint_ = std::min(next_checkpoint_, options_.wal_limit_bytes);
    if (checkpointer_ && !checkpoint_wanted_.exchange(true))
        checkpointer_->post([this] { checkpoint(); });
}

// The log keeps its length: to write over what is there costs the disk less than to grow a file
// again. One that a single unit has made far longer is cut.
void SqliteStore::start_log_over(std::int64_t bytes) {
    const int how = bytes < 2 * options_.wal_limit_bytes ? SQLITE_CHECKPOINT_RESTART
                                                         : SQLITE_CHECKPOINT_TRUNCATE;
    sqlite3* const handle = writing_->handle();
    sqlite3_busy_timeout(handle, patience_ms);
    if (sqlite3_wal_checkpoint_v2(handle, nullptr, how, nullptr, nullptr) == SQLITE_OK)
        wal_bytes_.store(0, std::memory_order_relaxed);
    sqlite3_busy_timeout(handle, SqliteConnection::busy_ms);
    counters_.checkpoints.fetch_add(1, std::memory_order_relaxed);
}

// On the checkpointer's thread. A failure is no loss: the log still has everything.
void SqliteStore::checkpoint() {
    sqlite3_wal_checkpoint_v2(checkpointing_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                              nullptr);
    counters_.checkpoints.fetch_add(1, std::memory_order_relaxed);
    checkpoint_wanted_.store(false);
}

// --- reading ------------------------------------------------------------------------------

Result<void> SqliteStore::read(Unit unit) {
    struct Count {
        std::atomic<std::int64_t>& calls;
        ~Count() { calls.fetch_sub(1); }
    };
    const auto limit = static_cast<std::int64_t>(options_.read_queue) + options_.readers;
    const std::int64_t before = reading_.fetch_add(1);
    const Count count{reading_};
    if (before >= limit) {
        counters_.refused.fetch_add(1, std::memory_order_relaxed);
        return unavailable("store-busy", "too many questions wait for the store: try again");
    }
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return closed_error();
    }
    struct Loan {
        std::optional<weft::Sender<Reader>>& back;
        Reader reader;
        ~Loan() {
            if (reader && back) (void)back->try_send(std::move(reader));
        }
    };
    Loan loan{give_back_, nullptr};
    if (auto reader = idle_.recv()) loan.reader = std::move(*reader);
    if (!loan.reader) return closed_error();
    const auto context = weft::Context::current();
    auto outcome = weft::blocking_here([&] { return run_read(*loan.reader, unit, context); });
    if (!outcome && outcome.error().code == "interrupted") weft::checkpoint();
    counters_.reads.fetch_add(1, std::memory_order_relaxed);
    return outcome;
}

Result<void> SqliteStore::run_read(SqliteConnection& reader, Unit unit,
                                   const weft::Context& context) {
    // Asks now and then instead of sqlite3_interrupt, which may hit the next query.
    sqlite3_progress_handler(
        reader.handle(), steps_between_looks,
        [](void* c) { return static_cast<const weft::Context*>(c)->cancelled() ? 1 : 0; },
        const_cast<weft::Context*>(&context));
    struct End {
        SqliteConnection& reader;
        ~End() {
            sqlite3_progress_handler(reader.handle(), 0, nullptr, nullptr);
            if (reader.in_transaction()) reader.run("ROLLBACK", {}, nullptr, nullptr);
        }
    } end{reader};
    if (const auto begun = reader.run("BEGIN", {}, nullptr, nullptr); begun.error)
        return *begun.error;
    SqliteTx tx(reader);
    auto outcome = unit.call(unit.object, tx);
    if (const auto& failure = tx.failure(); outcome && failure) return *failure;
    return outcome;
}

// A connection of its own: those at work have pages in memory and would not see the file's end.
Result<void> SqliteStore::check() {
    return weft::blocking("store check", [&]() -> Result<void> {
        const weft::NoPark no_park;
        TRY(open_reader());
        return {};
    });
}

weft::Duration SqliteStore::longest_wait() {
    const std::lock_guard lock(mutex_);
    return queue_.empty() ? weft::Duration{} : weft::Clock::now() - queue_.front()->since;
}

Stats SqliteStore::stats() const {
    Stats stats;
    stats.kind = "sqlite";
    stats.path = path_;
    stats.bytes = size_of(path_);
    stats.wal_bytes = size_of(path_ + "-wal");
    stats.waiting = counters_.waiting.load();
    stats.units = counters_.units.load();
    stats.batches = counters_.batches.load();
    stats.failed_batches = counters_.failed_batches.load();
    stats.refused = counters_.refused.load();
    stats.reads = counters_.reads.load();
    stats.checkpoints = counters_.checkpoints.load();
    return stats;
}

}  // namespace cohort::db
