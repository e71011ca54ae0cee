// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "weft/channel.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "rows.h"

namespace bench {
namespace {

constexpr int million = 1'000'000;

double spawn_many() {
    const Watch watch;
    weft::scope([](weft::Scope& s) {
        for (int i = 0; i < million; ++i) s.go([] {});
    });
    return watch.ns_each(million);
}

double spawn_one() {
    constexpr int times = 500'000;
    return weft::scope([](weft::Scope& s) {
        const Watch watch;
        for (int i = 0; i < times; ++i) s.go([] {}).join();
        return watch.ns_each(times);
    });
}

double yield_two() {
    constexpr int times = 1'000'000;
    const Watch watch;
    weft::scope([](weft::Scope& s) {
        for (int g = 0; g < 2; ++g)
            s.go([] {
                for (int i = 0; i < times; ++i) weft::yield();
            });
    });
    return watch.ns_each(2 * times);
}

// Each node but a leaf starts ten and adds up what they send it through one unbuffered channel.
void skynet(weft::Sender<std::int64_t> out, std::int64_t number, std::int64_t size) {
    if (size == 1) {
        (void)out.send(number);
        return;
    }
    auto [tx, rx] = weft::channel<std::int64_t>();
    for (int i = 0; i < 10; ++i)
        weft::go([tx = tx.clone(), number = number + i * (size / 10), size]() mutable {
            skynet(std::move(tx), number, size / 10);
        });
    std::int64_t sum = 0;
    for (int i = 0; i < 10; ++i) sum += *rx.recv();
    (void)out.send(sum);
}

double skynet_million() {
    const Watch watch;
    auto [tx, rx] = weft::channel<std::int64_t>();
    weft::go([tx = std::move(tx)]() mutable { skynet(std::move(tx), 0, million); });
    if (*rx.recv() != 499'999'500'000) return -1;
    return watch.seconds() * 1e3;
}

constexpr std::array rows = {Row{"spawn+join-1M", "ns", spawn_many},
                             Row{"spawn-join-one", "ns", spawn_one}, Row{"yield", "ns", yield_two},
                             Row{"skynet-1M", "ms", skynet_million}};

}  // namespace

std::span<const Row> spawn_rows() {
    return rows;
}

}  // namespace bench
