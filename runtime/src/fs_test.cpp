// SPDX-License-Identifier: Apache-2.0
#include "weft/fs.h"

#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"

#include "tests/support/goroutines.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace weft {

TEST_CASE("what was written is read back, of any length and with any bytes") {
    test::for_each_worker_count([] {
        const test::TempFolder folder;
        const auto path = folder / "report";
        for (const std::size_t size : {0UL, 1UL, 4095UL, 4096UL, 200'000UL}) {
            std::string content(size, '\0');
            for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 7);
            CHECK(fs::write_file_atomically(path, content));
            const auto got = fs::read_file(path);
            REQUIRE(got);
            CHECK(*got == content);
        }
        const auto refused = fs::read_file(path, 1000);
        CHECK(refused.error().code == "too-large");
        CHECK(fs::read_file("/proc/self/stat")->size() > 0);
    });
}

TEST_CASE("readers of a file that is replaced see the old content or the new, never a piece") {
    test::for_each_worker_count([] {
        const test::TempFolder folder;
        const auto path = folder / "state";
        CHECK(fs::write_file_atomically(path, std::string(50'000, 'a')));
        scope([&](Scope& s) {
            s.go([&] {
                for (const char c : {'b', 'c', 'd', 'e'})
                    CHECK(fs::write_file_atomically(path, std::string(50'000, c)));
            });
            for (int i = 0; i < 20; ++i) {
                const auto got = fs::read_file(path);
                REQUIRE(got);
                CHECK(*got == std::string(50'000, got->front()));
            }
        });
        const auto names = fs::list_folder(folder.path());
        CHECK(*names == std::vector<std::string>{"state"});
    });
}

TEST_CASE("a file that is replaced keeps its permissions, and a failed write leaves nothing") {
    run([] {
        const test::TempFolder folder;
        const auto path = folder / "secret";
        CHECK(fs::write_file_atomically(path, "1"));
        CHECK(::chmod(path.c_str(), 0600) == 0);
        CHECK(fs::write_file_atomically(path, "2"));
        struct stat about{};
        CHECK(::stat(path.c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0600);
        CHECK(fs::make_folders(folder / "taken"));
        const auto failed = fs::write_file_atomically(folder / "taken", "3");
        CHECK_FALSE(failed);
        const auto names = fs::list_folder(folder.path());
        CHECK(*names == std::vector<std::string>{"secret", "taken"});
    });
}

TEST_CASE("appends of many goroutines are all there, each in one piece") {
    test::for_each_worker_count([] {
        const test::TempFolder folder;
        const auto path = folder / "log";
        scope([&](Scope& s) {
            for (int k = 0; k < 8; ++k)
                s.go([&, k] { CHECK(fs::append_file(path, std::string(9, '0' + k) + "\n")); });
        });
        const auto all = fs::read_file(path);
        REQUIRE(all->size() == 80);
        for (std::size_t i = 0; i < 80; i += 10)
            CHECK(all->substr(i, 10) == std::string(9, (*all)[i]) + "\n");
    });
}

TEST_CASE("errors have stable words") {
    run([] {
        const test::TempFolder folder;
        const auto nothing = folder / "nothing";
        CHECK(fs::read_file(nothing).error().code == "file");
        CHECK(fs::remove(nothing).error().code == "file");
        CHECK(fs::list_folder(nothing).error().kind == ErrorKind::not_found);
        CHECK(fs::make_folders(folder / "a/b"));
        CHECK(fs::make_folders(folder / "a/b"));
        CHECK(fs::remove(folder / "a").error().code == "exists");
        CHECK(fs::remove(folder / "a/b"));
        CHECK(fs::remove(folder / "a"));
        const auto ended = cancellable([&](CancelHandle& handle) {
            handle.cancel();
            (void)fs::read_file(nothing);
        });
        CHECK(ended.error().code == "cancelled");
    });
}

}  // namespace weft
