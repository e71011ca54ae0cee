// SPDX-License-Identifier: Apache-2.0
#include "weft/sim_faults.h"

#include <chrono>
#include <string>

#include "weft/explore.h"
#include "weft/fs.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/environment.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("a file written in one keeps its old content whatever call to the disk fails") {
    const test::TempFolder folder;
    const auto path = folder / "letter";
    int failed = 0;
    int written = 0;
    const auto explored = sim::explore({.strategy = sim::Dfs{}, .repeat_every = 0}, [&] {
        CHECK(fs::write_file_atomically(path, "old"));
        const sim::SimDisk disk({.fail_one_in = 2});
        const bool done = fs::write_file_atomically(path, "new content").ok();
        ++(done ? written : failed);
    });
    CHECK(explored.ok());
    CHECK(explored.all);
    CHECK(written > 0);
    CHECK(failed > 0);
    const auto left = sim::explore({.iterations = 200}, [&] {
        CHECK(fs::write_file_atomically(path, "old"));
        bool done = false;
        {
            const sim::SimDisk disk({.fail_one_in = 4, .short_writes = true});
            done = fs::write_file_atomically(path, "new content").ok();
        }
        const auto content = fs::read_file(path).value();
        CHECK((content == "new content" || (!done && content == "old")));
        CHECK(fs::list_folder(folder.path()).value().size() == 1);
    });
    CHECK(left.ok());
}

TEST_CASE("a full disk says disk-full, and room that is made is used") {
    const test::TempFolder folder;
    const auto path = folder / "log";
    CHECK(sim::run(1, [&] {
              sim::SimDisk disk({.full_after = 6});
              CHECK(fs::append_file(path, "1234"));
              CHECK(fs::append_file(path, "5678").error().code == "disk-full");
              disk.make_room(100);
              CHECK(fs::append_file(path, "9"));
              CHECK(fs::read_file(path).value() == "1234569");
          }) == 0);
}

TEST_CASE("the wall clock can jump back, and no timer minds") {
    CHECK(sim::run(1, [] {
              const auto wall = wall_now();
              const auto clock = Clock::now();
              sim::move_wall_clock(-24h);
              CHECK(wall_now() == wall - 24h);
              sleep(1h);
              CHECK(wall_now() == wall - 23h);
              CHECK(Clock::now() - clock == 1h);
          }) == 0);
}

}  // namespace weft
