// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

// A call that ends when somebody else says so.
struct Pipe {
    std::array<int, 2> ends{-1, -1};
    Pipe() { REQUIRE(::pipe(ends.data()) == 0); }
    ~Pipe() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    char wait() const {
        char one = 0;
        CHECK(::read(ends[0], &one, 1) == 1);
        return one;
    }
    void release() const { CHECK(::write(ends[1], "x", 1) == 1); }
};

}  // namespace

TEST_CASE("a call that blocks here runs on the thread of its goroutine and gives its value back") {
    run([] {
        const auto before = std::this_thread::get_id();
        CHECK(blocking_here([] { return std::this_thread::get_id(); }) == before);
        CHECK_THROWS_AS(blocking_here([] { throw std::runtime_error("disk"); }),
                        std::runtime_error);
        CHECK(blocking_here([] { return std::string("afterwards too"); }) == "afterwards too");
    });
    CHECK(blocking_here([] { return 7; }) == 7);  // a plain thread may, too
}

TEST_CASE("while calls block every worker here, others go on and nobody is blamed") {
    for (const unsigned workers : {1U, 2U, 4U}) {
        CAPTURE(workers);
        std::atomic<int> blamed = 0;
        Options options;
        options.workers = workers;
        options.on_blocked_worker = [&](const std::string&) { ++blamed; };
        std::vector<Pipe> pipes(workers);
        CHECK(
            run(options, [&] {
                int beats = 0;
                scope([&](Scope& s) {
                    for (const Pipe& pipe : pipes)
                        s.go([&pipe] { CHECK(blocking_here([&] { return pipe.wait(); }) == 'x'); });
                    // Only a goroutine that runs can end the calls.
                    s.go([&] {
                        for (; beats < 10; ++beats) sleep(1ms);
                        for (const Pipe& pipe : pipes) pipe.release();
                    });
                });
                CHECK(beats == 10);
            }) == 0);
        CHECK(blamed == 0);
    }
}

TEST_CASE("a call that computes here gets a replacement as one that sleeps does") {
    Options options;
    options.workers = 1;
    CHECK(run(options, [] {
              std::atomic<bool> enough = false;
              scope([&](Scope& s) {
                  s.go([&] {
                      blocking_here([&] {
                          while (!enough) std::this_thread::yield();
                      });
                  });
                  s.go([&] { enough = true; });
              });
          }) == 0);
}

TEST_CASE("a cancelled goroutine does not begin a call that blocks here") {
    run([] {
        bool began = false;
        const auto ended = cancellable([&](CancelHandle& handle) {
            handle.cancel();
            blocking_here([&] { began = true; });
        });
        CHECK_FALSE(ended.ok());
        CHECK_FALSE(began);
    });
}

TEST_CASE("to park in a call that blocks here is a contract breach") {
    const auto end = test::in_child([] { return run([] { blocking_here([] { sleep(1s); }); }); });
    CHECK(end.died());
    CHECK(end.said("parking is forbidden here"));
}

TEST_CASE("many short calls that block here leave no spare worker behind") {
    Options options;
    options.workers = 2;
    CHECK(run(options, [] {
              std::atomic<int> sum = 0;
              scope([&](Scope& s) {
                  for (int i = 0; i < 100; ++i)
                      s.go([&] {
                          for (int call = 0; call < 100; ++call)
                              sum += blocking_here([] { return 1; });
                      });
              });
              CHECK(sum == 10'000);
              while (stats().spare_workers != 0) yield();
          }) == 0);
}

}  // namespace weft
