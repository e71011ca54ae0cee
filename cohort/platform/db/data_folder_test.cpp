// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/data_folder.h"

#include <filesystem>
#include <fstream>
#include <sqlite3.h>
#include <unistd.h>

#include "weft/run.h"

#include "cohort/platform/db/db.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::db {

namespace {

Options in(const std::string& folder) {
    Options options;
    options.folder = folder;
    return options;
}

// Opens a store and closes it, as a first start would.
void make_store(const std::string& folder) {
    auto db = Db::open(in(folder));
    REQUIRE(db.ok());
    REQUIRE((*db)
                ->transact([](Tx& tx) -> Result<void> {
                    TRY(tx.run("CREATE TABLE item (number BIGINT, text TEXT)"));
                    for (int i = 0; i < 200; ++i)
                        TRY(tx.run("INSERT INTO item VALUES (?, ?)", i, std::string(500, 'x')));
                    return {};
                })
                .ok());
}

Error error_of_opening(const std::string& folder) {
    auto db = Db::open(in(folder));
    REQUIRE_FALSE(db.ok());
    return db.error();
}

void write_file(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

template <class F>
void in_runtime(F body) {
    CHECK(weft::run([&] { body(); }) == 0);
}

bool contains(const Error& error, const std::string& part) {
    return error.text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a second server on a folder is refused, and told who holds it") {
    in_runtime([] {
        test::TempFolder folder;
        auto first = Db::open(in(folder.path()));
        REQUIRE(first.ok());
        const Error error = error_of_opening(folder.path());
        CHECK(error.kind == ErrorKind::unavailable);
        CHECK(error.code == "store-locked");
        CHECK(contains(error, folder.path()));
        CHECK(contains(error, "process " + std::to_string(::getpid())));
        (*first)->close();
        CHECK(Db::open(in(folder.path())).ok());
    });
}

TEST_CASE("a look beside a running server reads and cannot write") {
    in_runtime([] {
        test::TempFolder folder;
        make_store(folder.path());
        auto server = Db::open(in(folder.path()));
        REQUIRE(server.ok());
        Options options = in(folder.path());
        options.read_only = true;
        auto look = Db::open(options);
        REQUIRE(look.ok());
        const auto count = (*look)->read([](Tx& tx) -> Result<std::int64_t> {
            return TRY(tx.one("SELECT count(*) FROM item")).get<std::int64_t>(0);
        });
        CHECK(count.value() == 200);
        const auto written = (*look)->transact([](Tx& tx) -> Result<void> {
            TRY(tx.run("DELETE FROM item"));
            return {};
        });
        CHECK(written.error().code == "store-read-only");
    });
}

TEST_CASE("garbage in place of the store is called unreadable, by the file's name") {
    in_runtime([] {
        test::TempFolder folder;
        make_store(folder.path());
        write_file(folder / "cohort.db", std::string(8192, 'g'));
        const Error error = error_of_opening(folder.path());
        CHECK(error.kind == ErrorKind::unavailable);
        CHECK(error.code == "store-unreadable");
        CHECK(contains(error, folder / "cohort.db"));
        CHECK(contains(error, "backup"));
    });
}

TEST_CASE("another program's database is left alone") {
    in_runtime([] {
        test::TempFolder folder;
        sqlite3* other = nullptr;
        REQUIRE(sqlite3_open((folder / "cohort.db").c_str(), &other) == SQLITE_OK);
        sqlite3_exec(other, "CREATE TABLE theirs (x)", nullptr, nullptr, nullptr);
        sqlite3_close(other);
        const Error error = error_of_opening(folder.path());
        CHECK(error.code == "store-unreadable");
        CHECK(contains(error, "another program"));
    });
}

TEST_CASE("a store that vanished or was emptied is not taken for a fresh start") {
    in_runtime([] {
        test::TempFolder folder;
        make_store(folder.path());
        write_file(folder / "cohort.db", "");
        CHECK(error_of_opening(folder.path()).code == "store-missing");
        std::filesystem::remove(folder / "cohort.db");
        CHECK(error_of_opening(folder.path()).code == "store-missing");
        std::filesystem::remove(folder / "store.created");
        CHECK(Db::open(in(folder.path())).ok());
    });
}

TEST_CASE("a store that turns to garbage while it is open answers unavailable") {
    in_runtime([] {
        test::TempFolder folder;
        make_store(folder.path());
        Options options = in(folder.path());
        auto db = Db::open(options);
        REQUIRE(db.ok());
        CHECK((*db)->check().ok());
        {
            std::fstream file(folder / "cohort.db",
                              std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(4096);
            file << std::string(100'000, 'g');
        }
        const auto sum = (*db)->read([](Tx& tx) -> Result<std::int64_t> {
            return TRY(tx.one("SELECT sum(number) FROM item")).get<std::int64_t>(0);
        });
        CHECK(sum.error().kind == ErrorKind::unavailable);
        CHECK(sum.error().code == "store-unreadable");
        const auto written = (*db)->transact([](Tx& tx) -> Result<void> {
            TRY(tx.run("UPDATE item SET number = number + 1"));
            return {};
        });
        CHECK(written.error().kind == ErrorKind::unavailable);
    });
}

TEST_CASE("a check looks at the disk: it finds what reads from memory do not notice") {
    in_runtime([] {
        test::TempFolder folder;
        make_store(folder.path());
        auto db = Db::open(in(folder.path()));
        REQUIRE(db.ok());
        const auto read = [&] {
            return (*db)->read([](Tx& tx) -> Result<std::int64_t> {
                return TRY(tx.one("SELECT 1")).get<std::int64_t>(0);
            });
        };
        const std::string file = folder / "cohort.db";
        std::filesystem::copy(file, folder / "kept");
        {
            std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
            out << std::string(8192, 'g');
        }
        CHECK(read().ok());
        CHECK((*db)->check().error().code == "store-unreadable");
        std::filesystem::remove(file);
        CHECK((*db)->check().error().kind == ErrorKind::unavailable);
        std::filesystem::copy(folder / "kept", file);
        CHECK((*db)->check().ok());
    });
}

TEST_CASE("a folder that cannot be made is said by name") {
    in_runtime([] {
        test::TempFolder folder;
        write_file(folder / "file", "x");
        const Error error = error_of_opening(folder / "file/data");
        CHECK(error.code == "store-io");
        CHECK(contains(error, folder / "file/data"));
    });
}

TEST_CASE("a folder that is created is its owner's alone") {
    in_runtime([] {
        test::TempFolder folder;
        make_store(folder / "deep/data");
        const auto rights = std::filesystem::status(folder / "deep/data").permissions();
        CHECK((rights & std::filesystem::perms::all) == std::filesystem::perms::owner_all);
    });
}

}  // namespace cohort::db
