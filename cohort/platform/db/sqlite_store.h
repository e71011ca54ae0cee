// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/context.h"
#include "weft/mutex.h"

#include "cohort/platform/db/data_folder.h"
#include "cohort/platform/db/sqlite_connection.h"
#include "cohort/platform/db/sqlite_writer.h"

namespace cohort::db {

/// The embedded store: one writer's thread, several readers, checkpoints on the side.
class SqliteStore final : public Backend {
  public:
    static Result<std::unique_ptr<SqliteStore>> open(const Options& options);
    ~SqliteStore() override;

    Result<void> write(Unit unit) override;
    Result<void> read(Unit unit) override;
    Result<void> check() override;
    Stats stats() const override;
    weft::Duration longest_wait() override;
    void close() override;

  private:
    struct Done {};
    struct Waiting : WriteUnit {
        explicit Waiting(weft::Sender<Done> sender) : done(std::move(sender)) {}
        weft::Sender<Done> done;
        weft::TimePoint since = weft::Clock::now();
    };
    using Reader = std::unique_ptr<SqliteConnection>;

    SqliteStore(const Options& options,
                std::pair<weft::Sender<Reader>, weft::Receiver<Reader>> readers);
    Result<void> open_writer();
    Result<void> open_readers();
    Result<Reader> open_reader() const;

    Result<void> enqueue(Waiting& unit);
    bool withdraw(Waiting& unit);
    void drain();
    bool take_batch(std::vector<Waiting*>& batch);
    void run_batch(const std::vector<Waiting*>& batch);

    Result<void> run_read(SqliteConnection& reader, Unit unit, const weft::Context& context);

    void note_wal(int frames);
    void after_batch();
    void checkpoint();
    void start_log_over(std::int64_t bytes);

    const Options options_;
    const std::string path_;
    std::unique_ptr<DataFolder> folder_;  // null when read-only

    // The writer's thread alone uses these two.
    std::unique_ptr<SqliteConnection> writing_;
    std::int64_t next_checkpoint_ = 0;  // WAL bytes

    weft::Mutex mutex_{"store queue"};
    std::deque<Waiting*> queue_;  // guarded by mutex_, like the next two
    bool draining_ = false;  // somebody has posted drain(), and it will look at the queue again
    bool closed_ = false;

    weft::Receiver<Reader> idle_;
    std::optional<weft::Sender<Reader>> give_back_;  // gone once the store is closed
    int readers_ = 0;
    std::atomic<std::int64_t> reading_{0};  // calls of read() under way

    std::unique_ptr<SqliteConnection> checkpointing_;  // the checkpointer's thread alone
    std::atomic<bool> checkpoint_wanted_{false};
    std::atomic<std::int64_t> wal_bytes_{0};

    struct Counters {
        std::atomic<std::int64_t> waiting{0};
        std::atomic<std::int64_t> units{0};
        std::atomic<std::int64_t> batches{0};
        std::atomic<std::int64_t> failed_batches{0};
        std::atomic<std::int64_t> refused{0};
        std::atomic<std::int64_t> reads{0};
        std::atomic<std::int64_t> checkpoints{0};
    } counters_;

    // Last: their threads end before what they use goes.
    std::optional<weft::PinnedThread> writer_;
    std::optional<weft::PinnedThread> checkpointer_;
};

}  // namespace cohort::db
