// SPDX-License-Identifier: Apache-2.0
// A store that moves from SQLite into PostgreSQL, with the program and real servers.
#include "weft/blocking.h"
#include "weft/run.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/postgres.h"
#include "tests/support/test.h"

namespace tests {

namespace {

struct Move {
    Move()
        : url(weft::blocking("create a database",
                             [] { return test::PostgresServer::shared().create_database(); })),
          arguments({"--set", "store.postgres=" + url, "--set", "store.unsafe_server=true"}),
          ground(lay_ground(*open_store(folder.path()))) {}

    Ended run() { return run_program({"migrate-store", "--data", folder.path()}, arguments); }
    Answer add_subject(const Server& server, const std::string& key) const {
        return tests::add_subject(server.address(), ground, key);
    }
    std::int64_t rows_in_database(const std::string& table) const {
        cohort::db::Options options;
        options.postgres = url;
        options.synchronous = cohort::db::Synchronous::off;
        return rows_in(options, table);
    }

    test::TempFolder folder;
    std::string url;
    std::vector<std::string> arguments;
    Ground ground;
};

}  // namespace

// These tests start from SQLite.
TEST_CASE("a store moved into PostgreSQL goes on there, with its keys, its people and its audit" *
          doctest::skip(on_postgresql())) {
    CHECK(weft::run([] {
              Move move;
              std::string subject;
              {
                  Server server(move.folder);
                  subject = move.add_subject(server, "k").at("/id");
                  const auto [code, said] = move.run();
                  CHECK(code == 1);  // the server still has the store
                  CHECK(said.find("in use by another server") != said.npos);
                  CHECK(server.stop() == 0);
              }
              const auto [code, said] = move.run();
              CHECK(code == 0);
              CHECK(said == "");
              std::vector<std::string> arguments = move.arguments;
              arguments.insert(arguments.end(), {"--set", "data.demo=false"});
              Server server(move.folder, arguments);
              CHECK(move.add_subject(server, "k").at("/id") == subject);  // the same answer again
              CHECK(move.add_subject(server, "another").status == 201);
              CHECK(server.stop() == 0);
              CHECK(move.rows_in_database("subject") == 2);
              CHECK(verify_audit(move.folder, move.arguments) == 0);

              const auto [again, refusal] = move.run();
              CHECK(again == 1);
              CHECK(refusal.find("has rows in") != refusal.npos);
          }) == 0);
}

TEST_CASE("a store with something that PostgreSQL cannot keep is not moved at all" *
          doctest::skip(on_postgresql())) {
    CHECK(weft::run([] {
              Move move;
              const auto spoilt = open_store(move.folder.path())->transact([](cohort::db::Tx& tx) {
                  return tx.run("UPDATE user_account SET name = ?", std::string("a\0b", 3));
              });
              REQUIRE(spoilt.ok());
              const auto [code, said] = move.run();
              CHECK(code == 1);
              CHECK(said.find("cannot keep") != said.npos);
              CHECK(move.rows_in_database("organisation") == 0);
          }) == 0);
}

}  // namespace tests
