// SPDX-License-Identifier: Apache-2.0
// A trace in the words of Chrome's trace event format: "B" and "E" are a goroutine's turn on its
// worker's track, "b" and "e" what it waits for on its own, "s" and "f" the ends of an arrow, "i" a
// moment. What had begun before the first event, or been dropped, begins with the trace; what was
// not over ends with it.
#include <cinttypes>
#include <cstdio>
#include <unistd.h>
#include <unordered_map>

#include "weft/trace.h"
#include "weft/version.h"

#include "runtime/src/fiber.h"
#include "runtime/src/json.h"
#include "runtime/src/report.h"
#include "runtime/src/trace_recorder.h"

namespace weft::inline abi1 {
namespace detail {
namespace {

using What = TraceEvent::What;

constexpr std::size_t piece_bytes = 64 * 1024;

std::string name_of(const TraceEvent& event) {
    if (event.name == nullptr) return "goroutine";
    observe(const_cast<char*>(event.name));
    return event.name;
}

bool is_turn(What what) noexcept {
    return what == What::run || what == What::park || what == What::yield || what == What::end;
}

// In one moment somebody is woken before it runs.
bool before(const TraceEvent& a, const TraceEvent& b) noexcept {
    return a.when != b.when ? a.when < b.when : !is_turn(a.what) && is_turn(b.what);
}

class ChromeTrace {
  public:
    ChromeTrace(const Recorded& recorded, const std::function<void(std::string_view)>& to)
        : recorded_(recorded),
          to_(to),
          at_(recorded.rings.size()),
          running_(recorded.rings.size()),
          process_(std::to_string(getpid())) {}

    void write(std::uint64_t dropped) {
        text_ = R"({"displayTimeUnit":"ns","otherData":{"weft":)" + quoted(version) +
                R"(,"dropped":)" + std::to_string(dropped) + "},\"traceEvents\":[\n";
        for (std::size_t ring = 0; ring < recorded_.rings.size(); ++ring) open_track(ring);
        while (next()) {
        }
        for (std::size_t ring = 0; ring < running_.size(); ++ring)
            if (running_[ring] != 0) put("E", recorded_.ended, ring, Json('{'));
        for (auto& [id, known] : known_) close_wait(known, id, recorded_.ended, 0);
        text_ += "\n]}\n";
        to_(text_);
    }

  private:
    /// What is told of a goroutine so far.
    struct Known {
        const char* open = nullptr;  ///< what it waits for just now; null: it runs, or nobody knows
        std::uint64_t arrow = 0;     ///< from who started or woke it last; 0: none
        bool ready = false;          ///< woken before it had left
    };

    const TraceRing& ring(std::size_t i) const { return *recorded_.rings[i]; }

    // Tracks are numbered from 1; 1 is that of all threads that are no workers.
    std::string track(std::size_t i) const {
        return std::to_string(ring(i).worker() == TraceRing::of_threads ? 1 : ring(i).worker() + 2);
    }

