// SPDX-License-Identifier: Apache-2.0
// weft_bugs list                    the bugs, one JSON object a line
// weft_bugs run NAME wrong|right [by_memory]
//                                   runs one beside a goroutine that never stops, as in a server,
//                                   and prints what weft said in one line of JSON; by_memory: with
//                                   Options::search_memory
//
// A wrong program ends with the first report that nothing surer can follow. Where none has come
// after four seconds the rest of the server ends too, and what is left then is found "at
// quiescence" (all asleep) or "at exit" (main is gone).
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

#include "weft/compat/panic.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "runtime/bugs/bug.h"

using namespace std::chrono_literals;

namespace bugs {
namespace {

constexpr auto patience = 4s;
constexpr auto for_a_surer_one = 100ms;  // from the same look
constexpr auto for_a_search = 3s;        // in the background, which ends with a PROVEN one
constexpr unsigned seconds_to_end = 3;
constexpr auto patience_with_right = 20s;
constexpr int rounds_of_right = 20;

constexpr std::array files = {locks,       lock_order,  rw_locks,   channels, locks_and_channels,
                              wait_groups, left_behind, conditions, joins,    permits};

template <class F>
void each(F f) {
    for (const auto file : files)
        for (const Bug& bug : file()) f(bug);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out + '"';
}

void say(const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

// The one who closes a circle or breaks a contract is told of it where it stands.
const char* how_found(const weft::Report& report) {
    if (report.finding == weft::Finding::deadlock) return "at quiescence";
    if (report.finding == weft::Finding::leak) return "at exit";
    if (report.finding == weft::Finding::misuse) return "at the call";
    const auto me = weft::this_goroutine();
    const bool by_one_of_them =
        std::any_of(report.goroutines.begin(), report.goroutines.end(),
                    [me](const weft::ReportedGoroutine& g) { return g.id == me; });
    return by_one_of_them ? "at the call" : "background";
}

/// Keeps the surest report, and ends the process with the first that none can outdo.
class Listener {
  public:
    void operator()(const weft::Report& report) {
        const auto after = std::chrono::steady_clock::now() - began_;
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(after).count();
        const std::lock_guard guard(mutex_);
        ++count_;
        if (surest_ && *surest_ >= report.certainty) return;
        surest_ = report.certainty;
        line_ = "{\"found\":true,\"how\":" + quoted(how_found(report)) +
                ",\"ms\":" + std::to_string(ms) + ",\"report\":" + report.json() + "}";
        if (ends_at_proven_ && surest_ == weft::Certainty::proven) end_locked();
    }
    void thrown(const char* what) {
        const auto after = std::chrono::steady_clock::now() - began_;
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(after).count();
        const std::lock_guard guard(mutex_);
        ++count_;
        surest_ = weft::Certainty::proven;
        line_ = "{\"found\":true,\"how\":\"as an exception\",\"ms\":" + std::to_string(ms) +
                ",\"report\":{\"sentence\":" + quoted(what) + "}}";
        end_locked();
    }
    bool heard() const { return count() > 0; }
    int count() const {
        const std::lock_guard guard(mutex_);
        return count_;
    }
    std::string line() const {
        const std::lock_guard guard(mutex_);
        return count_ > 0 ? line_ : "{\"found\":false}";
    }
    /// Says what was heard and is gone, whatever hangs.
    [[noreturn]] void end() const {
        const std::lock_guard guard(mutex_);
        end_locked();
    }
    explicit Listener(bool ends_at_proven) : ends_at_proven_(ends_at_proven) {}

  private:
    [[noreturn]] void end_locked() const {
        say(count_ > 0 ? line_ : "{\"found\":false}");
        std::_Exit(0);
    }
    const bool ends_at_proven_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;  // a report may come from any thread
    int count_ = 0;
    std::optional<weft::Certainty> surest_;
    std::string line_;
};

weft::Options options_for(Listener& listener, weft::Search search) {
    weft::Options options;
    options.search_memory = search == weft::Search::by_memory;
    options.workers = 2;
    options.grace = 200ms;
    options.on_report = [&](const weft::Report& report) { listener(report); };
    options.on_deadlock = [](const std::string&) {};
    return options;
}

extern "C" void give_up(int) {
    constexpr std::string_view nothing = "{\"found\":false}\n";
    (void)!write(STDOUT_FILENO, nothing.data(), nothing.size());
    _exit(0);
}

void serve_until_told(const Listener& listener, weft::Search search) {
    const auto until = weft::Clock::now() + patience;
    while (!listener.heard() && weft::Clock::now() < until) weft::sleep(1ms);
    if (listener.heard()) {
        const bool searches = search == weft::Search::by_memory;
        weft::sleep(searches ? weft::Duration{for_a_search} : weft::Duration{for_a_surer_one});
        listener.end();
    }
    // Who is busy for ever, the end of this does not end. No thread: the diagnosis would count it.
    (void)std::signal(SIGALRM, give_up);
    (void)alarm(seconds_to_end);
}

int run_wrong(const Bug& bug, weft::Search search) {
    Listener listener(true);
    (void)weft::run(options_for(listener, search), [&] {
        weft::scope([&](weft::Scope& s) {
            s.go("job", [&] {
                try {
                    bug.wrong();
                } catch (const weft::compat::Panic& panic) {
                    listener.thrown(panic.what());
                }
            });
            serve_until_told(listener, search);
        });
    });
    listener.end();
}

// Whatever looks stuck for a moment: asked all the time, and of what needs no patience.
void look(Listener& listener, weft::Search search) {
    for (const weft::Report& report : weft::stuck(0ns, search))
        if (report.finding != weft::Finding::held_up) listener(report);
}

int run_right(const Bug& bug, weft::Search search) {
    Listener listener(false);
    auto options = options_for(listener, search);
    options.stuck_after = 20ms;
    options.grace = 2s;
    const int code = weft::run(options, [&] {
        weft::scope([&](weft::Scope& s) {
            std::atomic<bool> ended = false;
            s.go("job", [&] {
                for (int round = 0; round < rounds_of_right; ++round) bug.right();
                ended = true;
            });
            const auto until = weft::Clock::now() + patience_with_right;
            while (!ended && weft::Clock::now() < until) {
                look(listener, search);
                weft::sleep(1ms);
            }
            if (ended) return;
            say("{\"found\":false,\"ended\":false}");
            std::_Exit(1);
        });
    });
    say(listener.line());
    return code;
}

int list() {
    each([](const Bug& bug) {
        say("{\"name\":" + quoted(bug.name) + ",\"kind\":" + quoted(bug.kind) +
            ",\"from\":" + quoted(bug.from) + ",\"expected\":" + quoted(bug.expected) +
            ",\"why\":" + quoted(bug.why) + "}");
    });
    return 0;
}

int run_one(std::string_view name, std::string_view which, weft::Search search) {
    const Bug* wanted = nullptr;
    each([&](const Bug& bug) {
        if (bug.name == name) wanted = &bug;
    });
    if (wanted != nullptr && which == "wrong") return run_wrong(*wanted, search);
    if (wanted != nullptr && which == "right") return run_right(*wanted, search);
    std::fputs("no such bug; see weft_bugs list\n", stderr);
    return 1;
}

}  // namespace
}  // namespace bugs

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "list") return bugs::list();
    const bool by_memory = argc == 5 && std::string_view(argv[4]) == "by_memory";
    if ((argc == 4 || by_memory) && std::string_view(argv[1]) == "run")
        return bugs::run_one(argv[2], argv[3],
                             by_memory ? weft::Search::by_memory : weft::Search::by_place);
    std::fputs("weft_bugs list | weft_bugs run NAME wrong|right [by_memory]\n", stderr);
    return 1;
}
