// SPDX-License-Identifier: Apache-2.0
// Plain threads are citizens: each primitive between a thread and a goroutine, in both roles, and
// between two threads without any run.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>

#include "weft/channel.h"
#include "weft/compat/chan.h"
#include "weft/compat/context.h"
#include "weft/compat/mutex.h"
#include "weft/compat/once.h"
#include "weft/compat/select.h"
#include "weft/compat/wait_group.h"
#include "weft/cond.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/guarded.h"
#include "weft/lock_all.h"
#include "weft/mutex.h"
#include "weft/once.h"
#include "weft/pool.h"
#include "weft/promise.h"
#include "weft/rate_limiter.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/select.h"
#include "weft/select_set.h"
#include "weft/semaphore.h"
#include "weft/single_flight.h"
#include "weft/ticker.h"
#include "weft/time.h"
#include "weft/wait_group.h"

#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

constexpr int rounds = 200;

/// What two parties do with one primitive; each ends only when the other has done its part. `right`
/// holds when both have ended.
struct Meeting {
    std::function<void()> first;
    std::function<void()> second;
    std::function<bool()> right;
};

struct Row {
    const char* primitive;
    Meeting (*arrange)();
};

/// Two parties that do the same, `rounds` times each, to one shared object.
template <class Shared>
Meeting both(std::shared_ptr<Shared> shared, std::function<void(Shared&)> once,
             std::function<bool(Shared&)> right) {
    const auto party = [shared, once] {
        for (int i = 0; i < rounds; ++i) once(*shared);
    };
    return {party, party, [shared, right] { return right(*shared); }};
}

Meeting channel_of(std::size_t capacity) {
    struct Shared {
        std::pair<Sender<int>, Receiver<int>> ends;
        int sum = 0;
    };
    auto s = std::make_shared<Shared>(Shared{channel<int>(capacity)});
    return {[s] {
                for (int i = 1; i <= rounds; ++i) REQUIRE(s->ends.first.send(i));
                const Sender<int> last = std::move(s->ends.first);
            },
            [s] {
                for (const int value : s->ends.second) s->sum += value;
            },
            [s] { return s->sum == rounds * (rounds + 1) / 2; }};
}

Meeting by_select() {
    struct Shared {
        std::pair<Sender<int>, Receiver<int>> a = channel<int>();
        std::pair<Sender<int>, Receiver<int>> b = channel<int>();
        int sent = 0;
        int received = 0;
    };
    auto s = std::make_shared<Shared>();
    return {[s] {
                for (int i = 0; i < rounds; ++i)
                    select(on_send(s->a.first, 1, [&] { ++s->sent; }),
                           on_send(s->b.first, 1, [&] { ++s->sent; }));
            },
            [s] {
                for (int i = 0; i < rounds; ++i)
                    select(on(s->a.second, [&](int n) { s->received += n; }),
                           on(s->b.second, [&](int n) { s->received += n; }));
            },
            [s] { return s->sent == rounds && s->received == rounds; }};
}

Meeting by_select_set() {
    struct Shared {
        std::pair<Sender<int>, Receiver<int>> a = channel<int>();
        std::pair<Sender<int>, Receiver<int>> b = channel<int>();
        int received = 0;
    };
    auto s = std::make_shared<Shared>();
    return {[s] {
                for (int i = 0; i < rounds; ++i) (void)(i % 2 ? s->a : s->b).first.send(1);
            },
            [s] {
                SelectSet set;
                for (Receiver<int>* from : {&s->a.second, &s->b.second})
                    set.on(*from, [&](int n) { s->received += n; });
                for (int i = 0; i < rounds; ++i) set.select();
            },
            [s] { return s->received == rounds; }};
}

Meeting by_mutex() {
    struct Shared {
        Mutex mutex;
        int count = 0;
    };
    return both<Shared>(
        std::make_shared<Shared>(),
        [](Shared& s) {
            std::lock_guard guard(s.mutex);
            ++s.count;
        },
        [](Shared& s) { return s.count == 2 * rounds; });
}

