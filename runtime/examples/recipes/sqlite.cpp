// SPDX-License-Identifier: Apache-2.0
// SQLite: every call may wait for the disk or a lock, so it runs on a real thread by blocking().
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <sqlite3.h>
#include <string>
#include <vector>

#include "weft/after_func.h"
#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/result.h"
#include "weft/run.h"
#include "weft/scope.h"

using namespace std::chrono_literals;

namespace {

// [database]
/// One handle. Any number of goroutines may use it; they take turns, and a statement whose context
/// ends is interrupted.
class Database {
  public:
    using Row = std::vector<std::string>;

    static weft::Result<Database> open(const std::string& path) {
        sqlite3* handle = nullptr;
        const int code = weft::blocking("sqlite open", [&] {
            return sqlite3_open_v2(path.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
        });
        Database database(handle);
        if (code != SQLITE_OK) return database.error();
        return database;
    }

    weft::Result<std::vector<Row>> execute(const std::string& sql) {
        // weft's mutex, since it is held across a wait: others park, and a cancel reaches them.
        const std::lock_guard turn(*mutex_);
        // blocking() waits for what has begun; so whoever gives up makes it end. Called off, or
        // waited for, before the next one's turn.
        const auto interrupt = weft::after_func(weft::Context::current(),
                                                [this] { sqlite3_interrupt(handle_.get()); });
        auto rows = weft::blocking("sqlite", [&] { return step_all(sql); });
        if (!rows && rows.error().code == "interrupted") weft::checkpoint();  // throws Cancelled
        return rows;
    }

  private:
    explicit Database(sqlite3* handle) : handle_(handle, &sqlite3_close) {}
    weft::Result<std::vector<Row>> step_all(const std::string& sql);
    weft::Error error() const {
        const bool interrupted = sqlite3_errcode(handle_.get()) == SQLITE_INTERRUPT;
        return {weft::ErrorKind::refused, interrupted ? "interrupted" : "sql",
                sqlite3_errmsg(handle_.get())};
    }
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
    std::unique_ptr<weft::Mutex> mutex_ = std::make_unique<weft::Mutex>();
};
// [end]

// On a real thread: no goroutine, so nothing in here may wait for one.
weft::Result<std::vector<Database::Row>> Database::step_all(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK)
        return error();
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, &sqlite3_finalize);
    std::vector<Row> rows;
    for (;;) {
        const int code = sqlite3_step(raw);
        if (code == SQLITE_DONE) return rows;
        if (code != SQLITE_ROW) return error();
        Row row;
        for (int i = 0; i < sqlite3_column_count(raw); ++i) {
            const auto* text = sqlite3_column_text(raw, i);
            row.emplace_back(text != nullptr ? reinterpret_cast<const char*>(text) : "");
        }
        rows.push_back(std::move(row));
    }
}

// [use]
int main_goroutine() {
    auto db = Database::open(":memory:").value();
    (void)db.execute("create table vitals (subject text, systolic integer)").value();
    weft::scope([&](weft::Scope& s) {
        for (int i = 0; i < 10; ++i)
            s.go("save", [&, i] {
                (void)db
                    .execute("insert into vitals values ('S-00" + std::to_string(i) + "', " +
                             std::to_string(110 + i) + ")")
                    .value();
            });
    });
    const auto rows = db.execute("select count(*), max(systolic) from vitals").value();
    std::printf("%s saved, highest %s\n", rows[0][0].c_str(), rows[0][1].c_str());

    const char* endless =
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    const auto slow = weft::timeout(20ms, [&] { (void)db.execute(endless); });
    std::printf("a statement without end: %s\n", slow.error().code.c_str());
    const auto after = db.execute("select count(*) from vitals").value();
    std::printf("afterwards: %s\n", after[0][0].c_str());
    return 0;
}
// [end]

}  // namespace

int main() {
    return weft::run(main_goroutine);
}

// Output:
// 10 saved, highest 119
// a statement without end: deadline
// afterwards: 10
