// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "weft/channel.h"
#include "weft/no_park.h"
#include "weft/run.h"
#include "weft/wait_group.h"

#include "rows.h"

namespace bench {
namespace {

constexpr int million = 1'000'000;

// Each waits for a channel that never carries a value and ends when it is closed.
double parked() {
    const double before = resident_bytes();
    auto [tx, rx] = weft::channel<int>();
    weft::WaitGroup group;
    for (int i = 0; i < million; ++i) group.go([&rx = rx] { (void)rx.recv(); });
    weft::yield();
    const double each = (resident_bytes() - before) / million;
    {
        const auto end = std::move(tx);
    }
    group.wait();
    return each;
}

// The spawner never parks, so none of them runs before all are there.
double not_run() {
    const double before = resident_bytes();
    weft::WaitGroup group;
    double each = 0;
    {
        const weft::NoPark none_runs;
        for (int i = 0; i < million; ++i) group.go([] {});
        each = (resident_bytes() - before) / million;
    }
    group.wait();
    return each;
}

constexpr std::array rows = {Row{"bytes-parked", "B", parked}, Row{"bytes-not-run", "B", not_run}};

}  // namespace

std::span<const Row> memory_rows() {
    return rows;
}

}  // namespace bench
