// SPDX-License-Identifier: Apache-2.0
// fiber_bench ROW WORKERS: rows of weft_bench for which Boost.Fiber has the same primitives, as
// shipped by Debian. One worker runs its round robin scheduler, several its work stealing one. A
// buffered_channel of n keeps n - 1 values, so "capacity 128" is 127 here.
#include <array>
#include <boost/fiber/algo/work_stealing.hpp>
#include <boost/fiber/all.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "../../rows.h"

namespace fibers = boost::fibers;

namespace bench {

void keep(std::int64_t value) {
    asm volatile("" : : "r"(value));
}

namespace {

void join_all(std::vector<fibers::fiber>& all) {
    for (auto& one : all) one.join();
}

// A million at once would take 130 GB of addresses and as many mappings as the kernel refuses.
double spawn_many() {
    constexpr int times = 20'000;
    std::vector<fibers::fiber> all;
    all.reserve(times);
    const Watch watch;
    for (int i = 0; i < times; ++i) all.emplace_back([] {});
    join_all(all);
    return watch.ns_each(times);
}

double spawn_one() {
    constexpr int times = 200'000;
    const Watch watch;
    for (int i = 0; i < times; ++i) fibers::fiber([] {}).join();
    return watch.ns_each(times);
}

double yield_two() {
    constexpr int times = 1'000'000;
    const Watch watch;
    std::vector<fibers::fiber> all;
    for (int g = 0; g < 2; ++g)
        all.emplace_back([] {
            for (int i = 0; i < times; ++i) boost::this_fiber::yield();
        });
    join_all(all);
    return watch.ns_each(2 * times);
}

double ping_pong() {
    constexpr int trips = 500'000;
    fibers::unbuffered_channel<std::int64_t> there;
    fibers::unbuffered_channel<std::int64_t> back;
    const Watch watch;
    fibers::fiber other([&] {
        for (const auto value : there) back.push(value);
    });
    std::int64_t sum = 0;
    for (int i = 0; i < trips; ++i) {
        there.push(i);
        sum += back.value_pop();
    }
    there.close();
    other.join();
    keep(sum);
    return watch.ns_each(trips);
}

template <int producers, int consumers>
double many_to_many() {
    constexpr int values = 2'000'000;
    fibers::buffered_channel<std::int64_t> channel(128);
    const Watch watch;
    std::vector<fibers::fiber> sending;
    std::vector<fibers::fiber> receiving;
    for (int p = 0; p < producers; ++p)
        sending.emplace_back([&] {
            for (std::int64_t i = 0; i < values / producers; ++i) channel.push(i);
        });
    for (int c = 0; c < consumers; ++c)
        receiving.emplace_back([&] {
            std::int64_t sum = 0;
            for (const auto value : channel) sum += value;
            keep(sum);
        });
    join_all(sending);
    channel.close();
    join_all(receiving);
    return watch.ns_each(values);
}

double mutex_alone() {
    constexpr int times = 10'000'000;
    fibers::mutex mutex;
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
    constexpr int each = 500'000;
    fibers::mutex mutex;
    std::int64_t counter = 0;
    const Watch watch;
    std::vector<fibers::fiber> all;
    for (int g = 0; g < 8; ++g)
        all.emplace_back([&] {
            for (int i = 0; i < each; ++i) {
                const std::lock_guard guard(mutex);
                ++counter;
            }
        });
    join_all(all);
    keep(counter);
    return watch.ns_each(8.0 * each);
}

constexpr std::array rows = {Row{"spawn+join-1M", "ns", spawn_many},
                             Row{"spawn-join-one", "ns", spawn_one},
                             Row{"yield", "ns", yield_two},
                             Row{"ping-pong", "ns", ping_pong},
                             Row{"cap128-1x1", "ns", many_to_many<1, 1>},
                             Row{"cap128-4x4", "ns", many_to_many<4, 4>},
                             Row{"mutex", "ns", mutex_alone},
                             Row{"mutex-8", "ns", mutex_eight}};

// Runs the row where `workers` threads steal fibers from one another.
void on_workers(unsigned workers, const std::function<void()>& row) {
    if (workers == 1) return row();
    std::mutex mutex;
    fibers::condition_variable_any over;
    bool done = false;
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < workers; ++i)
        threads.emplace_back([&] {
            fibers::use_scheduling_algorithm<fibers::algo::work_stealing>(workers);
            std::unique_lock lock(mutex);
            over.wait(lock, [&] { return done; });
        });
    fibers::use_scheduling_algorithm<fibers::algo::work_stealing>(workers);
    row();
    {
        const std::lock_guard lock(mutex);
        done = true;
    }
    over.notify_all();
    for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace bench

int main(int count, char** arguments) {
    for (const bench::Row& row : bench::rows) {
        if (count == 2) std::puts(row.name);
        if (count != 3 || std::strcmp(arguments[1], row.name) != 0) continue;
        bench::on_workers(static_cast<unsigned>(std::atoi(arguments[2])),
                          [&] { std::printf("%.4f %s\n", row.measure(), row.unit); });
        return 0;
    }
    return count == 2 ? 0 : 64;
}
