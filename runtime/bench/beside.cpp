// SPDX-License-Identifier: Apache-2.0
// The latency of a small server's requests while very many goroutines are parked beside it: what a
// look at all of them costs those who work.
#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "loads.h"
#include "rows.h"

namespace bench {
namespace {

constexpr int parked = 100'000;
constexpr int clients = 4;
constexpr double seconds_measured = 8;  // some looks of the background at all of them

// A request's work: some microseconds.
std::int64_t answer(std::int64_t question) {
    for (int i = 0; i < 2000; ++i) question = question * 6364136223846793005 + 1442695040888963407;
    return question;
}

/// Goroutines that wait for an answer of their own for as long as this is kept.
class Parked {
  public:
    explicit Parked(weft::Scope& s) {
        for (int i = 0; i < parked; ++i) {
            auto [tx, rx] = weft::channel<char>();
            ends_.push_back(std::move(tx));
            s.go([rx = std::move(rx)]() mutable { (void)rx.recv(); });
        }
    }

  private:
    std::vector<weft::Sender<char>> ends_;
};

void ask(std::vector<double>& latencies) {
    auto [questions, asked] = weft::channel<std::int64_t>();
    auto [answers, answered] = weft::channel<std::int64_t>();
    weft::scope([&, &questions = questions, &asked = asked, &answers = answers,
                 &answered = answered](weft::Scope& s) {
        s.go([in = std::move(asked), out = std::move(answers)]() mutable {
            for (const auto question : in) (void)out.send(answer(question));
        });
        const Watch all;
        while (all.seconds() < seconds_measured) {
            const Watch one;
            (void)questions.send(1);
            keep(*answered.recv());
            latencies.push_back(one.seconds());
            weft::sleep(std::chrono::microseconds(200));
        }
        const auto end = std::move(questions);
    });
}

double p99() {
    std::array<std::vector<double>, clients> latencies;
    weft::scope([&](weft::Scope& s) {
        const Parked beside(s);
        weft::scope([&](weft::Scope& server) {
            for (auto& mine : latencies) server.go([&mine] { ask(mine); });
        });
    });
    std::vector<double> all;
    for (const auto& each : latencies) all.insert(all.end(), each.begin(), each.end());
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 99 / 100);
    std::nth_element(all.begin(), at, all.end());
    return *at * 1e6;
}

constexpr std::array rows = {Row{"p99-beside-100k", "us", p99}};

}  // namespace

std::span<const Row> beside_rows() {
    return rows;
}

}  // namespace bench
