// SPDX-License-Identifier: Apache-2.0
// Backup and restore with the program, beside a running server.
#include <filesystem>
#include <fstream>

#include "weft/blocking.h"
#include "weft/run.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/postgres.h"
#include "tests/support/test.h"

namespace tests {

namespace {

struct Scene {
    Answer add_subject(const Server& server, const std::string& key) const {
        return tests::add_subject(server.address(), ground, key);
    }

    test::TempFolder folder;
    test::TempFolder data;
    test::TempFolder other;  // where it is restored to
    const std::string backup = folder / "backup";
    Ground ground = lay_ground(*open_store(data.path()));
};

}  // namespace

// A store in PostgreSQL has PostgreSQL's own backup.
TEST_CASE("a backup taken beside a working server comes back whole, and the server goes on" *
          doctest::skip(on_postgresql())) {
    CHECK(
        weft::run([] {
            Scene scene;
            std::string subject;
            {
                Server server(scene.data);
                subject = scene.add_subject(server, "before").at("/id");
                CHECK(run_program({"backup", scene.backup, "--data", scene.data.path()}).code == 0);
                CHECK(scene.add_subject(server, "after").status == 201);
                const Ended again =
                    run_program({"backup", scene.backup, "--data", scene.data.path()});
                CHECK(again.code == 1);
                CHECK(again.said.find("already") != again.said.npos);
                CHECK(server.stop() == 0);
            }
            CHECK(run_program({"restore", scene.backup, "--data", scene.other.path()}).code == 0);
            CHECK(verify_audit(scene.other) == 0);
            CHECK(rows_in(store_of(scene.other.path()), "subject") ==
                  1);  // what came after the backup is not in it
            Server server(scene.other);
            CHECK(scene.add_subject(server, "before").at("/id") == subject);
            CHECK(server.stop() == 0);
            const Ended over = run_program({"restore", scene.backup, "--data", scene.other.path()});
            CHECK(over.code == 1);
            CHECK(over.said.find("there is a store") != over.said.npos);
        }) == 0);
}

TEST_CASE("a backup goes into PostgreSQL as well, with its audit and its key" *
          doctest::skip(on_postgresql())) {
    CHECK(
        weft::run([] {
            Scene scene;
            {
                Server server(scene.data);
                CHECK(scene.add_subject(server, "k").status == 201);
                CHECK(server.stop() == 0);
            }
            CHECK(run_program({"backup", scene.backup, "--data", scene.data.path()}).code == 0);
            const std::vector<std::string> there = {
                "--set",
                "store.postgres=" +
                    weft::blocking("create a database",
                                   [] { return test::PostgresServer::shared().create_database(); }),
                "--set", "store.unsafe_server=true"};
            CHECK(
                run_program({"restore", scene.backup, "--data", scene.other.path()}, there).code ==
                0);
            CHECK(verify_audit(scene.other, there) == 0);
            CHECK(
                run_program({"backup", scene.folder / "more", "--data", scene.other.path()}, there)
                    .code == 1);
        }) == 0);
}

TEST_CASE("a backup that is not what it was is not restored" * doctest::skip(on_postgresql())) {
    CHECK(weft::run([] {
              Scene scene;
              CHECK(run_program({"backup", scene.backup, "--data", scene.data.path()}).code == 0);
              std::fstream file(scene.backup + "/digests.txt");
              std::string text{std::istreambuf_iterator<char>(file), {}};
              text[text.find("site 2") + 5] = '3';
              file.seekp(0);
              file << text;
              file.close();
              const Ended ended =
                  run_program({"restore", scene.backup, "--data", scene.other.path()});
              CHECK(ended.code == 1);
              CHECK(ended.said.find("not what it was") != ended.said.npos);
              CHECK_FALSE(std::filesystem::exists(scene.other / "cohort.db"));
              CHECK(
                  run_program({"restore", scene.other.path(), "--data", scene.other.path()}).code ==
                  1);
              const Ended nothing = run_program(
                  {"backup", scene.folder / "of-nothing", "--data", scene.folder / "none"});
              CHECK(nothing.code == 1);
              CHECK(nothing.said.find("there is no store in") != nothing.said.npos);
              CHECK_FALSE(std::filesystem::exists(scene.folder / "of-nothing"));
          }) == 0);
}

}  // namespace tests
