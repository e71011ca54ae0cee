// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>

#include "weft/scope.h"
#include "weft/time.h"
#include "weft/wait_group.h"

#include "rows.h"

namespace bench {
namespace {

// A million goroutines, each asleep for its own part of a second.
void sleep_million() {
    weft::WaitGroup group;
    std::uint64_t random = 88172645463325252ULL;
    for (int i = 0; i < 1'000'000; ++i) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        const std::chrono::nanoseconds time(random % 1'000'000'000);
        group.go([time] { weft::sleep(time); });
    }
    group.wait();
}

double wall() {
    const Watch watch;
    sleep_million();
    return watch.seconds();
}

double cpu() {
    const double before = cpu_seconds();
    sleep_million();
    return cpu_seconds() - before;
}

constexpr std::array rows = {Row{"timers-1M-wall", "s", wall}, Row{"timers-1M-cpu", "s", cpu}};

}  // namespace

std::span<const Row> timer_rows() {
    return rows;
}

}  // namespace bench
