// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/report.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>

#include "weft/detail/channel_core.h"
#include "weft/detail/context_node.h"
#include "weft/detail/held_locks.h"
#include "weft/detail/other_side.h"
#include "weft/ensure.h"
#include "weft/run.h"

#include "runtime/src/environment.h"
#include "runtime/src/runtime.h"
#include "runtime/src/symbolize.h"

namespace weft::inline abi1 {
namespace detail {

namespace {

std::vector<ReportedObject> locks_of(const HeldLocks& held) {
    std::vector<ReportedObject> locks;
    for (std::uint32_t i = 0; i < held.count && i < HeldLocks::recorded; ++i)
        if (const LockTag* lock = held.locks[i]; lock != nullptr) locks.push_back(reported(*lock));
    return locks;
}

// Only while it is held still, or by itself: then its wait, its context and its locks stay.
void look_closely(Goroutine* g, ReportedGoroutine& seen) {
    seen.holds = locks_of(g->ambient.held);
    const ContextNode* context = g->ambient.context;
    if (context == nullptr) return;
    if (const auto deadline = context->deadline())
        seen.time_left = std::max(Duration{}, *deadline - Clock::now());
}

std::string counted(std::uint32_t count, const char* what) {
    return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

// A wait that no other end is left for would be over; so it is the ends that tell who should act.
std::string remark_on(const ChannelCore& channel) {
    if (const OtherSide* const there = channel.other_side())
        return there->handle != nullptr ? "who has its " + std::string(there->handle) + " can act"
                                        : "nobody is on its other side";
    return "the channel (made at " + place(channel.made_at()) + ") has " +
           counted(channel.senders(), "Sender") + " and " +
           counted(channel.receivers(), "Receiver");
}

void look_at_wait(Goroutine* g, ReportedGoroutine& seen) {
    seen.state = to_string(g->begun.note.kind);
    if (g->begun.note.name != nullptr) seen.waits_on = g->begun.note.name;
    seen.waits_at = g->begun.note.where;
    seen.waits_since = Duration(std::max<std::int64_t>(0, coarse_now() - g->begun.waiting_since));
    if (g->begun.note.kind == WaitKind::send || g->begun.note.kind == WaitKind::receive)
        seen.remark = remark_on(*static_cast<const ChannelCore*>(g->begun.note.object));
    look_closely(g, seen);
}

// Main, which nobody started, has itself there.
std::uint64_t parent_of(const Goroutine* g) noexcept {
    return g->thread != nullptr || g->parent() == g->id ? 0 : g->parent();
}

bool is_shown(const Goroutine* g) noexcept {
    if (g->life.load(std::memory_order_acquire) == Life::free) return false;
    // A plain thread or a worker's own stack shows only when it waits for a primitive.
    return g->thread == nullptr || is_parked(g);
}

void print(const std::string& text) noexcept {
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

}  // namespace

ReportedGoroutine look_at(Goroutine* g) {
    ReportedGoroutine seen;
    seen.id = g->id;
    seen.parent = parent_of(g);
    seen.is_thread = g->thread != nullptr;
    if (g->name != nullptr) {
        observe(const_cast<char*>(g->name));
        seen.name = g->name;
    }
    seen.started_at = g->spawned_at;
    Frames frames;
    if (g == self()) {
        if ((g->wake.load(std::memory_order_relaxed) & wake_bits::armed) != 0) {
            look_at_wait(g, seen);  // it is about to park
        } else {
            seen.state = "running";
            look_closely(g, seen);
        }
        capture_here(frames);
    } else if (hold_wait(g)) {
        observe(&g->wake);
        look_at_wait(g, seen);
        end_inspection(g);
        if (!seen.is_thread) capture_parked(g, frames);
    } else {
        const bool fresh = g->life.load(std::memory_order_acquire) == Life::fresh;
        seen.state = fresh ? "not yet run" : "running";
    }
    seen.stack = resolve(frames);
    return seen;
}

std::string report(const char* headline) {
    const std::vector<ReportedGoroutine> all = goroutines();
    std::string text = headline;
    text +=
        " (" + std::to_string(all.size()) + (all.size() == 1 ? " goroutine)\n" : " goroutines)\n");
    for (const ReportedGoroutine& seen : all) text += '\n' + seen.text();
    return text;
}

void add_all_goroutines(Report& report) {
    report.goroutines = goroutines();
    const std::size_t count = report.goroutines.size();
    report.sentence += " (" + std::to_string(count) + (count == 1 ? " goroutine)" : " goroutines)");
}

void print_report(const char* headline) {
    print(report(headline));
}

void abandon_goroutines() noexcept {
    each_goroutine(
        [](Goroutine* g, void*) {
            if (g->thread == nullptr) g->life.store(Life::free, std::memory_order_release);
        },
        nullptr);
}

namespace {
Options options_in_force() {
    const Runtime* runtime = Runtime::current();
    return runtime != nullptr ? runtime->options : Options{};
}

Action reaction_to(const Report& report, const Reactions& reactions) noexcept {
    if (report.finding == Finding::misuse) return Action::abort;
    switch (report.certainty) {
        case Certainty::proven:
            return reactions.proven;
        case Certainty::likely:
            return reactions.likely;
        case Certainty::smell:
            return reactions.smell;
    }
    return Action::report;
}
}  // namespace

void tell(const Report& report) noexcept {
    tell(report, reaction_to(report, options_in_force().reactions));
}

void tell(const Report& report, Action action) noexcept {
    const Options options = options_in_force();
    const bool ends = action == Action::abort;
    append_to_file(report);
    if (ends || !options.on_report) print(report.text());
    if (options.on_report) options.on_report(report);
    if (ends) std::abort();
}

}  // namespace detail

std::vector<ReportedGoroutine> goroutines() {
    using namespace detail;
    std::vector<ReportedGoroutine> all;
    each_goroutine(
        [](Goroutine* g, void* arg) {
            if (is_shown(g))
                static_cast<std::vector<ReportedGoroutine>*>(arg)->push_back(look_at(g));
        },
        &all);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return all;
}

std::vector<ReportedGoroutine> goroutines_under(const std::vector<std::uint64_t>& ids) {
    using namespace detail;
    struct Family {
        std::unordered_map<std::uint64_t, Goroutine*> by_id;
        std::unordered_multimap<std::uint64_t, std::uint64_t> children;
    } family;
    each_goroutine(
        [](Goroutine* g, void* arg) {
            if (!is_shown(g)) return;
            auto& [by_id, children] = *static_cast<Family*>(arg);
            by_id.emplace(g->id, g);
            children.emplace(parent_of(g), g->id);
        },
        &family);
    std::vector<ReportedGoroutine> all;
    std::vector<std::uint64_t> next = ids;
    while (!next.empty()) {
        const std::uint64_t id = next.back();
        next.pop_back();
        // Out of the map: it may be asked for, and be another's child as well.
        const auto found = family.by_id.extract(id);
        if (found.empty()) continue;
        ReportedGoroutine seen = look_at(found.mapped());
        if (seen.id == id) all.push_back(std::move(seen));  // else it has ended since
        const auto [begin, end] = family.children.equal_range(id);
        for (auto at = begin; at != end; ++at) next.push_back(at->second);
    }
    std::ranges::sort(all, {}, &ReportedGoroutine::id);
    return all;
}

std::uint64_t this_goroutine() noexcept {
    return detail::self()->id;
}

std::string dump() {
    return detail::report("weft: all goroutines");
}

void contract_broken(const char* condition, const char* text, std::source_location where) noexcept {
    using namespace detail;
    // One report even if several goroutines break contracts at once; a breach inside the report
    // ends at once.
    static std::atomic<int> reporting{0};
    if (reporting.fetch_add(1) > 0) std::abort();
    Report report;
    report.certainty = Certainty::proven;
    report.finding = Finding::misuse;
    report.sentence = std::string(text) + " (" + condition + ")";
    report.where = where;
    report.goroutines.push_back(look_at(self()));
    tell(report);
    std::abort();
}

}  // namespace weft::inline abi1
