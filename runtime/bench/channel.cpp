// SPDX-License-Identifier: Apache-2.0
#include "weft/channel.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "weft/run.h"
#include "weft/scope.h"
#include "weft/select.h"

#include "loads.h"
#include "rows.h"

namespace bench {
namespace {

double ping_pong() {
    constexpr int trips = 1'000'000;
    auto [there, here] = weft::channel<std::int64_t>();
    auto [back, returned] = weft::channel<std::int64_t>();
    const Watch watch;
    weft::scope([&](weft::Scope& s) {
        s.go([in = std::move(here), out = std::move(back)]() mutable {
            for (const auto value : in) (void)out.send(value);
        });
        std::int64_t sum = 0;
        for (int i = 0; i < trips; ++i) {
            (void)there.send(i);
            sum += *returned.recv();
        }
        const auto end = std::move(there);
        keep(sum);
    });
    return watch.ns_each(trips);
}

double one_goroutine() {
    constexpr int times = 10'000'000;
    auto [tx, rx] = weft::channel<std::int64_t>(1);
    const Watch watch;
    std::int64_t sum = 0;
    for (int i = 0; i < times; ++i) {
        (void)tx.send(i);
        sum += *rx.recv();
    }
    keep(sum);
    return watch.ns_each(times);
}

template <int producers, int consumers, int capacity>
double many_to_many() {
    constexpr int values = 4'000'000;
    const Watch watch;
    weft::scope([](weft::Scope& s) {
        auto [tx, rx] = weft::channel<std::int64_t>(capacity);
        for (int p = 0; p < producers; ++p) produce(s, tx.clone(), values / producers);
        for (int c = 0; c < consumers; ++c) consume(s, rx.clone());
    });
    return watch.ns_each(values);
}

template <int capacity>
double select_four() {
    constexpr int each = 500'000;
    const Watch watch;
    weft::scope([](weft::Scope& s) {
        std::vector<weft::Receiver<std::int64_t>> in;
        for (int p = 0; p < 4; ++p) {
            auto [tx, rx] = weft::channel<std::int64_t>(capacity);
            produce(s, std::move(tx), each);
            in.push_back(std::move(rx));
        }
        std::int64_t sum = 0;
        const auto add = [&](std::int64_t value) { sum += value; };
        for (int i = 0; i < 4 * each; ++i)
            weft::select(weft::on(in[0], add), weft::on(in[1], add), weft::on(in[2], add),
                         weft::on(in[3], add));
        keep(sum);
    });
    return watch.ns_each(4.0 * each);
}

template <int middle>
double pipeline() {
    constexpr int records = 1'000'000;
    const Watch watch;
    weft::scope([](weft::Scope& s) { pipeline_load(s, records, middle); });
    return watch.ns_each(records);
}

constexpr std::array rows = {Row{"ping-pong", "ns", ping_pong},
                             Row{"one-goroutine", "ns", one_goroutine},
                             Row{"cap128-1x1", "ns", many_to_many<1, 1, 128>},
                             Row{"cap128-4x4", "ns", many_to_many<4, 4, 128>},
                             Row{"select4-unbuffered", "ns", select_four<0>},
                             Row{"select4-cap128", "ns", select_four<128>},
                             Row{"pipeline", "ns", pipeline<1>},
                             Row{"pipeline-w4", "ns", pipeline<4>}};

}  // namespace

std::span<const Row> channel_rows() {
    return rows;
}

}  // namespace bench