Meeting by_rw_mutex() {
    struct Shared {
        RWMutex mutex;
        int a = 0;
        int b = 0;
        int torn = 0;
    };
    auto s = std::make_shared<Shared>();
    return {[s] {
                for (int i = 0; i < rounds; ++i) {
                    std::lock_guard guard(s->mutex);
                    ++s->a;
                    ++s->b;
                }
            },
            [s] {
                for (int seen = 0; seen < rounds; yield()) {
                    std::shared_lock guard(s->mutex);
                    if (s->a != s->b) ++s->torn;
                    seen = s->a;
                }
            },
            [s] { return s->a == rounds && s->torn == 0; }};
}

Meeting by_cond() {
    struct Shared {
        Mutex mutex;
        Cond cond;
        int turn = 0;
    };
    auto s = std::make_shared<Shared>();
    const auto party = [s](int mine) {
        for (int i = 0; i < rounds; ++i) {
            std::unique_lock lock(s->mutex);
            s->cond.wait(lock, [&] { return s->turn % 2 == mine; });
            ++s->turn;
            s->cond.signal();
        }
    };
    return {[party] { party(0); }, [party] { party(1); }, [s] { return s->turn == 2 * rounds; }};
}

Meeting by_wait_group() {
    struct Shared {
        WaitGroup group;
        WaitGroup::Token token = group.token();
        int written = 0;
        int read = 0;
    };
    auto s = std::make_shared<Shared>();
    return {[s] {
                s->written = 7;
                const auto done = std::move(s->token);
            },
            [s] {
                s->group.wait();
                s->read = s->written;
            },
            [s] { return s->read == 7; }};
}

Meeting by_once() {
    struct Shared {
        Once once;
        int made = 0;
    };
    return both<Shared>(
        std::make_shared<Shared>(),
        [](Shared& s) {
            s.once.call([&] {
                yield();
                ++s.made;
            });
        },
        [](Shared& s) { return s.made == 1; });
}

Meeting by_lazy() {
    struct Shared {
        std::atomic<int> made{0};
        std::atomic<int> wrong{0};
        Lazy<int> lazy{[this] {
            yield();
            ++made;
            return 42;
        }};
    };
    return both<Shared>(
        std::make_shared<Shared>(), [](Shared& s) { s.wrong += s.lazy.get() == 42 ? 0 : 1; },
        [](Shared& s) { return s.made == 1 && s.wrong == 0; });
}

Meeting by_semaphore() {
    struct Shared {
        Semaphore permits{1};
        int inside = 0;
        int most = 0;
        int count = 0;
    };
    return both<Shared>(
        std::make_shared<Shared>(),
        [](Shared& s) {
            const auto permit = s.permits.acquire();
            s.most = std::max(s.most, ++s.inside);
            ++s.count;
            --s.inside;
        },
        [](Shared& s) { return s.most == 1 && s.count == 2 * rounds; });
}

