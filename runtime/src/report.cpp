// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/report.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <vector>

#include "weft/ensure.h"
#include "weft/run.h"

#include "runtime/src/runtime.h"
#include "runtime/src/symbolize.h"

namespace weft::inline abi1 {
namespace detail {

namespace {

// A copy of what a report says of a goroutine: the goroutine runs on while the report is written.
struct Seen {
    Goroutine* goroutine = nullptr;
    std::uint64_t id = 0;
    std::string name;
    std::source_location spawned_at;
    WaitNote note;
    std::string object_name;
    std::int64_t age_ns = 0;
    bool fresh = false;
    bool parked = false;
    Frames frames;
};

std::string place(const std::source_location& where) {
    if (where.line() == 0) return {};
    return std::string(where.file_name()) + ":" + std::to_string(where.line());
}

std::string age(std::int64_t ns) {
    char text[32];
    if (ns < 1'000'000'000)
        std::snprintf(text, sizeof text, "%lld ms", static_cast<long long>(ns / 1'000'000));
    else if (ns < 600'000'000'000)
        std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ns) / 1e9);
    else
        std::snprintf(text, sizeof text, "%lld min", static_cast<long long>(ns / 60'000'000'000));
    return text;
}

void look_at(Goroutine* g, void* arg) {
    const Life life = g->life.load(std::memory_order_acquire);
    if (life == Life::free) return;
    // A plain thread or a worker's own stack shows only when it waits for a primitive.
    const bool waits = is_parked(g);
    if (g->thread != nullptr && !waits) return;
    Seen seen;
    seen.goroutine = g;
    seen.id = g->id;
    if (g->name != nullptr) {
        observe(const_cast<char*>(g->name));
        seen.name = g->name;
    }
    seen.spawned_at = g->spawned_at;
    seen.fresh = life == Life::fresh;
    if (waits) {
        seen.parked = true;
        seen.note = g->begun.note;
        if (seen.note.name != nullptr) seen.object_name = seen.note.name;
        seen.age_ns = std::max<std::int64_t>(0, coarse_now() - g->begun.waiting_since);
        if (g->thread == nullptr) capture_parked(g, seen.frames);
    } else if (g == self()) {
        capture_here(seen.frames);
    }
    static_cast<std::vector<Seen>*>(arg)->push_back(std::move(seen));
}

std::string describe(const Seen& seen) {
    std::string text = seen.goroutine->thread != nullptr ? "thread " : "goroutine ";
    text += std::to_string(seen.id);
    if (!seen.name.empty()) text += " \"" + seen.name + "\"";
    if (seen.fresh) {
        text += " [not yet run]";
    } else if (!seen.parked) {
        text += " [running]";
    } else {
        text += std::string(" [") + to_string(seen.note.kind);
        if (!seen.object_name.empty()) text += " \"" + seen.object_name + "\"";
        text += ", " + age(seen.age_ns) + "]";
    }
    text += '\n';
    if (seen.parked && seen.note.where.line() != 0)
        text += "    waits at " + place(seen.note.where) + '\n';
    if (const auto at = place(seen.spawned_at); !at.empty()) text += "    started at " + at + '\n';
    const std::string stack = symbolize(seen.frames);
    if (!stack.empty()) text += "    stack:\n" + stack;
    return text;
}

}  // namespace

std::string report(const char* headline) {
    std::vector<Seen> all;
    each_goroutine(&look_at, &all);
    std::sort(all.begin(), all.end(), [](const Seen& a, const Seen& b) { return a.id < b.id; });
    std::string text = headline;
    text +=
        " (" + std::to_string(all.size()) + (all.size() == 1 ? " goroutine)\n" : " goroutines)\n");
    for (const Seen& seen : all) text += '\n' + describe(seen);
    return text;
}

void print_report(const char* headline) {
    const std::string text = report(headline);
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

void abandon_goroutines() noexcept {
    each_goroutine(
        [](Goroutine* g, void*) {
            if (g->thread == nullptr) g->life.store(Life::free, std::memory_order_release);
        },
        nullptr);
}

}  // namespace detail

std::string dump() {
    return detail::report("weft: all goroutines");
}

void contract_broken(const char* condition, const char* text, std::source_location where) noexcept {
    // One report even if several goroutines break contracts at once; a breach inside the report
    // ends at once.
    static std::atomic<int> reporting{0};
    if (reporting.fetch_add(1) > 0) std::abort();
    using namespace detail;
    Goroutine* me = self();
    std::string report = "weft: contract broken: " + std::string(text) + " (" + condition + ")\n";
    report += "    at " + place(where) + " in " + without_abi(where.function_name()) + '\n';
    report += std::string("    by ") + (me->thread != nullptr ? "thread " : "goroutine ") +
              std::to_string(me->id);
    if (me->name != nullptr) report += std::string(" \"") + me->name + "\"";
    report += '\n';
    if (const auto at = place(me->spawned_at); !at.empty()) report += "    started at " + at + '\n';
    Frames frames;
    capture_here(frames);
    report += "    stack:\n" + symbolize(frames);
    std::fputs(report.c_str(), stderr);
    std::fflush(stderr);
    std::abort();
}

}  // namespace weft::inline abi1
