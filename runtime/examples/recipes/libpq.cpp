// SPDX-License-Identifier: Apache-2.0
// PostgreSQL by libpq, without blocking: the goroutine parks on weft's poller while the server
// works. Reads PGHOST and the like from the environment, as libpq does.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <libpq-fe.h>
#include <memory>
#include <string>
#include <vector>

#include "weft/blocking.h"
#include "weft/cancelled.h"
#include "weft/context.h"
#include "weft/descriptor.h"
#include "weft/options.h"
#include "weft/run.h"
#include "weft/scope.h"

using namespace std::chrono_literals;

namespace {

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
    void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};
using Rows = std::unique_ptr<PGresult, Finish>;

/// One connection, for one goroutine at a time.
class Postgres {
  public:
    static weft::Result<Postgres> connect(const char* options);
    /// Runs one statement. When the context ends the server is told to stop, and the connection
    /// can be used again.
    weft::Result<Rows> query(const char* sql, const std::vector<const char*>& values = {});

  private:
    explicit Postgres(PGconn* connection) : connection_(connection) {}
    weft::Error error(const char* code) const {
        return {weft::ErrorKind::unavailable, code, PQerrorMessage(connection_.get())};
    }
    weft::Result<Rows> result();
    void stop();
    std::unique_ptr<PGconn, Finish> connection_;
    std::unique_ptr<weft::net::Descriptor> watched_;  // goes before the connection that owns it
};

// [connect]
weft::Result<Postgres> Postgres::connect(const char* options) {
    Postgres one(PQconnectStart(options));
    PGconn* connection = one.connection_.get();
    if (connection == nullptr || PQstatus(connection) == CONNECTION_BAD)
        return one.error("connect");
    for (auto wants = PGRES_POLLING_WRITING; wants != PGRES_POLLING_OK;) {
        // libpq may try several addresses: each step may have another descriptor.
        weft::net::Descriptor watched(PQsocket(connection));
        TRY(wants == PGRES_POLLING_READING ? watched.readable() : watched.writable());
        wants = PQconnectPoll(connection);
        if (wants == PGRES_POLLING_FAILED) return one.error("connect");
    }
    PQsetnonblocking(connection, 1);
    one.watched_ = std::make_unique<weft::net::Descriptor>(PQsocket(connection));
    return one;
}
// [end]

// [query]
weft::Result<Rows> Postgres::query(const char* sql, const std::vector<const char*>& values) {
    PGconn* connection = connection_.get();
    if (PQsendQueryParams(connection, sql, static_cast<int>(values.size()), nullptr, values.data(),
                          nullptr, nullptr, 0) == 0)
        return error("send");
    try {
        while (const int left = PQflush(connection)) {
            if (left < 0) return error("send");
            TRY(watched_->writable());
        }
        return result();
    } catch (const weft::Cancelled&) {
        weft::shield([&] { stop(); });
        throw;
    }
}

weft::Result<Rows> Postgres::result() {
    Rows last;
    for (;;) {
        while (PQisBusy(connection_.get()) != 0) {
            TRY(watched_->readable());
            if (PQconsumeInput(connection_.get()) == 0) return error("receive");
        }
        Rows next(PQgetResult(connection_.get()));
        if (next == nullptr) break;
        last = std::move(next);
    }
    const auto status = PQresultStatus(last.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return last;
    return weft::Error{weft::ErrorKind::refused, "sql", PQresultErrorMessage(last.get())};
}

// PQcancel opens a connection of its own and blocks, so it runs on a real thread.
void Postgres::stop() {
    const std::unique_ptr<PGcancel, Finish> cancel(PQgetCancel(connection_.get()));
    char why[256];
    weft::blocking("PQcancel", [&] { return PQcancel(cancel.get(), why, sizeof why); });
    (void)result();  // the statement's end, in an error or not
}
// [end]

// [use]
int main_goroutine() {
    int sum = 0;
    weft::scope([&](weft::Scope& s) {
        std::vector<weft::Task<int>> visits;
        for (int visit = 1; visit <= 4; ++visit)
            visits.push_back(s.go("query", [visit] {
                auto db = Postgres::connect("").value();
                const auto number = std::to_string(visit);
                const Rows rows =
                    db.query("select 10 * $1::int from pg_sleep(0.1)", {number.c_str()}).value();
                return std::atoi(PQgetvalue(rows.get(), 0, 0));
            }));
        for (auto& visit : visits) sum += visit.join();
    });
    std::printf("four queries at once on one thread: %d\n", sum);

    auto db = Postgres::connect("").value();
    const auto slow = weft::timeout(50ms, [&] { (void)db.query("select pg_sleep(3600)"); });
    std::printf("a query of an hour: %s\n", slow.error().code.c_str());
    auto other = Postgres::connect("").value();
    const Rows rows = other
                          .query(
                              "select count(*) from pg_stat_activity "
                              "where state = 'active' and query like '%3600)'")
                          .value();
    std::printf("queries left running in the server: %s\n", PQgetvalue(rows.get(), 0, 0));
    const auto refused = db.query("select * from no_such_table");
    std::printf("a wrong statement: %s\n", refused.error().code.c_str());
    return 0;
}
// [end]

}  // namespace

int main() {
    weft::Options options;
    options.workers = 1;
    return weft::run(options, main_goroutine);
}

// Output:
// four queries at once on one thread: 100
// a query of an hour: deadline
// queries left running in the server: 0
// a wrong statement: sql