Meeting by_rate_limiter() {
    struct Shared {
        RateLimiter limiter{100'000, 1};
        std::atomic<int> let_through{0};
    };
    return both<Shared>(
        std::make_shared<Shared>(), [](Shared& s) { s.let_through += s.limiter.wait() ? 1 : 0; },
        [](Shared& s) { return s.let_through == 2 * rounds; });
}

Meeting by_event() {
    struct Shared {
        Event there;
        Event back;
        int written = 0;
        int read = 0;
    };
    auto s = std::make_shared<Shared>();
    return {[s] {
                s->written = 3;
                s->there.set();
                s->back.wait();
            },
            [s] {
                s->there.wait();
                s->read = s->written;
                s->back.set();
            },
            [s] { return s->read == 3; }};
}

Meeting by_pool() {
    struct Owned {
        std::atomic<bool> used{false};
    };
    struct Shared {
        Pool<Owned> pool;
        std::atomic<int> doubled{0};
    };
    return both<Shared>(
        std::make_shared<Shared>(),
        [](Shared& s) {
            const auto loan = s.pool.borrow();
            if (loan->used.exchange(true)) ++s.doubled;
            yield();
            loan->used = false;
        },
        [](Shared& s) { return s.doubled == 0; });
}

Meeting by_promise() {
    struct Shared {
        std::pair<Promise<int>, Future<int>> ends = promise<int>();
        int got = 0;
    };
    auto s = std::make_shared<Shared>();
    return {[s] { s->ends.first.set(5); }, [s] { s->got = s->ends.second.get().value(); },
            [s] { return s->got == 5; }};
}

Meeting by_guarded() {
    struct Shared {
        Guarded<int> a{0};
        Guarded<int> b{0};
    };
    return both<Shared>(
        std::make_shared<Shared>(),
        [](Shared& s) {
            s.a.with([](int& n) { ++n; });
            s.b.with([](int& n) { ++n; });
        },
        [](Shared& s) {
            return s.a.with([](int n) { return n; }) + s.b.with([](int n) { return n; }) ==
                   4 * rounds;
        });
}

Meeting by_lock_all() {
    struct Shared {
        Mutex a;
        Mutex b;
        int count = 0;
    };
    auto s = std::make_shared<Shared>();
    const auto party = [s](Mutex& one, Mutex& other) {
        for (int i = 0; i < rounds; ++i) {
            const auto held = lock_all(one, other);
            ++s->count;
        }
    };
    return {[s, party] { party(s->a, s->b); }, [s, party] { party(s->b, s->a); },
            [s] { return s->count == 2 * rounds; }};
}

Meeting by_timer() {
    struct Shared {
        Timer timer{1h};
        bool expired = false;
    };
    auto s = std::make_shared<Shared>();
    return {[s] { s->timer.reset(1ms); },
            [s] { s->expired = s->timer.expired().recv().has_value(); },
            [s] { return s->expired; }};
}

Meeting by_ticker() {
    struct Shared {
        Event made;
        Event enough;
        std::unique_ptr<Ticker> ticker;
        int ticks = 0;
    };
    auto s = std::make_shared<Shared>();
    return {[s] {
                s->ticker = std::make_unique<Ticker>(1ms);
                s->made.set();
                s->enough.wait();
                s->ticker->stop();
            },
            [s] {
                s->made.wait();
                while (s->ticks < 3 && s->ticker->ticks().recv()) ++s->ticks;
                s->enough.set();
            },
            [s] { return s->ticks == 3; }};
}

// Each waits for something that does not come, by every way to wait for a time.
Meeting by_deadlines() {
    struct Shared {
        std::pair<Sender<int>, Receiver<int>> a = channel<int>();
        std::pair<Sender<int>, Receiver<int>> b = channel<int>();
        std::atomic<int> ended{0};
    };
    auto s = std::make_shared<Shared>();
    const auto party = [s](Receiver<int>& never) {
        sleep(1ms);
        select(on(never, [](int) {}), after(1ms, [&] { ++s->ended; }));
        if (!timeout(1ms, [&] { (void)never.recv(); })) ++s->ended;
    };
    return {[s, party] { party(s->a.second); }, [s, party] { party(s->b.second); },
            [s] { return s->ended == 4; }};
}

Meeting by_cancel() {
    struct Shared {
        Event handed;
        std::optional<CancelHandle> handle;
        std::pair<Sender<int>, Receiver<int>> never = channel<int>();
        bool ended = false;
    };
    auto s = std::make_shared<Shared>();
    return {[s] {
                s->handed.wait();
                s->handle->cancel();
            },
            [s] {
                const auto result = cancellable([&](CancelHandle& handle) {
                    s->handle = handle;
                    s->handed.set();
                    (void)s->never.second.recv();
                });
                s->ended = !result.ok();
            },
            [s] { return s->ended; }};
}

Meeting by_single_flight() {
    struct Shared {
        SingleFlight<int, int> flights;
        std::atomic<int> wrong{0};
    };
    return both<Shared>(
        std::make_shared<Shared>(),
        [](Shared& s) {
            const auto got = s.flights.call(1, [] { return 9; });
            if (got.value != 9) ++s.wrong;
        },
        [](Shared& s) { return s.wrong == 0; });
}

Meeting by_go_chan() {
    struct Shared {
        compat::Chan<int> values = compat::make_chan<int>();
        compat::Chan<int> quit = compat::make_chan<int>();
        int sum = 0;
    };
    auto s = std::make_shared<Shared>();
    return {[s] {
                for (int i = 1; i <= rounds; ++i) s->values.send(i);
                s->quit.close();
            },
            [s] {
                for (bool over = false; !over;)
                    select(compat::on(s->values, [&](int value) { s->sum += value; }),
                           compat::on(s->quit, [&] { over = true; }));
            },
            [s] { return s->sum == rounds * (rounds + 1) / 2; }};
}

Meeting by_go_sync() {
    struct Shared {
        compat::Mutex mutex;
        compat::Once once;
        compat::WaitGroup group;
        int count = 0;
        int made = 0;
    };
    auto s = std::make_shared<Shared>();
    s->group.add(2);
    const auto party = [s] {
        for (int i = 0; i < rounds; ++i) {
            s->mutex.lock();
            ++s->count;
            s->mutex.unlock();
            s->once.call([&] { ++s->made; });
        }
        s->group.done();
        s->group.wait();
    };
    return {party, party, [s] { return s->count == 2 * rounds && s->made == 1; }};
}

Meeting by_go_context() {
    struct Shared {
        std::pair<compat::Context, compat::Cancel> made =
            compat::with_cancel(compat::Context::background());
        bool ended = false;
    };
    auto s = std::make_shared<Shared>();
    return {[s] { s->made.second(); },
            [s] {
                s->made.first.done().recv();
                s->ended = s->made.first.err().has_value();
            },
            [s] { return s->ended; }};
}

constexpr Row rows[] = {
    {"unbuffered channel", [] { return channel_of(0); }},
    {"buffered channel", [] { return channel_of(4); }},
    {"select", by_select},
    {"SelectSet", by_select_set},
    {"Mutex", by_mutex},
    {"RWMutex", by_rw_mutex},
    {"Cond", by_cond},
    {"WaitGroup", by_wait_group},
    {"Once", by_once},
    {"Lazy", by_lazy},
    {"Semaphore", by_semaphore},
    {"RateLimiter", by_rate_limiter},
    {"Event", by_event},
    {"Pool", by_pool},
    {"Promise", by_promise},
    {"Guarded", by_guarded},
    {"lock_all", by_lock_all},
    {"Timer", by_timer},
    {"Ticker", by_ticker},
    {"sleep, after, timeout", by_deadlines},
    {"cancel", by_cancel},
    {"SingleFlight", by_single_flight},
    {"compat::Chan and select", by_go_chan},
    {"compat::Mutex, Once, WaitGroup", by_go_sync},
    {"compat::Context", by_go_context},
};

}  // namespace

