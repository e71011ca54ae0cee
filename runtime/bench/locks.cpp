// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <mutex>
#include <shared_mutex>

#include "weft/mutex.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"

#include "rows.h"

namespace bench {
namespace {

double mutex_alone() {
    constexpr int times = 20'000'000;
    weft::Mutex mutex;
    std::int64_t counter = 0;
    const Watch watch;
    for (int i = 0; i < times; ++i) {
        mutex.lock();
        ++counter;
        mutex.unlock();
    }
    keep(counter);
    return watch.ns_each(times);
}

double mutex_eight() {
    constexpr int each = 1'000'000;
    weft::Mutex mutex;
    std::int64_t counter = 0;
    const Watch watch;
    weft::scope([&](weft::Scope& s) {
        for (int g = 0; g < 8; ++g)
            s.go([&] {
                for (int i = 0; i < each; ++i) {
                    const std::lock_guard guard(mutex);
                    ++counter;
                }
            });
    });
    keep(counter);
    return watch.ns_each(8.0 * each);
}

double read_alone() {
    constexpr int times = 20'000'000;
    weft::RWMutex mutex;
    std::int64_t sum = 0;
    const Watch watch;
    for (int i = 0; i < times; ++i) {
        mutex.lock_shared();
        sum += i;
        mutex.unlock_shared();
    }
    keep(sum);
    return watch.ns_each(times);
}

double read_mostly() {
    constexpr int each = 1'000'000;
    weft::RWMutex mutex;
    std::int64_t counter = 0;
    const Watch watch;
    weft::scope([&](weft::Scope& s) {
        for (int g = 0; g < 8; ++g)
            s.go([&] {
                std::int64_t sum = 0;
                for (int i = 0; i < each; ++i) {
                    if (i % 20 == 0) {
                        const std::lock_guard guard(mutex);
                        ++counter;
                    } else {
                        const std::shared_lock guard(mutex);
                        sum += counter;
                    }
                }
                keep(sum);
            });
    });
    return watch.ns_each(8.0 * each);
}

constexpr std::array rows = {Row{"mutex", "ns", mutex_alone}, Row{"mutex-8", "ns", mutex_eight},
                             Row{"rwmutex-read", "ns", read_alone},
                             Row{"rwmutex-95-5", "ns", read_mostly}};

}  // namespace

std::span<const Row> lock_rows() {
    return rows;
}

}  // namespace bench
