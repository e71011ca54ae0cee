// SPDX-License-Identifier: Apache-2.0
// A real file system that gets full, in a mount of the test's own. Where the kernel allows none the
// test says why and passes: sqlite_writer_test.cpp fills a model of the disk everywhere.
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/platform/db/db.h"
#include "tests/support/child.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::db {

namespace {

constexpr int not_allowed = 77;

bool write_text(const char* path, const std::string& text) {
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return written;
}

// Gives this process a view of the files of its own, with a small disk in that folder.
bool mount_small_disk(const std::string& folder) {
    const auto user = std::to_string(::getuid());
    const auto group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    if (!write_text("/proc/self/setgroups", "deny") ||
        !write_text("/proc/self/uid_map", "0 " + user + " 1") ||
        !write_text("/proc/self/gid_map", "0 " + group + " 1"))
        return false;
    return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") == 0;
}

struct Item {
    std::int64_t number;
    Result<void> operator()(Tx& tx) const {
        TRY(tx.run("INSERT INTO item VALUES (?, ?)", number, std::string(4000, 'x')));
        return {};
    }
};

bool holds_exactly(Db& db, const std::vector<std::int64_t>& kept) {
    return db
        .read([&](Tx& tx) -> Result<bool> {
            for (const std::int64_t number : kept)
                if (!TRY(tx.maybe("SELECT 1 FROM item WHERE number = ?", number))) return false;
            return TRY(tx.one("SELECT count(*) FROM item")).get<std::size_t>(0) == kept.size();
        })
        .value();
}

// 0, or the number of the check that failed.
int fill_and_free(const std::string& folder) {
    // Room that is given back later, when the disk is full.
    const std::string ballast = folder + "/ballast";
    const int fd = ::open(ballast.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (::posix_fallocate(fd, 0, 600 << 10) != 0) return 1;
    ::close(fd);

    Options options;
    options.folder = folder;
    auto db = Db::open(options).value();
    db->transact([](Tx& tx) -> Result<void> {
          TRY(tx.run("CREATE TABLE item (number BIGINT PRIMARY KEY, text TEXT)"));
          return {};
      }).value();
    std::vector<std::int64_t> kept;
    std::vector<Error> errors;
    for (std::int64_t first = 0; errors.empty() && first < 4000; first += 8)
        weft::scope([&](weft::Scope& s) {
            std::vector<weft::Task<Result<void>>> tasks;
            for (std::int64_t i = 0; i < 8; ++i)
                tasks.push_back(s.go([&db, i, first] { return db->transact(Item{first + i}); }));
            for (std::int64_t i = 0; i < 8; ++i) {
                const auto outcome = tasks[static_cast<std::size_t>(i)].join();
                if (outcome) kept.push_back(first + i);
                if (!outcome) errors.push_back(outcome.error());
            }
        });
    if (errors.empty() || kept.empty()) return 2;
    for (const Error& error : errors)
        if (error.kind != ErrorKind::unavailable || error.code != "store-full") return 3;
    if (!holds_exactly(*db, kept)) return 4;

    ::unlink(ballast.c_str());
    if (!db->transact(Item{10'000})) return 5;
    kept.push_back(10'000);
    db.reset();
    db = Db::open(options).value();
    return holds_exactly(*db, kept) ? 0 : 6;
}

}  // namespace

TEST_CASE("a disk that gets full loses nothing acknowledged, and with new room writing goes on") {
    const auto child = test::in_child([] {
        const test::TempFolder folder;
        if (!mount_small_disk(folder.path())) return not_allowed;
        return weft::run([&] { return fill_and_free(folder.path()); });
    });
    if (child.exit_code == not_allowed) {
        MESSAGE("full disk: this kernel does not let the test mount a file system of its own");
        return;
    }
    INFO(child.output);
    CHECK(child.exit_code == 0);
    CHECK(child.signal == 0);
}

}  // namespace cohort::db
