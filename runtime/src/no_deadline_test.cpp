// SPDX-License-Identifier: Apache-2.0
// Options::require_deadline.
#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/context.h"
#include "weft/descriptor.h"
#include "weft/detach.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/net.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

/// What was told, and what the run came to.
struct Told {
    std::mutex mutex;
    std::vector<Report> reports;
};

template <class F>
std::vector<Report> told_by(RequireDeadline wanted, F body) {
    Told told;
    Options options;
    options.workers = 2;
    options.require_deadline = wanted;
    options.on_report = [&](const Report& report) {
        const std::lock_guard guard(told.mutex);
        told.reports.push_back(report);
    };
    CHECK(run(options, body) == 0);
    return told.reports;
}

/// Two ends of one connection.
struct Line {
    net::Connection client;
    net::Connection server;
};

Line connect() {
    auto listener = net::listen("127.0.0.1:0").value();
    return scope([&](Scope& s) {
        auto accepted = s.go([&] { return listener.accept().value(); });
        auto client = timeout(10s, [&] { return net::dial(listener.address()).value(); });
        return Line{std::move(*client), accepted.join()};
    });
}

std::array<std::byte, 1> one_byte;

/// Reads a byte that comes only once the reader waits.
void read_late(Line& line) {
    scope([&](Scope& s) {
        s.go("reader", [&] { CHECK(line.client.read_some(one_byte).value() == 1); });
        s.go([&] {
            test::until_waits("reader", "I/O");
            CHECK(line.server.write_all(one_byte).ok());
        });
    });
}

}  // namespace

TEST_CASE("I/O that waits with no deadline in force is told of once for each call site") {
    const auto told = told_by(RequireDeadline::smell, [] {
        Line line = connect();
        for (int i = 0; i < 3; ++i) read_late(line);
    });
    REQUIRE(told.size() == 1);
    CHECK(told[0].certainty == Certainty::smell);
    CHECK(told[0].finding == Finding::no_deadline);
    CHECK(told[0].sentence.find("\"reader\" waits to read (") != std::string::npos);
    CHECK(told[0].sentence.find("no_deadline_test.cpp") != std::string::npos);
    CHECK(told[0].sentence.find("should the other side never answer") != std::string::npos);
}

TEST_CASE("under a deadline, the context's or the connection's own, nothing is told") {
    CHECK(told_by(RequireDeadline::smell, [] {
              Line line = connect();
              CHECK(timeout(1h, [&] { read_late(line); }).ok());
              line.client.set_read_deadline(Clock::now() + 1h);
              read_late(line);
          }).empty());
}

TEST_CASE("no deadline is asked for where nobody wants one, as by default") {
    CHECK(Options{}.require_deadline == RequireDeadline::off);
    CHECK(told_by(RequireDeadline::off, [] {
              Line line = connect();
              read_late(line);
              blocking("file", [] {});
          }).empty());
}

TEST_CASE("waits in channels, for locks, for time and for who comes next need no deadline") {
    CHECK(told_by(RequireDeadline::throw_error, [] {
              Mutex mutex;
              Event event;
              auto [tx, rx] = channel<int>();
              scope([&, &tx = tx, &rx = rx](Scope& s) {
                  s.go([&] {
                      event.wait();
                      const std::lock_guard guard(mutex);
                      (void)tx.send(1);
                  });
                  sleep(1ms);
                  event.set();
                  CHECK(rx.recv() == 1);
              });
              (void)connect();  // accept() waits for whom dial() brings
          }).empty());
}

TEST_CASE("blocking() with no deadline in force is told of, in a detached goroutine not") {
    const auto told = told_by(RequireDeadline::smell, [] {
        CHECK(timeout(1h, [] { blocking("bounded", [] {}); }).ok());
        blocking("read chart", [] {});
        Event done;
        detach("nobody waits for it", [&done] {
            blocking("in the background", [] {});
            done.set();
        });
        done.wait();
        std::thread([] { blocking("of a plain thread", [] {}); }).join();
    });
    REQUIRE(told.size() == 1);
    CHECK(told[0].sentence.find("\"read chart\"") != std::string::npos);
}

TEST_CASE("where it shall throw, the call throws, waits for nothing, and can be made again") {
    const auto told = told_by(RequireDeadline::throw_error, [] {
        Line line = connect();
        for (int i = 0; i < 2; ++i)
            CHECK_THROWS_AS((void)line.client.read_some(one_byte), const NoDeadlineError&);
        CHECK_THROWS_AS(blocking("never runs", [] { FAIL("it ran"); }), const NoDeadlineError&);
        CHECK(timeout(1h, [&] { read_late(line); }).ok());
    });
    CHECK(told.empty());
}

TEST_CASE("a wait for a descriptor needs a deadline too, as its argument or around it") {
    const auto told = told_by(RequireDeadline::smell, [] {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        {
            net::Descriptor late(ends[0]);
            scope([&](Scope& s) {
                s.go("waits", [&late] { CHECK(late.readable().ok()); });
                s.go([&] {
                    test::until_waits("waits", "I/O");
                    CHECK(::write(ends[1], "x", 1) == 1);
                });
            });
        }
        ::close(ends[0]);
        ::close(ends[1]);
    });
    REQUIRE(told.size() == 1);
    CHECK(told[0].sentence.find("\"waits\" waits for a descriptor") != std::string::npos);
}

}  // namespace weft
