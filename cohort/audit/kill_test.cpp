// SPDX-License-Identifier: Apache-2.0
// A server that is killed while it works: every acknowledged change is there once, with its audit
// record, and the chains verify.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <unistd.h>

#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/audit/audit.h"
#include "cohort/audit/sealer.h"
#include "cohort/audit/verify.h"
#include "cohort/migrations/migrations.h"
#include "tests/support/child.h"
#include "tests/support/environment.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::audit {

namespace {

constexpr int writers = 12;

auth::SigningKey the_key() {
    return auth::SigningKey::from_seed(std::string(32, 'k')).value();
}

std::unique_ptr<db::Db> open(const std::string& folder) {
    db::Options options;
    options.folder = folder;
    options.checkpoint_bytes = 256 << 10;  // so that checkpoints are killed, too
    options.wal_limit_bytes = 1 << 20;
    auto db = db::Db::open(options).value();
    db::migrate(*db, migrations::all()).value();
    return db;
}

Result<void> change(db::Tx& tx, std::int64_t number) {
    TRY(tx.run("INSERT INTO change (number) VALUES (?)", number));
    Entry entry;
    entry.actor = "nurse";
    entry.action = "changed";
    entry.study = StudyId{"study-" + std::to_string(number % 3)};
    entry.item = std::to_string(number);
    TRY(append(tx, entry));
    return {};
}

// Writes until it is killed, after some hundred promises. A promise is one line of a file, written
// by the kernel before the next change begins.
int serve_until_killed(const std::string& folder, int round) {
    std::mt19937_64 random(static_cast<std::uint64_t>(round));
    const std::int64_t last = 50 + static_cast<std::int64_t>(random() % 400);
    const int promises =
        ::open((folder + "/promises").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    return weft::run([&] {
        const auto db = open(folder);
        const auto key = the_key();
        Sealer sealer(*db, key, "server");
        std::atomic<std::int64_t> made{0};
        weft::scope([&](weft::Scope& s) {
            s.go("sealer", [&] {
                for (;;) (void)sealer.seal_all();
            });
            for (int w = 0; w < writers; ++w)
                s.go("writer", [&, w] {
                    for (std::int64_t i = 0;; ++i) {
                        const std::int64_t number = (round * 100 + w) * 10'000 + i;
                        if (!db->transact([&](db::Tx& tx) { return change(tx, number); })) continue;
                        const std::string line = std::to_string(number) + "\n";
                        if (::write(promises, line.data(), line.size()) < 0) std::abort();
                        if (++made == last) std::raise(SIGKILL);
                    }
                });
        });
        return 1;
    });
}

void check_store(const std::string& folder) {
    const auto db = open(folder);
    std::map<std::int64_t, int> times;
    db->read([&](db::Tx& tx) {
          return tx.each("SELECT number FROM change", [&](db::Row&& row) -> Result<void> {
              ++times[row.get<std::int64_t>(0)];
              return {};
          });
      }).value();
    std::ifstream promises(folder + "/promises");
    int lost = 0;
    int promised = 0;
    for (std::int64_t number = 0; promises >> number; ++promised)
        if (times[number] != 1) ++lost;
    CHECK(promised > 0);
    CHECK(lost == 0);

    const auto [changes, records] =
        db->read([](db::Tx& tx) -> Result<std::pair<std::int64_t, std::int64_t>> {
              const auto row =
                  TRY(tx.one("SELECT (SELECT count(*) FROM change), (SELECT count(*) "
                             "FROM audit_record WHERE action = 'changed')"));
              return std::pair(row.get<std::int64_t>(0), row.get<std::int64_t>(1));
          }).value();
    CHECK(changes == records);
    CHECK(verify(*db, {the_key().verify_key()}).value().good());
}

}  // namespace

TEST_CASE("killed again and again under load: every promise is kept once and the audit verifies") {
    const auto rounds = static_cast<int>(test::from_environment("AUDIT_KILL_ROUNDS", 20));
    // The child runs this test again and must find its parent's folder.
    std::optional<test::TempFolder> own;
    if (std::getenv("COHORT_TEST_FOLDER") == nullptr) {
        own.emplace();
        ::setenv("COHORT_TEST_FOLDER", own->path().c_str(), 1);
        CHECK(weft::run([&] {
                  open(own->path())
                      ->transact([](db::Tx& tx) -> Result<void> {
                          TRY(tx.run("CREATE TABLE change (number BIGINT)"));
                          return {};
                      })
                      .value();
              }) == 0);
    }
    const std::string folder = std::getenv("COHORT_TEST_FOLDER");
    for (int round = 0; round < rounds; ++round) {
        if (own) ::setenv("COHORT_TEST_ROUND", std::to_string(round).c_str(), 1);
        const auto child = test::in_child([&] {
            return serve_until_killed(folder, std::atoi(std::getenv("COHORT_TEST_ROUND")));
        });
        INFO("round ", round, ": ", child.output);
        CHECK(child.signal == SIGKILL);
        CHECK(weft::run([&] { check_store(folder); }) == 0);
    }
    ::unsetenv("COHORT_TEST_FOLDER");
}

}  // namespace cohort::audit
