// SPDX-License-Identifier: Apache-2.0
// From std::thread: the same work before and after, both run.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <future>
#include <mutex>
#include <numeric>
#include <stop_token>
#include <thread>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/guarded.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

namespace {

using Readings = std::vector<int>;

int mean(const Readings& readings) {
    return std::accumulate(readings.begin(), readings.end(), 0) / static_cast<int>(readings.size());
}

namespace before {
// [before_join]
std::vector<int> means(const std::vector<Readings>& wards) {
    std::vector<int> result(wards.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < wards.size(); ++i)
        threads.emplace_back([&, i] { result[i] = mean(wards[i]); });  // an exception: terminate
    for (auto& thread : threads) thread.join();  // left out on one path: terminate
    return result;
}
// [end]

// [before_queue]
class Queue {
  public:
    void push(int form) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return forms_.size() < 8; });
        forms_.push_back(form);
        filled_.notify_one();
    }
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        filled_.notify_all();
    }
    bool pop(int& form) {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [&] { return closed_ || !forms_.empty(); });
        if (forms_.empty()) return false;
        form = forms_.front();
        forms_.pop_front();
        room_.notify_one();
        return true;
    }

  private:
    std::mutex mutex_;
    std::condition_variable filled_;
    std::condition_variable room_;
    std::deque<int> forms_;
    bool closed_ = false;
};

int archive(int forms) {
    Queue queue;
    std::thread producer([&] {
        for (int form = 1; form <= forms; ++form) queue.push(form);
        queue.close();
    });
    int archived = 0;
    for (int form = 0; queue.pop(form);) ++archived;
    producer.join();
    return archived;
}
// [end]

// [before_future]
int slower(const Readings& a, const Readings& b) {
    auto first = std::async(std::launch::async, [&] { return mean(a); });
    auto second = std::async(std::launch::async, [&] { return mean(b); });
    return std::max(first.get(), second.get());
}
// [end]

// [before_stop]
int rounds_until_stopped() {
    int rounds = 0;
    std::promise<void> begun;
    std::jthread nurse([&](const std::stop_token& stop) {  // whatever waits must be given the token
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            if (++rounds == 1) begun.set_value();
            wake.wait_for(lock, stop, 1h, [] { return false; });
        }
    });
    begun.get_future().wait();
    nurse.request_stop();
    nurse.join();
    return rounds;
}
// [end]
}  // namespace before

namespace after {
// [after_join]
std::vector<int> means(const std::vector<Readings>& wards) {
    std::vector<int> result(wards.size());
    weft::scope([&](weft::Scope& s) {
        for (std::size_t i = 0; i < wards.size(); ++i)
            s.go("mean", [&, i] { result[i] = mean(wards[i]); });
    });  // joined on every path; the first exception comes out here
    return result;
}
// [end]

// [after_queue]
int archive(int forms) {
    auto [out, queue] = weft::channel<int>(8, "forms");
    int archived = 0;
    weft::scope([&, &queue = queue](weft::Scope& s) {
        s.go("produce", [forms, out = std::move(out)]() mutable {
            for (int form = 1; form <= forms; ++form)
                if (!out.send(form)) return;
        });  // its Sender goes, and with it the channel closes
        for ([[maybe_unused]] const int form : queue) ++archived;
    });
    return archived;
}
// [end]

// [after_future]
int slower(const Readings& a, const Readings& b) {
    return weft::scope([&](weft::Scope& s) {
        auto first = s.go("first", [&] { return mean(a); });
        auto second = s.go("second", [&] { return mean(b); });
        return std::max(first.join(), second.join());
    });
}
// [end]

// [after_stop]
int rounds_until_stopped() {
    int rounds = 0;
    weft::Event begun;
    (void)weft::cancellable([&](weft::CancelHandle& stop) {
        weft::scope([&](weft::Scope& s) {
            s.go("nurse", [&] {
                for (;;) {
                    if (++rounds == 1) begun.set();
                    weft::sleep(1h);  // any wait, however deep, ends when the context does
                }
            });
            begun.wait();
            stop.cancel();
        });
    });
    return rounds;
}
// [end]

// [after_shared]
// A goroutine that waits for weft's mutex leaves its thread to others. A value that is reached
// through its lock only cannot be used without it. std::mutex stays right for a few instructions
// without a wait.
struct Beds {
    int taken = 0;
};

int admit(int patients) {
    weft::Guarded<Beds> beds;
    weft::scope([&](weft::Scope& s) {
        for (int i = 0; i < patients; ++i)
            s.go("admit", [&] { beds.with([](Beds& b) { ++b.taken; }); });
    });
    return beds.with([](Beds& b) { return b.taken; });
}
// [end]
}  // namespace after

void show(const char* what, int old_way, int new_way) {
    std::printf("%s: %d and %d\n", what, old_way, new_way);
}

}  // namespace

// [main]
int main() {
    return weft::run([] {
        const std::vector<Readings> wards = {{112, 118}, {130, 142, 127}};
        // What still uses threads may stay: weft's channels, locks and events work from them too.
        show("means", before::means(wards)[1], after::means(wards)[1]);
        show("archived", before::archive(20), after::archive(20));
        show("higher", before::slower(wards[0], wards[1]), after::slower(wards[0], wards[1]));
        show("rounds", before::rounds_until_stopped(), after::rounds_until_stopped());
        std::printf("admitted: %d\n", after::admit(10));
    });
}
// [end]

// Output:
// means: 133 and 133
// archived: 20 and 20
// higher: 133 and 133
// rounds: 1 and 1
// admitted: 10