TEST_CASE("every primitive works between a plain thread and a goroutine, in both roles") {
    for (const Row& row : rows)
        for (const unsigned workers : {1U, 2U})
            for (const bool swapped : {false, true}) {
                CAPTURE(row.primitive);
                CAPTURE(workers);
                CAPTURE(swapped);
                const Meeting meeting = row.arrange();
                Options options;
                options.workers = workers;
                // Who waits for a thread looks like one that nobody will wake.
                options.on_deadlock = [](const std::string&) {};
                std::thread thread(swapped ? meeting.second : meeting.first);
                CHECK(run(options, swapped ? meeting.first : meeting.second) == 0);
                thread.join();
                CHECK(meeting.right());
            }
}

TEST_CASE("every primitive works between two plain threads, without any run") {
    for (const Row& row : rows) {
        CAPTURE(row.primitive);
        const Meeting meeting = row.arrange();
        std::thread first(meeting.first);
        std::thread second(meeting.second);
        first.join();
        second.join();
        CHECK(meeting.right());
    }
}

// Timers used to lie in the run's own heaps, and went with them.
TEST_CASE("a plain thread that sleeps while a run ends wakes all the same") {
    std::atomic<bool> sleeps{false};
    std::atomic<bool> over{false};
    std::atomic<int> woken{0};
    std::thread thread([&] {
        sleeps = true;
        while (!over) {
            sleep(1ms);
            ++woken;
        }
        sleep(1ms);
        ++woken;
    });
    CHECK(run([&] {
              while (!sleeps || woken == 0) yield();
          }) == 0);
    over = true;
    thread.join();
    CHECK(woken >= 2);
}

// Who stops such a timer must find it in one heap or the other, and the memory of neither is gone.
TEST_CASE("plain threads stop timers that a run made, while it ends and after") {
    for (int round = 0; round < 50; ++round) {
        std::vector<Timer> timers;
        std::atomic<int> made{0};
        int stopped = 0;
        std::thread thread([&] {
            while (made == 0) std::this_thread::yield();
            for (Timer& timer : timers) stopped += timer.stop() ? 1 : 0;
        });
        CHECK(run([&] {
                  for (int i = 0; i < 100; ++i) timers.emplace_back(std::chrono::hours(1));
                  made = 1;
              }) == 0);
        thread.join();
        CHECK(stopped == 100);
    }
}

}  // namespace weft
