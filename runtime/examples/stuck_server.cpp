// SPDX-License-Identifier: Apache-2.0
// A trial office's server that goes on answering while four of its jobs hang, each in another way.
// In less than two seconds weft says of each who waits for what and why nobody will ever act; the
// reports name the lines that are marked here. A client asks until all four have been told of, then
// everything is called off; given an address, it stays there, and shows itself under /debug.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <mutex>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/debug_page.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/net.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/semaphore.h"
#include "weft/time.h"

using namespace std::chrono_literals;

namespace {

struct Sites {
    weft::Mutex mutex{"site register"};
    int subjects = 0;
    weft::Event exporting{"exporting"};
};

/// What shows the progress of a job, where somebody has it open.
struct ProgressPage {
    weft::Receiver<int> numbers;
};

// Waits with the lock held, until somebody opens the page.
void export_sites(Sites& sites) {
    auto [progress, numbers] = weft::channel<int>(0, "export progress");
    const auto page = std::make_unique<ProgressPage>(ProgressPage{std::move(numbers)});
    const std::lock_guard locked(sites.mutex);
    sites.exporting.set();
    (void)progress.send(sites.subjects);  // (1) send after the lock is let go
}

void enrol(Sites& sites) {
    const std::lock_guard locked(sites.mutex);
    ++sites.subjects;
}

// Waits for the end of a channel whose first sender it has kept itself.
void collect_visits() {
    auto [visits, all_visits] = weft::channel<int>(0, "visits");
    weft::scope([&, &visits = visits, &all_visits = all_visits](weft::Scope& s) {
        for (int site = 1; site <= 3; ++site)
            s.go("site", [mine = visits.clone(), site]() mutable { (void)mine.send(site); });
        s.go("collector", [&all_visits] {
            while (all_visits.recv()) {  // (2) drop `visits` once each site has its own
            }
        });
    });
}

// Waits for an answer that the one who should give it has forgotten on one of its ways.
void approve_protocol() {
    weft::Event approved("approval");
    weft::scope([&](weft::Scope& s) {
        s.go("ethics board", [&approved, complete = false] {
            if (complete) approved.set();
        });
        approved.wait();  // (3) set it, or say no, on every way through the board
    });
}

// Wants a second permit while it keeps the only one.
void book_scan() {
    weft::Semaphore scanners(1, "scanners");
    const auto for_visit = scanners.acquire();
    const auto for_report = scanners.acquire();  // (4) one booking for both
}

void start_job(const std::string& path, Sites& sites, weft::Scope& jobs) {
    if (path == "/export") jobs.go("export", [&sites] { export_sites(sites); });
    if (path == "/enrol") jobs.go("enrol", [&sites] { enrol(sites); });
    if (path == "/collect") jobs.go("collect", [] { collect_visits(); });
    if (path == "/approve") jobs.go("approve", [] { approve_protocol(); });
    if (path == "/book") jobs.go("book", [] { book_scan(); });
}

constexpr std::array jobs_that_hang = {"/export", "/enrol", "/collect", "/approve", "/book"};
constexpr std::string_view debug = "/debug";

weft::DebugPage page_at(std::string_view path) {
    if (path.substr(0, debug.size()) == debug)
        if (auto page = weft::debug_page(path.substr(debug.size()))) return *std::move(page);
    return {"text/plain", "ok\n"};
}

void answer(weft::net::Connection client, Sites& sites, weft::Scope& jobs) {
    std::array<std::byte, 2048> bytes;
    const auto n = client.read_some(bytes);
    if (!n) return;
    const std::string_view request(reinterpret_cast<const char*>(bytes.data()), *n);
    const std::size_t from = std::min(request.find(' '), request.size() - 1) + 1;
    const std::string path(request.substr(from, request.find(' ', from) - from));
    start_job(path, sites, jobs);
    const weft::DebugPage page = page_at(path);
    const std::string reply = "HTTP/1.1 " + std::to_string(page.status) +
                              " \r\nContent-Type: " + page.content_type +
                              "\r\nContent-Length: " + std::to_string(page.body.size()) +
                              "\r\nConnection: close\r\n\r\n" + page.body;
    (void)client.write_all(std::as_bytes(std::span(reply)));
}

bool ask(const std::string& address, const std::string& path) {
    auto connection = weft::net::dial(address).value();
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (!connection.write_all(std::as_bytes(std::span(request)))) return false;
    std::array<std::byte, 512> reply;
    const auto n = connection.read_some(reply);
    return n && *n > 0;
}

/// Keeps what weft reports, and shows it where people look.
class Reports {
  public:
    void operator()(const weft::Report& report) {
        const std::lock_guard guard(mutex_);
        std::fputs(report.text().c_str(), stderr);
        told_.push_back(std::string(to_string(report.certainty)) + ' ' + to_string(report.finding) +
                        ": line " + std::to_string(report.where.line()));
    }
    std::vector<std::string> sorted() const {
        const std::lock_guard guard(mutex_);
        auto all = told_;
        std::sort(all.begin(), all.end());
        return all;
    }

  private:
    mutable std::mutex mutex_;  // a report may come from any thread
    std::vector<std::string> told_;
};

void accept_all(weft::net::Listener& listener, Sites& sites, weft::Scope& s) {
    s.go("server", [&] {
        while (auto client = listener.accept())
            s.go("answer", [&, client = *client] { answer(client, sites, s); });
    });
    for (const std::string job : jobs_that_hang) {
        if (job == "/enrol") sites.exporting.wait();
        (void)ask(listener.address(), job);
    }
}

void serve_until_all_is_told(const Reports& reports) {
    Sites sites;
    auto listener = weft::net::listen("127.0.0.1:0").value();
    (void)weft::cancellable([&](weft::CancelHandle& everything) {
        weft::scope([&](weft::Scope& s) {
            accept_all(listener, sites, s);
            bool answered = true;
            while (reports.sorted().size() < 4) {
                answered = answered && ask(listener.address(), "/visits");
                weft::sleep(10ms);
            }
            std::puts(answered ? "every request was answered" : "some were not answered");
            everything.cancel();
        });
    });
}

void serve(const std::string& address) {
    Sites sites;
    auto listener = weft::net::listen(address).value();
    std::printf("http://%s%.*s\n", listener.address().c_str(), static_cast<int>(debug.size()),
                debug.data());
    std::fflush(stdout);
    weft::scope([&](weft::Scope& s) { accept_all(listener, sites, s); });
}

}  // namespace

int main(int argc, char** argv) {
    Reports reports;
    weft::Options options;
    options.on_report = [&](const weft::Report& report) { reports(report); };
    if (argc > 1) return weft::run(options, [&] { serve(argv[1]); });
    const int ended = weft::run(options, [&] { serve_until_all_is_told(reports); });
    for (const std::string& line : reports.sorted()) std::puts(line.c_str());
    return ended;
}

// Output:
// every request was answered
// LIKELY held up: line 50
// LIKELY stuck: line 65
// LIKELY stuck: line 78
// LIKELY wait cycle: line 86
