// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <semaphore>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "weft/channel.h"
#include "weft/event.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "runtime/src/symbolize.h"
#include "tests/support/child.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

// Holds the worker's thread in the kernel until somebody writes into the pipe.
struct Held {
    int ends[2] = {-1, -1};
    Held() { REQUIRE(::pipe(ends) == 0); }
    ~Held() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    [[gnu::noinline]] void block_here() const {
        char one = 0;
        [[maybe_unused]] const auto n = ::read(ends[0], &one, 1);
    }
    void release() const { [[maybe_unused]] const auto n = ::write(ends[1], "x", 1); }
};

struct Reports {
    std::mutex mutex;
    std::vector<std::string> all;
    void add(const std::string& report) {
        std::lock_guard guard(mutex);
        all.push_back(report);
    }
    std::size_t count() {
        std::lock_guard guard(mutex);
        return all.size();
    }
};

Options watched(unsigned workers, Reports& reports) {
    Options options;
    options.workers = workers;
    options.on_blocked_worker = [&reports](const std::string& report) { reports.add(report); };
    return options;
}

}  // namespace

TEST_CASE("while every worker is blocked the other goroutines, their timers and their I/O go on") {
    for (const unsigned workers : {1U, 2U, 4U}) {
        CAPTURE(workers);
        Reports reports;
        std::vector<Held> held(workers);
        CHECK(run(watched(workers, reports), [&] {
                  auto [tx, rx] = channel<int>();
                  int sum = 0;
                  scope([&](Scope& s) {
                      for (const Held& h : held) s.go("export", [&h] { h.block_here(); });
                      s.go([&, tx = std::move(tx)]() mutable {
                          for (int i = 1; i <= 10; ++i) {
                              sleep(1ms);
                              CHECK(tx.send(i));
                          }
                      });
                      // Only a goroutine that runs can end the blocked ones.
                      s.go([&] {
                          for (const int v : rx) sum += v;
                          for (const Held& h : held) h.release();
                      });
                  });
                  CHECK(sum == 55);
              }) == 0);
    }
}

// An emulator's own calls and stacks are what the kernel sees.
TEST_CASE("who blocks a worker is named once for each place, with call, start and stack" *
          doctest::skip(test::emulated())) {
    Reports reports;
    CHECK(run(watched(2, reports), [&] {
              Held held;
              for (int round = 0; round < 2; ++round)
                  scope([&](Scope& s) {
                      s.go("export", [&] { held.block_here(); });
                      s.go([&] {
                          // The second time nothing is said: a spare worker shows that it was seen.
                          if (round == 0)
                              while (reports.count() == 0) yield();
                          else
                              while (stats().spare_workers == 0) yield();
                          held.release();
                      });
                  });
          }) == 0);
    REQUIRE(reports.all.size() == 1);
    const std::string& said = reports.all[0];
    CAPTURE(said);
    CHECK(said.find("\"export\" blocks its worker") != std::string::npos);
    CHECK(said.find("in a system call (read)") != std::string::npos);
    CHECK(said.find("started at ") != std::string::npos);
    CHECK(said.find("watchman_test.cpp") != std::string::npos);
    CHECK(said.find("block_here") != std::string::npos);
}

TEST_CASE("a lock of the C library's own holds a worker up without blame" *
          doctest::skip(test::emulated())) {
    Reports reports;
    std::FILE* const stream = std::tmpfile();
    REQUIRE(stream != nullptr);
    std::binary_semaphore locked{0};
    std::binary_semaphore seen{0};
    std::thread holder([&] {
        ::flockfile(stream);
        locked.release();
        seen.acquire();
        ::funlockfile(stream);
    });
    locked.acquire();
    CHECK(run(watched(1, reports), [&] {
              scope([&](Scope& s) {
                  s.go("prints", [&] { std::fputc('x', stream); });
                  s.go([&] {
                      while (stats().spare_workers == 0) yield();
                      seen.release();
                  });
              });
          }) == 0);
    holder.join();
    std::fclose(stream);
    CHECK(reports.count() == 0);
}

TEST_CASE("code of the runtime is told from that of the program") {
    detail::Frames frames;
    detail::capture_here(frames);
    REQUIRE(frames.count > 1);
    CHECK(detail::is_runtime_code(frames.pc[0]));
    CHECK(std::any_of(frames.pc.begin(), frames.pc.begin() + frames.count,
                      [](std::uintptr_t pc) { return !detail::is_runtime_code(pc); }));
}

