// SPDX-License-Identifier: Apache-2.0
// Channels whose other side is missing, forgotten, closed twice or never.
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/compat/chan.h"
#include "weft/compat/go.h"
#include "weft/compat/select.h"
#include "weft/scope.h"
#include "weft/select.h"

#include "runtime/bugs/bug.h"

namespace bugs {
namespace {

// The report is awaited, and the goroutine that should make it was never started.
void missing_sender_wrong() {
    auto [found, report] = weft::channel<int>(0, "report id");
    (void)report.recv();
}
void missing_sender_right() {
    weft::scope([](weft::Scope& s) {
        auto [found, report] = weft::channel<int>(0, "report id");
        s.go("search", [found = std::move(found)]() mutable { (void)found.send(7); });
        (void)report.recv();
    });
}

// Whether the answer comes depends on what was asked.
template <class Answer>
void ask_eligible(Answer answer) {
    auto [tx, rx] = weft::channel<bool>(0, "eligible");
    weft::scope([&, &tx = tx, &rx = rx](weft::Scope& s) {
        s.go("check", [&tx, answer] { answer(tx, 17); });
        (void)rx.recv();
    });
}
void sender_on_one_branch_wrong() {
    ask_eligible([](weft::Sender<bool>& tx, int age) {
        if (age >= 18) (void)tx.send(true);
    });
}
void sender_on_one_branch_right() {
    ask_eligible([](weft::Sender<bool>& tx, int age) { (void)tx.send(age >= 18); });
}

// The export writes its lines; the page that should show them is switched off.
void missing_receiver_wrong() {
    auto [lines, shown] = weft::channel<std::string>(2, "export lines");
    weft::scope([&, &lines = lines](weft::Scope& s) {
        s.go("export", [&lines] {
            for (int line = 0; line < 4; ++line) (void)lines.send("line");
        });
    });
}
void missing_receiver_right() {
    auto [lines, shown] = weft::channel<std::string>(2, "export lines");
    weft::scope([&, &lines = lines, &shown = shown](weft::Scope& s) {
        s.go("export", [lines = std::move(lines)]() mutable {
            for (int line = 0; line < 4; ++line) (void)lines.send("line");
        });
        for (const std::string& line : shown) (void)line;
    });
}

// Every site has its own sender, and the first one lies in the frame that waits for the end.
void forgotten_sender_wrong() {
    auto [visits, all_visits] = weft::channel<int>(0, "visits");
    weft::scope([&, &visits = visits, &all_visits = all_visits](weft::Scope& s) {
        for (int site = 0; site < 3; ++site)
            s.go("site", [mine = visits.clone(), site]() mutable { (void)mine.send(site); });
        for (const int site : all_visits) (void)site;
    });
}
void forgotten_sender_right() {
    auto [visits, all_visits] = weft::channel<int>(0, "visits");
    weft::scope([&, &visits = visits, &all_visits = all_visits](weft::Scope& s) {
        for (int site = 0; site < 3; ++site)
            s.go("site", [mine = visits.clone(), site]() mutable { (void)mine.send(site); });
        {
            const auto original = std::move(visits);
        }
        for (const int site : all_visits) (void)site;
    });
}

// The same with the sender in an object of the heap, as a server keeps it.
struct Feed {
    weft::Sender<int> tx;
    weft::Receiver<int> rx;
};
template <class Drop>
void read_feed(Drop drop) {
    auto ends = weft::channel<int>(4, "feed");
    const auto feed = std::make_shared<Feed>(Feed{std::move(ends.first), std::move(ends.second)});
    weft::scope([&](weft::Scope& s) {
        s.go("reader", [feed] {
            for (const int value : feed->rx) (void)value;
        });
        (void)feed->tx.send(1);
        drop(*feed);
    });
}
void forgotten_sender_on_heap_wrong() {
    read_feed([](Feed&) {});
}
void forgotten_sender_on_heap_right() {
    read_feed([](Feed& feed) { const auto gone = std::move(feed.tx); });
}

// `range` over a channel that its producer does not close.
template <class End>
void range_over_readings(End end) {
    const auto readings = weft::compat::make_chan<int>(0, "readings");
    weft::compat::go("monitor", [readings, end] {
        for (int i = 0; i < 3; ++i) readings.send(i);
        end(readings);
    });
    for (const int reading : readings) (void)reading;
}
void missing_close_wrong() {
    range_over_readings([](const weft::compat::Chan<int>&) {});
}
void missing_close_right() {
    range_over_readings([](const weft::compat::Chan<int>& readings) { readings.close(); });
}

// Two ways end the upload, and both close.
void double_close_wrong() {
    const auto done = weft::compat::make_chan<bool>(0, "upload done");
    done.close();
    done.close();
}
void double_close_right() {
    const auto done = weft::compat::make_chan<bool>(0, "upload done");
    done.close();
    (void)done.recv();
}

// The office closes the channel on which the sites still send.
void send_on_closed_wrong() {
    const auto visits = weft::compat::make_chan<int>(1, "late visits");
    visits.close();
    visits.send(1);
}
void send_on_closed_right() {
    const auto visits = weft::compat::make_chan<int>(1, "late visits");
    visits.send(1);
    visits.close();
}

// A channel that nobody has made.
struct Alarm {
    weft::compat::Chan<int> rang;
};
void nil_channel_wrong() {
    const Alarm alarm;
    (void)alarm.rang.recv();
}
void nil_channel_right() {
    const Alarm alarm{weft::compat::make_chan<int>(1, "alarm")};
    alarm.rang.send(1);
    (void)alarm.rang.recv();
}

// Both sides greet before they listen.
template <class Second>
void greet(Second second) {
    auto [to_site, at_site] = weft::channel<int>(0, "to site");
    auto [to_office, at_office] = weft::channel<int>(0, "to office");
    weft::scope([&, &to_site = to_site, &at_site = at_site, &to_office = to_office,
                 &at_office = at_office](weft::Scope& s) {
        s.go("office", [&] {
            (void)to_site.send(1);
            (void)at_office.recv();
        });
        s.go("site", [&] { second(to_office, at_site); });
    });
}
void both_send_first_wrong() {
    greet([](weft::Sender<int>& to_office, weft::Receiver<int>& at_site) {
        (void)to_office.send(2);
        (void)at_site.recv();
    });
}
void both_send_first_right() {
    greet([](weft::Sender<int>& to_office, weft::Receiver<int>& at_site) {
        (void)at_site.recv();
        (void)to_office.send(2);
    });
}

// A worker puts what it found into the queue that only it empties, and the queue is full.
template <class More>
void walk_folders(More more) {
    const auto folders = weft::compat::make_chan<int>(1, "folders");
    folders.send(2);
    std::vector<int> later;
    while (folders.len() > 0 || !later.empty()) {
        if (folders.len() == 0) {
            folders.send(later.back());
            later.pop_back();
        }
        const int depth = folders.recv();
        for (int i = 0; i < depth; ++i) more(folders, later, depth - 1);
    }
}
void queue_fed_by_its_reader_wrong() {
    walk_folders([](const weft::compat::Chan<int>& folders, std::vector<int>&, int depth) {
        folders.send(depth);
    });
}
void queue_fed_by_its_reader_right() {
    walk_folders([](const weft::compat::Chan<int>&, std::vector<int>& later, int depth) {
        later.push_back(depth);
    });
}

constexpr std::array all = {
    Bug{"missing_sender", "missing sender", "Go study: a receive whose sender was never started",
        missing_sender_wrong, missing_sender_right, "LIKELY stuck, background"},
    Bug{"sender_on_one_branch", "missing sender", "GCatch: one way through the goroutine sends not",
        sender_on_one_branch_wrong, sender_on_one_branch_right, "LIKELY stuck, background"},
    Bug{"missing_receiver", "missing receiver", "Go study: more is sent than anybody takes",
        missing_receiver_wrong, missing_receiver_right, "LIKELY stuck, background"},
    Bug{"forgotten_sender", "forgotten extra sender",
        "weft and Rust: the first Sender keeps the channel open", forgotten_sender_wrong,
        forgotten_sender_right, "LIKELY stuck, background"},
    Bug{"forgotten_sender_on_heap", "forgotten extra sender",
        "weft and Rust: the same inside a shared object", forgotten_sender_on_heap_wrong,
        forgotten_sender_on_heap_right, "PROVEN deadlock, at quiescence",
        "the Sender lies in the heap, where anybody may use it; found once the rest is asleep"},
    Bug{"missing_close", "missing close", "Go study and LeakProf: range without close",
        missing_close_wrong, missing_close_right, "LIKELY stuck, background"},
    Bug{"double_close", "double close", "Go study: close of closed channel", double_close_wrong,
        double_close_right, "exception, as an exception"},
    Bug{"send_on_closed", "send on a closed channel", "Go study: a sender that was not told",
        send_on_closed_wrong, send_on_closed_right, "exception, as an exception"},
    Bug{"nil_channel", "nil channel", "GoBench: a field that nobody has set", nil_channel_wrong,
        nil_channel_right, "LIKELY stuck, background"},
    Bug{"both_send_first", "wait in a circle", "GoBench: both ends of a handshake send first",
        both_send_first_wrong, both_send_first_right, "LIKELY stuck, background"},
    Bug{"queue_fed_by_its_reader", "full queue", "Go study: a worker sends into its own queue",
        queue_fed_by_its_reader_wrong, queue_fed_by_its_reader_right, "LIKELY stuck, background"},
};

}  // namespace

std::span<const Bug> channels() {
    return all;
}

}  // namespace bugs
