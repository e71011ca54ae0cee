// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/time.h"

#include "cohort/platform/db/postgres_connection.h"

namespace cohort::db {

/// A store that several servers share: as many connections as it may have, opened when they are
/// wanted.
class PostgresStore final : public Backend {
  public:
    static Result<std::unique_ptr<PostgresStore>> open(const Options& options);
    ~PostgresStore() override;

    Result<void> write(Unit unit) override;
    Result<void> read(Unit unit) override;
    Result<void> check() override;
    Stats stats() const override;
    weft::Duration longest_wait() override;
    void close() override;

  private:
    // A connection of a pool. It has a row of its own in the table `store_connection`, and every
    // transaction raises `last` there by one, so that after a lost answer to a COMMIT one can ask
    // what became of it.
    struct Place {
        std::unique_ptr<PostgresConnection> connection = {};  // null until it is wanted
        std::string id = {};
        std::int64_t last = 0;
        std::int64_t generation = 0;
    };
    struct Pool {
        Pool(const char* name, int size, std::size_t queue);
        Pool(std::pair<weft::Sender<Place>, weft::Receiver<Place>> places, int size,
             std::size_t queue);
        std::optional<weft::Sender<Place>> give_back;  // gone once the store is closed
        weft::Receiver<Place> idle;
        const int size;
        const std::int64_t limit;              // calls under way, waiting ones with them
        std::atomic<std::int64_t> calls{0};    // of units
        std::atomic<std::int64_t> waiting{0};  // for a connection
        std::atomic<weft::TimePoint> last_lent{weft::Clock::now()};
        std::atomic<weft::Duration> last_wait{};  // of who was lent one last
    };
    class Loan;
    // What one go came to; `again`: nothing was done, and the same may well succeed now.
    struct Went {
        Result<void> outcome;
        bool again = false;
    };

    explicit PostgresStore(const Options& options);
    Result<void> prepare();
    Result<std::unique_ptr<PostgresConnection>> connect() const;
    Result<void> make_ready(Place& place);
    template <class Go>
    Result<void> repeat(Pool& pool, Go go);

    Went go_write(Place& place, Unit unit);
    Went commit(Place& place);
    Went find_out(const Place& place);
    Result<bool> was_committed(const Place& place) const;
    Went go_read(Place& place, Unit unit);

    const Options options_;
    std::string where_;
    Pool writers_;
    Pool readers_;
    std::atomic<bool> closed_{false};
    std::atomic<std::int64_t> generation_{0};  // one more with each connection that was lost
    std::atomic<std::int64_t> bytes_{0};

    struct Counters {
        std::atomic<std::int64_t> units{0};
        std::atomic<std::int64_t> failed{0};
        std::atomic<std::int64_t> refused{0};
        std::atomic<std::int64_t> reads{0};
        std::atomic<std::int64_t> repeated{0};
    } counters_;
};

}  // namespace cohort::db
