// SPDX-License-Identifier: Apache-2.0
// What ./dev bench measures with a million goroutines, with as many as a test can afford.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <fstream>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/dump.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/net.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "runtime/src/fiber.h"
#include "tests/support/environment.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

// ThreadSanitizer ends the process at 8128 fibers.
int many() {
    const auto usual = detail::thread_sanitizer ? 2'000U : 5'000U;
    return static_cast<int>(detail::thread_sanitizer ? usual
                                                     : test::from_environment("GOROUTINES", usual));
}

double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double all = 0;
    double resident = 0;
    file >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

struct Grouped {
    std::string text;
    std::size_t longest_piece = 0;
};
Grouped grouped() {
    Grouped all;
    dump_grouped([&](std::string_view piece) {
        all.text += piece;
        all.longest_piece = std::max(all.longest_piece, piece.size());
    });
    return all;
}

}  // namespace

TEST_CASE("each of many that wait on one channel gets a value of its own") {
    test::for_each_worker_count([] {
        const int n = many();
        auto [out, in] = channel<int>();
        std::vector<std::atomic<int>> got(static_cast<std::size_t>(n));
        scope([&, &in = in](Scope& s) {
            for (int i = 0; i < n; ++i)
                s.go([&] { ++got[static_cast<std::size_t>(in.recv().value())]; });
            for (int i = 0; i < n; ++i) CHECK(out.send(i));
        });
        int once = 0;
        for (const auto& times : got) once += times == 1 ? 1 : 0;
        CHECK(once == n);
    });
}

TEST_CASE("many sleep, and all wake") {
    test::for_each_worker_count([] {
        const int n = many();
        std::atomic<int> woken = 0;
        scope([&](Scope& s) {
            for (int i = 0; i < n; ++i)
                s.go([&, i] {
                    sleep(std::chrono::microseconds(i % 1000));
                    ++woken;
                });
        });
        CHECK(woken == n);
    });
}

TEST_CASE("a dump of many is short, and takes no memory for each") {
    test::for_each_worker_count([] {
        const int n = many();
        Event end;
        scope([&](Scope& s) {
            for (int i = 0; i < n; ++i) s.go("waits", [&] { end.wait(); });
            const std::string all = std::to_string(n) + " goroutines [event";
            Grouped said;
            while (said.text.find(all) == std::string::npos) {
                yield();
                said = grouped();  // and the debug information has been read
            }
            CHECK(said.text.size() < 4096);
            CHECK(said.longest_piece < 2048);
            double grown = std::numeric_limits<double>::max();
            // The background's own look at all of them may fall into one of the measurements.
            for (int i = 0; i < 3; ++i) {
                const double before = resident_bytes();
                said = grouped();
                grown = std::min(grown, resident_bytes() - before);
            }
            // Unwinding below each parked frame would take a page of each; and a million are to
            // be shown in a memory that has nothing to do with their number.
            CHECK(grown < std::min(n * 4096.0 / 4, 32e6));
            CHECK(said.text.find(all) != std::string::npos);
            end.set();
        });
    });
}

TEST_CASE("a cancel of many ends each, with its destructors run") {
    test::for_each_worker_count([] {
        const int n = many();
        std::atomic<int> waiting = 0;
        std::atomic<int> released = 0;
        struct Bed {
            ~Bed() { ++released; }
            std::atomic<int>& released;
        };
        Event never;
        const auto ended = cancellable([&](CancelHandle& handle) {
            scope([&](Scope& s) {
                for (int i = 0; i < n; ++i)
                    s.go([&] {
                        const Bed bed{released};
                        ++waiting;
                        never.wait();
                    });
                while (waiting < n) yield();
                handle.cancel();
            });
        });
        CHECK_FALSE(ended);
        CHECK(released == n);
        while (stats().goroutines != 1) yield();  // the last ones leave their stacks after the join
    });
}

TEST_CASE("many goroutines take turns at some connections, and each gets its own message back") {
    test::for_each_worker_count([] {
        constexpr std::size_t connections = 100;
        const int n = many() / 4;
        struct Line {
            net::Connection connection;
            Mutex turn;
        };
        std::vector<Line> lines(connections);
        std::atomic<int> right = 0;
        auto listener = net::listen("127.0.0.1:0").value();
        scope([&](Scope& server) {
            server.go("accept", [&] {
                while (auto caller = listener.accept())
                    server.go("echo", [caller = *caller]() mutable {
                        std::array<std::byte, 64> data{};
                        for (;;) {
                            const auto got = caller.read_some(data);
                            if (!got || *got == 0) return;
                            if (!caller.write_all(std::span(data).first(*got))) return;
                        }
                    });
            });
            for (Line& line : lines) line.connection = net::dial(listener.address()).value();
            scope([&](Scope& s) {
                for (int i = 0; i < n; ++i)
                    s.go([&, i, &line = lines[static_cast<std::size_t>(i) % connections]] {
                        const std::lock_guard turn(line.turn);
                        std::array<std::byte, sizeof i> sent{};
                        std::memcpy(sent.data(), &i, sizeof i);
                        if (!line.connection.write_all(sent)) return;
                        std::array<std::byte, sizeof i> back{};
                        for (std::size_t at = 0; at < back.size();) {
                            const auto got = line.connection.read_some(std::span(back).subspan(at));
                            if (!got || *got == 0) return;
                            at += *got;
                        }
                        right += back == sent ? 1 : 0;
                    });
            });
            for (Line& line : lines) line.connection.close();
            listener.close();
        });
        CHECK(right == n);
    });
}

}  // namespace weft