    /// `more`: an object of further members.
    void put(const char* phase, std::int64_t when, std::size_t ring, const Json& more) {
        if (!first_) text_ += ",\n";
        first_ = false;
        const std::int64_t at = when - recorded_.begun;
        char time[48];
        std::snprintf(time, sizeof time, "%" PRId64 ".%03d", at / 1000,
                      static_cast<int>(at % 1000));
        text_ += std::string(R"({"ph":")") + phase + R"(","pid":)" + process_ + R"(,"tid":)" +
                 track(ring) + R"(,"ts":)" + time;
        const std::string rest = more.end();
        if (rest.size() > 2) text_ += ',' + rest.substr(1, rest.size() - 2);
        text_ += '}';
        if (text_.size() < piece_bytes) return;
        to_(text_);
        text_.clear();
    }

    void open_track(std::size_t i) {
        const bool threads = ring(i).worker() == TraceRing::of_threads;
        put("M", recorded_.begun, i,
            Json('{')
                .add("name", "thread_name")
                .raw("args",
                     Json('{')
                         .add("name", threads ? "other threads"
                                              : "worker " + std::to_string(ring(i).worker()))
                         .end()));
        const std::int64_t from = ring(i).dropped() != 0 ? ring(i)[0].when : recorded_.begun;
        if (ring(i).dropped() != 0)
            put("i", from, i,
                Json('{').add("s", "t").add(
                    "name", std::to_string(ring(i).dropped()) + " earlier events were dropped"));
        for (std::size_t at = 0; at < ring(i).size(); ++at) {
            const TraceEvent& event = ring(i)[at];
            if (!is_turn(event.what)) continue;
            if (event.what != What::run) begin_turn(i, event, from);  // it ran already
            return;
        }
    }

    /// The earliest event that is left, of all rings. False: none is.
    bool next() {
        std::size_t earliest = at_.size();
        for (std::size_t i = 0; i < at_.size(); ++i) {
            if (at_[i] == ring(i).size()) continue;
            if (earliest == at_.size() || before(ring(i)[at_[i]], ring(earliest)[at_[earliest]]))
                earliest = i;
        }
        if (earliest == at_.size()) return false;
        tell(earliest, ring(earliest)[at_[earliest]]);
        ++at_[earliest];
        return true;
    }

    void tell(std::size_t ring, const TraceEvent& event) {
        switch (event.what) {
            case What::spawn:
            case What::ready:
                return wake(ring, event);
            case What::cancel:
                return moment(ring, event, "cancel");
            case What::run:
                return run(ring, event);
            case What::park:
            case What::yield:
            case What::end:
                return end_turn(ring, event);
        }
    }

    void moment(std::size_t ring, const TraceEvent& event, const char* what) {
        put("i", event.when, ring,
            Json('{')
                .add("s", "t")
                .add("name", what)
                .raw("args", Json('{')
                                 .raw("goroutine", std::to_string(event.goroutine))
                                 .add("name", name_of(event))
                                 .raw("by", std::to_string(event.by))
                                 .end()));
    }

    void wake(std::size_t ring, const TraceEvent& event) {
        const bool spawned = event.what == What::spawn;
        moment(ring, event, spawned ? "spawn" : "ready");
        Known& known = known_[event.goroutine];
        known.arrow = event.by != 0 ? ++arrows_ : 0;
        if (known.arrow != 0) put("s", event.when, ring, arrow(known.arrow, "run"));
        if (!spawned && known.open == nullptr) {
            known.ready = true;
            return;
        }
        close_wait(known, event.goroutine, event.when, ring);
        open_wait(known, event, event.when, ring, "runnable");
    }

    static Json arrow(std::uint64_t id, const char* name) {
        Json json('{');
        json.add("cat", "arrow").add("name", name).raw("id", std::to_string(id));
        return json;
    }

    void run(std::size_t ring, const TraceEvent& event) {
        Known& known = known_[event.goroutine];
        close_wait(known, event.goroutine, event.when, ring);
        begin_turn(ring, event, event.when);
        if (known.arrow != 0) put("f", event.when, ring, arrow(known.arrow, "run").add("bp", "e"));
        known = {};
    }

    void begin_turn(std::size_t ring, const TraceEvent& event, std::int64_t when) {
        Json args('{');
        args.raw("goroutine", std::to_string(event.goroutine));
        if (event.what != What::park) args.add("started at", event.where);
        put("B", when, ring, Json('{').add("name", name_of(event)).raw("args", args.end()));
        running_[ring] = event.goroutine;
    }

    void end_turn(std::size_t ring, const TraceEvent& event) {
        const bool parks = event.what == What::park;
        const char* why = parks                     ? to_string(event.reason)
                          : event.what == What::end ? "end"
                                                    : "yield";
        Json args('{');
        args.add("left by", why);
        if (parks) args.add("at", event.where);
        put("E", event.when, ring, Json('{').raw("args", args.end()));
        running_[ring] = 0;
        if (event.what == What::end) {
            known_.erase(event.goroutine);
            return;
        }
        Known& known = known_[event.goroutine];
        open_wait(known, event, event.when, ring, parks && !known.ready ? why : "runnable");
        known.ready = false;
    }

    void open_wait(Known& known, const TraceEvent& event, std::int64_t when, std::size_t ring,
                   const char* what) {
        known.open = what;
        Json args('{');
        args.add("goroutine", name_of(event));
        if (event.what == What::park) args.add("at", event.where);
        put("b", when, ring, wait_of(event.goroutine, what).raw("args", args.end()));
    }

    void close_wait(Known& known, std::uint64_t id, std::int64_t when, std::size_t ring) {
        if (known.open == nullptr) return;
        put("e", when, ring, wait_of(id, known.open));
        known.open = nullptr;
    }

    static Json wait_of(std::uint64_t goroutine, const char* what) {
        Json json('{');
        json.add("cat", "goroutine").raw("id", std::to_string(goroutine)).add("name", what);
        return json;
    }

    const Recorded& recorded_;
    const std::function<void(std::string_view)>& to_;
    std::string text_;
    bool first_ = true;
    std::vector<std::size_t> at_;         // by ring: how many events are told
    std::vector<std::uint64_t> running_;  // by ring: whose turn it is; 0: nobody's
    std::unordered_map<std::uint64_t, Known> known_;
    std::uint64_t arrows_ = 0;
    const std::string process_;
};

}  // namespace
}  // namespace detail

void TraceRecord::write(const std::function<void(std::string_view)>& to) const {
    detail::ChromeTrace(*recorded_, to).write(dropped());
}

}  // namespace weft::inline abi1
