// SPDX-License-Identifier: Apache-2.0
// Counted groups: a count that never comes down, comes too late, or is waited for by a counted one.
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/compat/chan.h"
#include "weft/compat/go.h"
#include "weft/compat/wait_group.h"
#include "weft/event.h"
#include "weft/scope.h"
#include "weft/time.h"
#include "weft/wait_group.h"

#include "runtime/bugs/bug.h"

using namespace std::chrono_literals;

namespace bugs {
namespace {

using weft::compat::go;

// An error leaves the goroutine before it counts itself off.
template <class Import>
void import_files(Import import) {
    weft::compat::WaitGroup group("imports");
    for (int file = 0; file < 3; ++file) {
        group.add(1);
        go("import", [&group, import, file] { import(group, file); });
    }
    group.wait();
}
void done_missed_on_error_wrong() {
    import_files([](weft::compat::WaitGroup& group, int file) {
        if (file == 1) return;  // cannot be read
        group.done();
    });
}
void done_missed_on_error_right() {
    import_files([](weft::compat::WaitGroup& group, int) { group.done(); });
}

// More is announced than started.
template <class Count>
void count_then_start(Count count) {
    weft::compat::WaitGroup group("reminders of the day");
    const std::vector<int> due{1, 2, 3};
    group.add(count(due));
    for (const int patient : due)
        if (patient != 2) go("remind", [&group] { group.done(); });
    group.wait();
}
void added_too_many_wrong() {
    count_then_start([](const std::vector<int>& due) { return static_cast<int>(due.size()); });
}
void added_too_many_right() {
    count_then_start([](const std::vector<int>& due) { return static_cast<int>(due.size()) - 1; });
}

// wait() stands inside the loop that starts the work.
void wait_inside_loop_wrong() {
    weft::compat::WaitGroup group("sites to close");
    const std::vector<int> sites{1, 2, 3};
    group.add(static_cast<int>(sites.size()));
    for (const int site : sites) {
        go("close", [&group, site] {
            (void)site;
            group.done();
        });
        group.wait();
    }
}
void wait_inside_loop_right() {
    weft::compat::WaitGroup group("sites to close");
    const std::vector<int> sites{1, 2, 3};
    group.add(static_cast<int>(sites.size()));
    for (const int site : sites)
        go("close", [&group, site] {
            (void)site;
            group.done();
        });
    group.wait();
}

// The workers send what they found, and who should receive waits for the workers first.
template <class Collect>
void collect_results(Collect collect) {
    const auto results = weft::compat::make_chan<int>(0, "results");
    weft::compat::WaitGroup group("workers");
    for (int i = 0; i < 3; ++i) group.go("worker", [results, i] { results.send(i); });
    collect(results, group);
}
void group_before_channel_wrong() {
    collect_results([](const weft::compat::Chan<int>& results, weft::compat::WaitGroup& group) {
        group.wait();
        results.close();
        for (const int result : results) (void)result;
    });
}
void group_before_channel_right() {
    collect_results([](const weft::compat::Chan<int>& results, weft::compat::WaitGroup& group) {
        weft::compat::WaitGroup closer;
        closer.go("closer", [&] {
            group.wait();
            results.close();
        });
        for (const int result : results) (void)result;
        closer.wait();
    });
}

// The same in weft's own words.
void tasks_before_channel_wrong() {
    auto [tx, rx] = weft::channel<int>(1, "scores");
    weft::WaitGroup group("scorers");
    for (int i = 0; i < 3; ++i)
        group.go("scorer", [mine = tx.clone(), i]() mutable { (void)mine.send(i); });
    group.wait();
    {
        const auto original = std::move(tx);
    }
    for (const int score : rx) (void)score;
}
void tasks_before_channel_right() {
    auto [tx, rx] = weft::channel<int>(1, "scores");
    weft::WaitGroup group("scorers");
    for (int i = 0; i < 3; ++i)
        group.go("scorer", [mine = tx.clone(), i]() mutable { (void)mine.send(i); });
    {
        const auto original = std::move(tx);
    }
    for (const int score : rx) (void)score;
    group.wait();
}

// The goroutine announces itself, when its starter has long passed wait().
void add_inside_goroutine_wrong() {
    const auto group = std::make_shared<weft::compat::WaitGroup>("exports");
    weft::Event ended("ended");
    go("export", [group, &ended] {
        weft::sleep(5ms);
        group->add(1);
        group->done();
        ended.set();
    });
    group->wait();
    ended.wait();
}
void add_inside_goroutine_right() {
    const auto group = std::make_shared<weft::compat::WaitGroup>("exports");
    group->add(1);
    go("export", [group] { group->done(); });
    group->wait();
}

// One error path counts off what the deferred call counts off again.
void counted_off_twice_wrong() {
    weft::compat::WaitGroup group("uploads");
    group.add(1);
    group.done();
    group.done();
}
void counted_off_twice_right() {
    weft::compat::WaitGroup group("uploads");
    group.add(2);
    group.done();
    group.done();
    group.wait();
}

// A counted goroutine waits for the group, itself included.
template <class Finish>
void finish_batch(Finish finish) {
    weft::WaitGroup group("batch");
    group.go("part", [] {});
    group.go("summary", [&] { finish(group); });
    group.wait();
    finish(group);
}
void member_waits_for_group_wrong() {
    finish_batch([](weft::WaitGroup& group) { group.wait(); });
}
void member_waits_for_group_right() {
    finish_batch([](weft::WaitGroup&) {});
}

// A token is kept in the very frame that waits.
void token_kept_wrong() {
    weft::WaitGroup group("ward round");
    auto token = group.token();
    group.go("visit", [] {});
    group.wait();
}
void token_kept_right() {
    weft::WaitGroup group("ward round");
    {
        auto token = group.token();
        group.go("visit", [] {});
    }
    group.wait();
}

constexpr std::array all = {
    Bug{"done_missed_on_error", "wait group", "Go study: Done is skipped by an early return",
        done_missed_on_error_wrong, done_missed_on_error_right, "LIKELY stuck, background"},
    Bug{"added_too_many", "wait group", "GoBench: Add counts what is then skipped",
        added_too_many_wrong, added_too_many_right, "LIKELY stuck, background"},
    Bug{"wait_inside_loop", "wait group", "Go study: Wait inside the loop that starts the workers",
        wait_inside_loop_wrong, wait_inside_loop_right, "LIKELY stuck, background"},
    Bug{"group_before_channel", "channel and wait group",
        "Go study: workers send, their starter waits for them before it receives",
        group_before_channel_wrong, group_before_channel_right, "LIKELY stuck, background"},
    Bug{"tasks_before_channel", "channel and wait group", "the same with weft's Sender and tasks",
        tasks_before_channel_wrong, tasks_before_channel_right, "LIKELY stuck, background"},
    Bug{"add_inside_goroutine", "wait group misused", "Go study: Add inside the goroutine",
        add_inside_goroutine_wrong, add_inside_goroutine_right, "SMELL late add, at the call"},
    Bug{"counted_off_twice", "wait group misused", "Go study: negative WaitGroup counter",
        counted_off_twice_wrong, counted_off_twice_right, "exception, as an exception"},
    Bug{"member_waits_for_group", "wait for oneself", "GoBench: a worker waits for all workers",
        member_waits_for_group_wrong, member_waits_for_group_right,
        "PROVEN wait cycle, at the call"},
    Bug{"token_kept", "wait group", "weft: the token of a frame that waits itself",
        token_kept_wrong, token_kept_right, "LIKELY stuck, background"},
};

}  // namespace

std::span<const Bug> wait_groups() {
    return all;
}

}  // namespace bugs
