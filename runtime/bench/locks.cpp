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

// One goroutine; `once(i)` is what is measured.
template <class Once>
double alone(Once once) {
    constexpr int times = 20'000'000;
    const Watch watch;
    for (int i = 0; i < times; ++i) once(i);
    return watch.ns_each(times);
}

// Eight goroutines, each of which runs `each_one(times)`.
template <class EachOne>
double eight(EachOne each_one) {
    constexpr int times = 1'000'000;
    const Watch watch;
    weft::scope([&](weft::Scope& s) {
        for (int g = 0; g < 8; ++g) s.go([&] { each_one(times); });
    });
    return watch.ns_each(8.0 * times);
}

double mutex_alone() {
    weft::Mutex mutex;
    std::int64_t counter = 0;
    const double ns = alone([&](int) {
        mutex.lock();
        ++counter;
        mutex.unlock();
    });
    keep(counter);
    return ns;
}

double mutex_eight() {
    weft::Mutex mutex;
    std::int64_t counter = 0;
    const double ns = eight([&](int times) {
        for (int i = 0; i < times; ++i) {
            const std::lock_guard guard(mutex);
            ++counter;
        }
    });
    keep(counter);
    return ns;
}

double read_alone() {
    weft::RWMutex mutex;
    std::int64_t sum = 0;
    const double ns = alone([&](int i) {
        mutex.lock_shared();
        sum += i;
        mutex.unlock_shared();
    });
    keep(sum);
    return ns;
}

double read_mostly() {
    weft::RWMutex mutex;
    std::int64_t counter = 0;
    return eight([&](int times) {
        std::int64_t sum = 0;
        for (int i = 0; i < times; ++i) {
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
}

constexpr std::array rows = {Row{"mutex", "ns", mutex_alone}, Row{"mutex-8", "ns", mutex_eight},
                             Row{"rwmutex-read", "ns", read_alone},
                             Row{"rwmutex-95-5", "ns", read_mostly}};

}  // namespace

std::span<const Row> lock_rows() {
    return rows;
}

}  // namespace bench
