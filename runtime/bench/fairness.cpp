// SPDX-License-Identifier: Apache-2.0
// The worst wait of a goroutine that yields in a loop beside a load, in microseconds: what a
// scheduler that favours partners costs the others.
#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "weft/channel.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "loads.h"
#include "rows.h"

namespace bench {
namespace {

template <class Load>
double worst_wait(Load load) {
    std::atomic<bool> over{false};
    double worst = 0;
    weft::scope([&](weft::Scope& all) {
        all.go([&] {
            while (!over.load(std::memory_order_relaxed)) {
                const Watch watch;
                weft::yield();
                worst = std::max(worst, watch.seconds());
            }
        });
        weft::scope(load);
        over.store(true);
    });
    return worst * 1e6;
}

double beside_ping_pong() {
    return worst_wait([](weft::Scope& s) {
        auto [there, here] = weft::channel<std::int64_t>();
        auto [back, returned] = weft::channel<std::int64_t>();
        pass_on(s, std::move(here), std::move(back));
        s.go([out = std::move(there), in = std::move(returned)]() mutable {
            for (int i = 0; i < 500'000; ++i) {
                (void)out.send(i);
                keep(*in.recv());
            }
        });
    });
}

double beside_pipeline() {
    return worst_wait([](weft::Scope& s) { pipeline_load(s, 500'000, 4); });
}

double beside_four() {
    return worst_wait([](weft::Scope& s) {
        auto [tx, rx] = weft::channel<std::int64_t>(128);
        for (int i = 0; i < 4; ++i) produce(s, tx.clone(), 500'000);
        for (int i = 0; i < 4; ++i) consume(s, rx.clone());
    });
}

constexpr std::array rows = {Row{"worst-wait-ping-pong", "us", beside_ping_pong},
                             Row{"worst-wait-pipeline-w4", "us", beside_pipeline},
                             Row{"worst-wait-4x4", "us", beside_four}};

}  // namespace

std::span<const Row> fairness_rows() {
    return rows;
}

}  // namespace bench
