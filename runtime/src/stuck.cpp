// SPDX-License-Identifier: Apache-2.0
// A circle that nobody saw closing (the look at the call was too dear, or the closing call a join)
// is found here. Who is still on its stack may be about to see it itself and to be refused, so only
// circles of goroutines that have left theirs count.
#include "runtime/src/stuck.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "weft/report.h"

#include "runtime/src/goroutine.h"
#include "runtime/src/held_up.h"
#include "runtime/src/liveness.h"
#include "runtime/src/report.h"
#include "runtime/src/runtime.h"
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
Hanging find_hanging_twice() {
    std::map<const Goroutine*, std::uint64_t> before;
    for (const Stuck& one : find_hanging().stuck) before[one.waits.goroutine] = one.waits.sequence;
    if (before.empty()) return {};
    Hanging found = find_hanging();
    std::erase_if(found.stuck, [&](const Stuck& one) {
        const auto known = before.find(one.waits.goroutine);
        return known == before.end() || known->second != one.waits.sequence;
    });
    return found;
}

}  // namespace

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

void StuckWatch::watch() {
    constexpr int one_part_in = 64;
    const Duration period = runtime_.options.stuck_after / 2;
    Duration pause = period;
    std::unique_lock lock(mutex_);
    while (!ending_.wait_for(lock, pause, [this] { return ends_; })) {
        lock.unlock();
        const std::int64_t before = machine_now();
        look();
        pause = std::max(period, one_part_in * Duration(machine_now() - before));
        lock.lock();
    }
}

void StuckWatch::look() {
    const Waits waits(Waits::Which::also_with_locks_held);
    for (const Circle& circle : waits.circles()) {
        if (was_said(circle)) continue;
        const auto report = report_if_still_so(circle);
        if (!report) continue;
        if (report->certainty == Certainty::likely && !runtime_.likely_circles.first(report->where))
            continue;
        mark_as_said(circle);
        tell(*report);
    }
    const Hanging hanging = find_hanging();
    look_for_held_up(waits, hanging);
    look_for_stuck(hanging);
    if (runtime_.options.crowd > 0) look_for_growth();
}

void StuckWatch::look_for_growth() {
    for (const Crowd& crowd : growth_.look(runtime_.options.crowd))
        if (const auto report = report_of(crowd); report && growth_said_.first(report->where))
            tell(*report);
}

void StuckWatch::look_for_stuck(const Hanging& hanging) {
    const auto since = coarse_now() - runtime_.options.stuck_after.count();
    const auto before = std::exchange(stuck_before_, {});
    for (const Stuck& one : hanging.stuck) {
        if (one.waits.was_said || one.waits.since > since) continue;
        stuck_before_[one.waits.goroutine] = one.waits.sequence;
        const auto known = before.find(one.waits.goroutine);
        if (known == before.end() || known->second != one.waits.sequence) continue;
        const auto report = report_if_still_so(one);
        if (!report) continue;
        mark_as_said({one.waits});
        if (stuck_said_.first(report->where)) tell(*report);
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
        if (report && said.first(report->where)) tell(*report);
    }
}

}  // namespace detail

std::vector<Report> stuck(Duration waiting_for) {
    using namespace detail;
    const Waits waits(Waits::Which::also_with_locks_held);
    std::vector<Report> found;
    for (const Circle& circle : waits.circles())
        if (auto report = report_if_still_so(circle)) found.push_back(std::move(*report));
    const Hanging hanging = find_hanging_twice();
    const auto since = coarse_now() - waiting_for.count();
    for (const HeldUp& held_up : find_held_up(waits, since)) {
        if (has_another_cause(held_up, hanging)) continue;
        if (auto report = report_if_still_so(held_up)) found.push_back(std::move(*report));
    }
    for (const Stuck& one : hanging.stuck) {
        if (one.waits.since > since) continue;
        if (auto report = report_if_still_so(one)) found.push_back(std::move(*report));
    }
    return found;
}

}  // namespace weft::inline abi1
