// SPDX-License-Identifier: Apache-2.0
// Goroutines that are left behind: the function that started them returns, and they wait on.
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "weft/compat/chan.h"
#include "weft/compat/context.h"
#include "weft/compat/go.h"
#include "weft/compat/select.h"
#include "weft/compat/wait_group.h"
#include "weft/context.h"
#include "weft/detach.h"
#include "weft/scope.h"
#include "weft/select.h"
#include "weft/ticker.h"
#include "weft/time.h"

#include "runtime/bugs/bug.h"

using namespace std::chrono_literals;

namespace bugs {
namespace {

using weft::compat::after;
using weft::compat::Chan;
using weft::compat::go;
using weft::compat::make_chan;
using weft::compat::on;
using weft::compat::select;

// The caller has less patience than the answer takes.
void alert_with_patience(std::size_t places) {
    const auto answer = make_chan<bool>(places, "answer");
    go("send alert", [answer] {
        weft::sleep(20ms);
        answer.send(true);
    });
    select(on(answer, [](bool) {}), after(1ms, [] {}));
}
void answer_after_timeout_wrong() {
    alert_with_patience(0);
}
void answer_after_timeout_right() {
    alert_with_patience(1);
}

// Three mirrors are asked, and the first answer wins.
int ask_mirrors(std::size_t places) {
    const auto answers = make_chan<int>(places, "mirror answers");
    for (int mirror = 0; mirror < 3; ++mirror)
        go("ask mirror", [answers, mirror] { answers.send(mirror); });
    return answers.recv();
}
void first_answer_wins_wrong() {
    (void)ask_mirrors(0);
}
void first_answer_wins_right() {
    (void)ask_mirrors(3);
}

// The caller returns with the first error, and never comes to receive.
bool validate(bool valid, std::size_t places) {
    const auto sums = make_chan<int>(places, "check sums");
    go("check sum", [sums] { sums.send(42); });
    if (!valid) return false;
    return sums.recv() == 42;
}
void premature_return_wrong() {
    (void)validate(false, 0);
}
void premature_return_right() {
    (void)validate(false, 1);
}

// A search goes on producing after its consumer has what it wanted.
template <class Produce>
int first_match(Produce produce) {
    const auto matches = make_chan<int>(0, "matches");
    const auto enough = make_chan<bool>(0, "enough");
    go("search", [matches, enough, produce] { produce(matches, enough); });
    const int first = matches.recv();
    enough.close();
    return first;
}
void consumer_has_enough_wrong() {
    (void)first_match([](const Chan<int>& matches, const Chan<bool>&) {
        for (int i = 0; i < 5; ++i) matches.send(i);
    });
}
void consumer_has_enough_right() {
    (void)first_match([](const Chan<int>& matches, const Chan<bool>& enough) {
        bool wanted = true;
        for (int i = 0; i < 5 && wanted; ++i)
            select(weft::compat::on_send(matches, i, [] {}),
                   on(enough, [&](bool) { wanted = false; }));
    });
}

// A pool of workers reads a queue that its owner forgets to close.
template <class End>
void work_through_queue(End end) {
    const auto jobs = make_chan<int>(4, "jobs");
    for (int worker = 0; worker < 3; ++worker)
        go("worker", [jobs] {
            for (const int job : jobs) (void)job;
        });
    for (int job = 0; job < 4; ++job) jobs.send(job);
    end(jobs);
}
void worker_pool_wrong() {
    work_through_queue([](const Chan<int>&) {});
}
void worker_pool_right() {
    work_through_queue([](const Chan<int>& jobs) { jobs.close(); });
}

// The watcher waits for the context's end, and nobody ends the context.
template <class Leave>
void watch_visit(Leave leave) {
    auto [context, cancel] = weft::compat::with_cancel(weft::compat::Context::background());
    go("watch", [context = context] { (void)context.done().recv(); });
    leave(cancel);
}
void missed_cancel_wrong() {
    watch_visit([](const weft::compat::Cancel&) {});
}
void missed_cancel_right() {
    watch_visit([](const weft::compat::Cancel& cancel) { cancel(); });
}

// The worker is given the background instead of the request's context.
template <class Choose>
void serve_request(Choose choose) {
    auto [request, cancel] = weft::compat::with_cancel(weft::compat::Context::background());
    const auto rows = make_chan<int>(0, "rows");
    go("query", [context = choose(request), rows] {
        select(weft::compat::on_send(rows, 1, [] {}),
               on(context.done(), [](weft::compat::Done) {}));
    });
    cancel();
}
void wrong_context_wrong() {
    serve_request([](const weft::compat::Context&) { return weft::compat::Context::background(); });
}
void wrong_context_right() {
    serve_request([](const weft::compat::Context& request) { return request; });
}

// A refresh every so often, and the loop has no other case than the ticks.
template <class Refresh>
void refresh_page(Refresh refresh) {
    const auto left = make_chan<bool>(0, "page left");
    const auto ticker = std::make_shared<weft::Ticker>(2ms);
    go("refresh", [left, ticker, refresh] { refresh(left, *ticker); });
    weft::sleep(5ms);
    left.close();
    ticker->stop();
}
void ticker_stopped_wrong() {
    refresh_page([](const Chan<bool>&, weft::Ticker& ticker) {
        while (ticker.ticks().recv()) {
        }
    });
}
void ticker_stopped_right() {
    refresh_page([](const Chan<bool>& left, weft::Ticker& ticker) {
        bool open = true;
        while (open)
            select(weft::on(ticker.ticks(), [](weft::TimePoint) {}),
                   on(left, [&](bool) { open = false; }));
    });
}

// The same with a ticker that nobody stops: it is busy for ever, and waits for time.
void ticker_never_stopped_wrong() {
    const auto left = make_chan<bool>(0, "page left");
    go("refresh", [] {
        weft::Ticker ticker(2ms);
        while (ticker.ticks().recv()) {
        }
    });
    left.close();
}
void ticker_never_stopped_right() {
    const auto left = make_chan<bool>(0, "page left");
    go("refresh", [left] {
        weft::Ticker ticker(2ms);
        bool open = true;
        while (open)
            select(weft::on(ticker.ticks(), [](weft::TimePoint) {}),
                   on(left, [&](bool) { open = false; }));
    });
    left.close();
}

// A timer that is called off in time, and one who waits for it all the same.
void timer_called_off_wrong() {
    const auto timer = std::make_shared<weft::Timer>(1s);
    go("remind later", [timer] { (void)timer->expired().recv(); });
    weft::sleep(1ms);
    (void)timer->stop();
}
void timer_called_off_right() {
    const auto timer = std::make_shared<weft::Timer>(1s);
    const auto called_off = make_chan<bool>(0, "called off");
    go("remind later", [timer, called_off] {
        select(weft::on(timer->expired(), [](weft::TimePoint) {}), on(called_off, [](bool) {}));
    });
    weft::sleep(1ms);
    (void)timer->stop();
    called_off.close();
}

// The loop selects among the inputs, and the end is not among them.
template <class Serve>
void serve_ward(Serve serve) {
    const auto requests = make_chan<int>(0, "requests");
    const auto stop = make_chan<bool>(0, "stop");
    const auto urgent = make_chan<int>(0, "urgent");
    go("ward", [=] { serve(requests, urgent, stop); });
    requests.send(1);
    stop.close();
}
void select_without_end_wrong() {
    serve_ward([](const Chan<int>& requests, const Chan<int>& urgent, const Chan<bool>&) {
        for (;;) select(on(requests, [](int) {}), on(urgent, [](int) {}));
    });
}
void select_without_end_right() {
    serve_ward([](const Chan<int>& requests, const Chan<int>& urgent, const Chan<bool>& stop) {
        bool open = true;
        while (open)
            select(on(requests, [](int) {}), on(urgent, [](int) {}),
                   on(stop, [&](bool) { open = false; }));
    });
}

// A listener object is dropped without the stop() that would end its goroutine.
class Listener {
  public:
    Listener() {
        go("listener", [events = events_, stopped = stopped_] {
            bool open = true;
            while (open) select(on(events, [](int) {}), on(stopped, [&](bool) { open = false; }));
        });
    }
    void stop() { stopped_.close(); }