TEST_CASE(
    "a goroutine that computes on the only worker does not stop the others, and is not blamed") {
    Reports reports;
    CHECK(run(watched(1, reports), [&] {
              std::atomic<bool> done{false};
              scope([&](Scope& s) {
                  s.go("computes", [&] {
                      volatile unsigned long n = 0;
                      while (!done) n = n + 1;
                  });
                  s.go("others", [&] {
                      sleep(1ms);
                      done = true;
                  });
              });
          }) == 0);
    for (const std::string& report : reports.all)
        CHECK(report.find("\"computes\"") == std::string::npos);
}

TEST_CASE("spare workers that block too are replaced, and all leave when the block is over") {
    for (const bool migrate : {false, true}) {
        CAPTURE(migrate);
        Reports reports;
        Options options = watched(2, reports);
        options.migrate_always = migrate;
        std::vector<Held> held(5);
        CHECK(run(options, [&] {
                  scope([&](Scope& s) {
                      for (const Held& h : held) s.go([&h] { h.block_here(); });
                      s.go([&] {
                          while (stats().spare_workers < held.size()) yield();
                          for (const Held& h : held) h.release();
                      });
                  });
                  while (stats().spare_workers != 0) yield();
                  CHECK(stats().workers == 2);
              }) == 0);
    }
}

TEST_CASE("what computes on every worker leaves a spare one to the others, and that one too") {
    Reports reports;
    CHECK(run(watched(2, reports), [&] {
              std::atomic<bool> done{false};
              const auto compute = [&done] {
                  volatile unsigned long n = 0;
                  while (!done) n = n + 1;
              };
              auto [tx, rx] = channel<int>();
              scope([&](Scope& s) {
                  for (int i = 0; i < 4; ++i) s.go("computes", compute);
                  s.go([&, tx = std::move(tx)]() mutable {
                      for (int i = 0; i < 3; ++i) CHECK(tx.send(i));
                  });
                  s.go([&] {
                      int seen = 0;
                      for ([[maybe_unused]] const int v : rx) ++seen;
                      CHECK(seen == 3);
                      done = true;
                  });
              });
          }) == 0);
    CHECK(reports.count() == 0);
}

// It has run all its life, and is judged by what it does now.
TEST_CASE("a goroutine that blocks after it has computed for long is found too") {
    Reports reports;
    CHECK(run(watched(1, reports), [&] {
              Held held;
              std::atomic<bool> computed{false};
              scope([&](Scope& s) {
                  s.go("export", [&] {
                      volatile unsigned long n = 0;
                      while (!computed) n = n + 1;
                      held.block_here();
                  });
                  s.go([&] {
                      while (stats().spare_workers == 0) yield();
                      computed = true;
                      while (reports.count() == 0) yield();
                      held.release();
                  });
              });
          }) == 0);
    CHECK(reports.all[0].find("\"export\" blocks its worker") != std::string::npos);
}

TEST_CASE("a deadlock that forms after a spare worker has served is still found" *
          doctest::skip(test::emulated())) {
    const auto end = test::in_child([] {
        Options options;
        options.workers = 1;
        return run(options, [] {
            Held held;
            std::atomic<bool> released{false};
            scope([&](Scope& s) {
                s.go([&] { held.block_here(); });
                s.go([&] {
                    while (stats().spare_workers == 0) yield();
                    held.release();
                    released = true;
                });
            });
            auto [tx, rx] = channel<int>();
            (void)rx.recv();
        });
    });
    CHECK(end.exit_code == 2);
    CHECK(end.said("all goroutines are asleep"));
}

// The report itself ends the block: its first letter is what is read.
TEST_CASE("without anybody to hear it, the report goes to standard error") {
    const auto end = test::in_child([] {
        Options options;
        options.workers = 1;
        Held held;
        ::dup2(held.ends[1], STDERR_FILENO);
        const int code = run(
            options, [&] { scope([&](Scope& s) { s.go("import", [&] { held.block_here(); }); }); });
        std::array<char, 4096> said{};
        const auto n = ::read(held.ends[0], said.data(), said.size());
        if (n > 0) std::cout.write(said.data(), n);
        return code;
    });
    CHECK(end.exit_code == 0);
    CHECK(end.said("SMELL: goroutine"));
    CHECK(end.said("\"import\" blocks its worker"));
    CHECK(end.said("weft::blocking()"));
}

}  // namespace weft
