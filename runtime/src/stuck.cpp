// SPDX-License-Identifier: Apache-2.0
// A circle that nobody saw closing (the look at the call was too dear, or the closing call a join)
// is found here. Who is still on its stack may be about to see it itself and to be refused, so only
// circles of goroutines that have left theirs count.
#include "runtime/src/stuck.h"

#include <algorithm>
#include <map>
#include <optional>
#include <time.h>
#include <utility>
#include <vector>

#include "weft/blocking.h"
#include "weft/report.h"

#include "runtime/src/goroutine.h"
#include "runtime/src/held_up.h"
#include "runtime/src/liveness.h"
#include "runtime/src/report.h"
#include "runtime/src/runtime.h"
#include "runtime/src/wait_ends.h"
#include "runtime/src/waits.h"

namespace weft::inline abi1 {
namespace detail {
namespace {

bool is_still_so(const Circle& circle) noexcept {
    return is_whole(circle);
}

bool is_still_so(const Stuck& one) noexcept {
    return is_whole({one.waits}) && is_whole(one.holders) && is_whole(one.kept_out);
}

// Who holds the lock waits for ever: what it is stuck at, or who is whom it waits for, is the
// cause, and told of itself.
bool has_another_cause(const HeldUp& held_up, const Hanging& hanging) {
    return hanging.all.count(held_up.way.back().goroutine) != 0;
}

// Writing a report takes a while, in which a wait may have ended.
template <class Found>
std::optional<Report> report_if_still_so(const Found& found) {
    if (!is_still_so(found)) return std::nullopt;
    Report report = report_of(found);
    if (!is_still_so(found)) return std::nullopt;
    return report;
}

// Those of the second look that stood in the first, too.
template <class Look>
Hanging find_twice(Look look) {
    std::map<const Goroutine*, std::uint64_t> before;
    for (const Stuck& one : look().stuck) before[one.waits.goroutine] = one.waits.sequence;
    if (before.empty()) return {};
    Hanging found = look();
    std::erase_if(found.stuck, [&](const Stuck& one) {
        const auto known = before.find(one.waits.goroutine);
        return known == before.end() || known->second != one.waits.sequence;
    });
    return found;
}

// Where memory cannot be searched: what is found by place, and why.
struct Searched {
    Hanging hanging;
    const char* why_not = nullptr;
};

Searched find_hanging_twice(Search search, const void* runtimes_own = nullptr) {
    Searched found;
    if (search == Search::by_memory) {
        const auto look = [&] { return find_hanging_by_memory(found.why_not, runtimes_own); };
        found.hanging = blocking_here([&] { return find_twice(look); });
        if (found.why_not == nullptr) return found;
    }
    found.hanging = find_twice(find_hanging);
    return found;
}

std::optional<Report> report_if_still_so(const Stuck& one, const char* why_not) {
    auto report = report_if_still_so(one);
    if (report && why_not != nullptr)
        report->details = std::string("memory was not searched: ") + why_not + '\n';
    return report;
}

}  // namespace

std::int64_t processor_time() noexcept {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

StuckWatch::StuckWatch(Runtime& runtime) : runtime_(runtime) {
    runtime_.helper_threads.fetch_add(1);
    thread_ = std::thread([this] { watch(); });
}

StuckWatch::~StuckWatch() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    ending_.notify_all();
    thread_.join();
    runtime_.helper_threads.fetch_sub(1);
}

// Not before a look can be paid for: of a program that starts a million goroutines and is done with
// them after three seconds, a look after half a second took a tenth. A look that found something to
// tell is no measure of the next: each place is told of once, and writing it with its lines takes
// a thousand times as long.
void StuckWatch::watch() {
    constexpr int one_part_in = 64;
    const Duration period = runtime_.options.stuck_after / 2;
    Duration per_block{400};  // about what it takes; from the second look on as it was found to be
    Duration pause = period;
    std::int64_t last_end = machine_now();
    own_stack_ = __builtin_frame_address(0);
    std::unique_lock lock(mutex_);
    while (!ending_.wait_for(lock, pause, [this] { return ends_; })) {
        const auto blocks = static_cast<std::int64_t>(goroutine_blocks());
        pause = std::max(period, one_part_in * blocks * per_block);
        pause -= Duration(machine_now() - last_end);
        if (pause > Duration::zero()) continue;
        lock.unlock();
        const std::int64_t begin = processor_time();
        told_ = false;
        look();
        if (!told_)
            per_block = Duration((processor_time() - begin) / std::max<std::int64_t>(blocks, 1));
        last_end = machine_now();
        pause = period;
        lock.lock();
    }
}

// A call of its own, so that what it leaves behind lies below the frame in which its thread sleeps:
// a search of memory would take an address there for one that somebody uses.
__attribute__((noinline)) void StuckWatch::look() {
    if (runtime_.options.search_memory && somebody_waits_long()) look_by_memory();
    const Waits waits(Waits::Which::also_with_locks_held);
    for (const Circle& circle : waits.circles()) {
        if (was_said(circle)) continue;
        const auto report = report_if_still_so(circle);
        if (!report) continue;
        if (report->certainty == Certainty::likely && !runtime_.likely_circles.first(report->where))
            continue;
        mark_as_said(circle);
        say(*report);
    }
    const Hanging hanging = find_hanging();
    look_for_held_up(waits, hanging);
    if (!runtime_.options.search_memory) look_for_stuck(hanging);
    if (runtime_.options.crowd > 0) look_for_growth();
}

// Whoever has waited twice as long as when it was last judged, or for the first time so long. A
// wait that somebody could end then may have come to be one that nobody can.
bool StuckWatch::somebody_waits_long() {
    struct Walk {
        std::map<const Goroutine*, Judged>& known;
        std::map<const Goroutine*, Judged> now;
        std::int64_t time;
        std::int64_t least;
        bool found;
    } walk{judged_, {}, coarse_now(), runtime_.options.stuck_after.count(), false};
    each_goroutine(
        [](Goroutine* g, void* arg) {
            auto& my = *static_cast<Walk*>(arg);
            if (!is_waiting(g) || g->thread != nullptr) return;
            const auto seen = view(g);
            if (!seen || !seen->parked || seen->ends_by_itself || seen->was_said) return;
            if (!ends_by_one_of_several(seen->kind) && seen->kind != WaitKind::wait_group) return;
            const std::int64_t age = my.time - seen->since;
            if (age < my.least) return;
            const auto known = my.known.find(g);
            const bool is_judged = known != my.known.end() &&
                                   known->second.sequence == seen->sequence &&
                                   age < 2 * known->second.age;
            my.found |= !is_judged;
            my.now[g] = is_judged ? known->second : Judged{seen->sequence, age};
        },
        &walk);
    judged_ = std::move(walk.now);
    return walk.found;
}

void StuckWatch::look_by_memory() {
    const Searched searched = find_hanging_twice(Search::by_memory, own_stack_);
    const auto since = coarse_now() - runtime_.options.stuck_after.count();
    for (const Stuck& one : searched.hanging.stuck)
        if (!one.waits.was_said && one.waits.since <= since) tell_of(one, searched.why_not);
}

void StuckWatch::tell_of(const Stuck& one, const char* why_not) {
    const auto report = report_if_still_so(one, why_not);
    if (!report) return;
    mark_as_said({one.waits});
    if (stuck_said_.first(report->where)) say(*report);
}

void StuckWatch::say(const Report& report) {
    told_ = true;
    tell(report);
}

void StuckWatch::look_for_growth() {
    for (const Crowd& crowd : growth_.look(runtime_.options.crowd))
        if (const auto report = report_of(crowd); report && growth_said_.first(report->where))
            say(*report);
}

void StuckWatch::look_for_stuck(const Hanging& hanging) {
    const auto since = coarse_now() - runtime_.options.stuck_after.count();
    const auto before = std::exchange(stuck_before_, {});
    for (const Stuck& one : hanging.stuck) {
        if (one.waits.was_said || one.waits.since > since) continue;
        stuck_before_[one.waits.goroutine] = one.waits.sequence;
        const auto known = before.find(one.waits.goroutine);
        if (known == before.end() || known->second != one.waits.sequence) continue;
        tell_of(one, nullptr);
    }
}

// The age of a wait is that of its worker's clock, which stands still while a goroutine computes:
// so who is told of has been found twice, behind the same holder: a lock that many have for a
// moment each is nobody's fault.
void StuckWatch::look_for_held_up(const Waits& waits, const Hanging& hanging) {
    const auto since = coarse_now() - runtime_.options.stuck_after.count();
    const auto before = std::exchange(held_up_before_, {});
    for (const HeldUp& held_up : find_held_up(waits, since)) {
        if (has_another_cause(held_up, hanging)) continue;
        const WaitView& first = held_up.way.front();
        const Goroutine* const holder =
            held_up.way.size() > 1 ? held_up.way[1].goroutine : held_up.running_readers.front();
        const Sight sight{first.sequence, holder};
        held_up_before_[first.goroutine] = sight;
        const auto known = before.find(first.goroutine);
        if (known == before.end() || known->second != sight) continue;
        const auto report = report_if_still_so(held_up);
        OncePerSite& said = held_up.is_slow ? slow_said_ : held_up_said_;
        if (report && said.first(report->where)) say(*report);
    }
}

}  // namespace detail

std::vector<Report> stuck(Duration waiting_for, Search search) {
    using namespace detail;
    // First: what is known of waits here would lead from the caller to everybody.
    const Searched searched = find_hanging_twice(search);
    const Waits waits(Waits::Which::also_with_locks_held);
    std::vector<Report> found;
    for (const Circle& circle : waits.circles())
        if (auto report = report_if_still_so(circle)) found.push_back(std::move(*report));
    const auto since = coarse_now() - waiting_for.count();
    for (const HeldUp& held_up : find_held_up(waits, since)) {
        if (has_another_cause(held_up, searched.hanging)) continue;
        if (auto report = report_if_still_so(held_up)) found.push_back(std::move(*report));
    }
    for (const Stuck& one : searched.hanging.stuck) {
        if (one.waits.since > since) continue;
        if (auto report = report_if_still_so(one, searched.why_not))
            found.push_back(std::move(*report));
    }
    return found;
}

}  // namespace weft::inline abi1
