// SPDX-License-Identifier: Apache-2.0
// A million goroutines at once: waiting, seen, ended, and talking over ten thousand connections.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <mutex>
#include <string_view>
#include <sys/resource.h>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/dump.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/net.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/wait_group.h"

#include "rows.h"

namespace bench {
namespace {

constexpr int million = 1'000'000;

// Started, each given a value by its wait on a channel, ended.
double channels() {
    const Watch watch;
    auto [out, in] = weft::channel<std::int64_t>();
    weft::WaitGroup group;
    std::atomic<int> waiting = 0;
    for (int i = 0; i < million; ++i)
        group.go([&, &in = in] {
            ++waiting;
            keep(*in.recv());
        });
    while (waiting < million) weft::yield();
    for (int i = 0; i < million; ++i) (void)out.send(i);
    group.wait();
    return watch.seconds();
}

// Runs `measure` while a million wait for an event.
template <class F>
double beside_a_million(F measure) {
    weft::Event end;
    weft::WaitGroup group;
    std::atomic<int> waiting = 0;
    for (int i = 0; i < million; ++i)
        group.go([&] {
            ++waiting;
            end.wait();
        });
    while (waiting < million) weft::yield();
    const double figure = measure();
    end.set();
    group.wait();
    return figure;
}

void dump_to_nowhere() {
    std::int64_t bytes = 0;
    weft::dump_grouped(
        [&](std::string_view piece) { bytes += static_cast<std::int64_t>(piece.size()); });
    keep(bytes);
}

double dump_time() {
    return beside_a_million([] {
        const Watch watch;
        dump_to_nowhere();
        return watch.seconds();
    });
}

double dump_growth() {
    return beside_a_million([] {
        const double before = resident_bytes();
        dump_to_nowhere();
        return (resident_bytes() - before) / 1e6;
    });
}

// From the cancel until all have unwound and been joined.
double shutdown() {
    Watch watch;
    (void)weft::cancellable([&](weft::CancelHandle& handle) {
        weft::Event never;
        std::atomic<int> waiting = 0;
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < million; ++i)
                s.go([&] {
                    ++waiting;
                    never.wait();
                });
            while (waiting < million) weft::yield();
            watch = Watch();
            handle.cancel();
        });
    });
    return watch.seconds();
}

constexpr int connections_wanted = 10'000;

int connections() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    const auto possible = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1'000'000) - 64) / 2;
    if (possible >= connections_wanted) return connections_wanted;
    std::fprintf(stderr, "echo: only %d connections, by the descriptor limit\n", possible);
    return possible;
}

using Message = std::array<std::byte, 16>;

void answer(weft::net::Connection connection) {
    Message message;
    for (;;) {
        const auto n = connection.read_some(message);
        if (!n || *n == 0 || !connection.write_all({message.data(), *n})) return;
    }
}

void ask(weft::net::Connection& connection) {
    Message message{};
    (void)connection.write_all(message);
    for (std::size_t got = 0; got < message.size();)
        got += connection.read_some(std::span(message).subspan(got)).value();
}

struct Line {
    weft::net::Connection connection;
    weft::Mutex turn;
};

// A hundred goroutines a connection take turns at it; each sends and gets back one message.
double echo() {
    auto listener = weft::net::listen("127.0.0.1:0", 4096).value();
    std::vector<Line> lines(static_cast<std::size_t>(connections()));
    double figure = 0;
    weft::scope([&](weft::Scope& s) {
        s.go([&] {
            while (auto caller = listener.accept()) s.go([caller = *caller] { answer(caller); });
        });
        for (Line& line : lines) line.connection = weft::net::dial(listener.address()).value();
        const Watch watch;
        weft::WaitGroup group;
        for (int i = 0; i < million; ++i)
            group.go([&line = lines[static_cast<std::size_t>(i) % lines.size()]] {
                const std::lock_guard turn(line.turn);
                ask(line.connection);
            });
        group.wait();
        figure = watch.ns_each(million) / 1e3;
        for (Line& line : lines) line.connection.close();
        listener.close();
    });
    return figure;
}

constexpr std::array rows = {Row{"million-channels", "s", channels},
                             Row{"million-echo", "us", echo}, Row{"million-dump", "s", dump_time},
                             Row{"million-dump-memory", "MB", dump_growth},
                             Row{"million-shutdown", "s", shutdown}};

}  // namespace

std::span<const Row> million_rows() {
    return rows;
}

}  // namespace bench