  private:
    Chan<int> events_ = make_chan<int>(0, "listener events");
    Chan<bool> stopped_ = make_chan<bool>(0, "listener stopped");
};
void stop_forgotten_wrong() {
    const auto listener = std::make_unique<Listener>();
}
void stop_forgotten_right() {
    const auto listener = std::make_unique<Listener>();
    listener->stop();
}

// Who was cancelled goes on, because the loop takes every Cancelled for a passing trouble.
template <class Retry>
void poll_lab(Retry retry) {
    std::atomic<int> rounds = 0;
    weft::scope([&](weft::Scope& s) {
        s.go("poll", [&] { retry(rounds); });
        while (rounds == 0) weft::sleep(1ms);
        s.cancel();
    });
}
void cancel_swallowed_wrong() {
    poll_lab([](std::atomic<int>& rounds) {
        for (;;) {
            ++rounds;
            try {
                weft::sleep(1ms);
            } catch (...) {
                weft::yield();  // tries again
            }
        }
    });
}
void cancel_swallowed_right() {
    poll_lab([](std::atomic<int>& rounds) {
        for (;;) {
            ++rounds;
            weft::sleep(1ms);
        }
    });
}

constexpr std::array all = {
    Bug{"answer_after_timeout", "result sent to nobody after a timeout",
        "Go study: the caller of select with a time limit has left", answer_after_timeout_wrong,
        answer_after_timeout_right, "LIKELY stuck, background"},
    Bug{"first_answer_wins", "result sent to nobody", "LeakProf: N senders, one receive",
        first_answer_wins_wrong, first_answer_wins_right, "LIKELY stuck, background"},
    Bug{"premature_return", "result sent to nobody",
        "LeakProf: the receiver returns early on an error", premature_return_wrong,
        premature_return_right, "LIKELY stuck, background"},
    Bug{"consumer_has_enough", "missing receiver", "GCatch: the consumer breaks out of its loop",
        consumer_has_enough_wrong, consumer_has_enough_right, "LIKELY stuck, background"},
    Bug{"worker_pool", "leaked worker pool", "LeakProf: range over a queue that nobody closes",
        worker_pool_wrong, worker_pool_right, "LIKELY stuck, background"},
    Bug{"missed_cancel", "missed cancel", "Go vet: a cancel function that is not called",
        missed_cancel_wrong, missed_cancel_right, "LIKELY stuck, background"},
    Bug{"wrong_context", "missed cancel", "Go study: context.Background() instead of the request's",
        wrong_context_wrong, wrong_context_right, "LIKELY stuck, background"},
    Bug{"ticker_stopped", "leaked timer", "LeakProf: Stop does not close the channel of a ticker",
        ticker_stopped_wrong, ticker_stopped_right, "LIKELY leak, at exit",
        "the ticker is shared in the heap, where anybody may reset() it"},
    Bug{"ticker_never_stopped", "leaked timer", "LeakProf: a loop of ticks without an end",
        ticker_never_stopped_wrong, ticker_never_stopped_right, "LIKELY leak, at exit",
        "it is busy: each tick comes"},
    Bug{"timer_called_off", "leaked timer", "GoBench: waits for a timer that was stopped",
        timer_called_off_wrong, timer_called_off_right, "LIKELY leak, at exit",
        "the timer is shared in the heap, where anybody may reset() it"},
    Bug{"select_without_end", "select without the end case",
        "Go study: a loop of select that no stop reaches", select_without_end_wrong,
        select_without_end_right, "LIKELY stuck, background"},
    Bug{"stop_forgotten", "contract of an object", "LeakProf: Start without its Stop",
        stop_forgotten_wrong, stop_forgotten_right, "LIKELY stuck, background"},
    Bug{"cancel_swallowed", "missed cancel", "Trio and Java: the interrupt is caught and forgotten",
        cancel_swallowed_wrong, cancel_swallowed_right, "not found",
        "it runs and sleeps by turns; the scope that waits for it is only slow to see"},
};

}  // namespace

std::span<const Bug> left_behind() {
    return all;
}

}  // namespace bugs
