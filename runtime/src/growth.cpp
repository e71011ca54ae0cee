// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/growth.h"

#include <string>
#include <utility>

#include "runtime/src/goroutine.h"
#include "runtime/src/report.h"

namespace weft::inline abi1::detail {
namespace {

// Who waits for time or the world is let go by these, and a crowd of callers may grow.
bool waits_for_others(const WaitView& waits) noexcept {
    switch (waits.kind) {
        case WaitKind::none:
        case WaitKind::sleep:
        case WaitKind::timed_select:
        case WaitKind::io:
        case WaitKind::blocking:
            return false;
        default:
            return !waits.ends_by_itself;
    }
}

}  // namespace

void Growth::see(const WaitView& waits, const std::source_location& started_at) {
    if (!waits.parked || !waits_for_others(waits)) return;
    Now& at = now_[{{started_at.file_name(), started_at.line()},
                    {waits.where.file_name(), waits.where.line()},
                    waits.kind}];
    if (at.count == 0 || waits.since < at.oldest.since ||
        (waits.since == at.oldest.since && waits.goroutine->id < at.oldest.goroutine->id)) {
        at.oldest = waits;
        at.started_at = started_at;
    }
    ++at.count;
}

std::vector<Crowd> Growth::end_look(std::size_t least, std::int64_t now) {
    std::vector<Crowd> found;
    auto before = std::exchange(known_, {});
    for (auto& [key, at] : std::exchange(now_, {})) {
        const auto had = before.find(key);
        const bool same_oldest = had != before.end() && had->second.oldest == at.oldest.goroutine &&
                                 had->second.sequence == at.oldest.sequence;
        Known known = same_oldest && at.count >= had->second.last_count
                          ? had->second
                          : Known{at.oldest.goroutine, at.oldest.sequence, at.count, at.count, now};
        known.said = had != before.end() && had->second.said;
        if (at.count > known.last_count) ++known.grown;
        known.last_count = at.count;
        if (!known.said && known.grown >= looks_wanted && at.count >= least &&
            at.count >= 2 * known.first_count) {
            known.said = true;
            found.push_back({at.oldest.goroutine, at.oldest.sequence, at.oldest.kind,
                             at.oldest.where, at.started_at, at.count, known.first_count,
                             known.since});
        }
        known_.emplace(key, known);
    }
    return found;
}

std::vector<Crowd> Growth::look(std::size_t least) {
    each_goroutine(
        [](Goroutine* g, void* me) {
            if (g->life.load(std::memory_order_acquire) != Life::alive || g->thread != nullptr)
                return;
            if (const auto seen = view(g)) static_cast<Growth*>(me)->see(*seen, g->spawned_at);
        },
        this);
    return end_look(least, coarse_now());
}

std::optional<Report> report_of(const Crowd& crowd) {
    Report report;
    report.finding = Finding::growth;
    report.certainty = Certainty::smell;
    report.where = crowd.where;
    report.goroutines.push_back(look_at(crowd.oldest));
    const auto still = view(crowd.oldest);
    if (!still || still->sequence != crowd.sequence) return std::nullopt;
    const ReportedGoroutine& who = report.goroutines.front();
    const auto age = Duration(coarse_now() - crowd.growing_since);
    report.sentence = std::to_string(crowd.count) + " goroutines that were started at " +
                      place(crowd.started_at) + " wait at one line (" + line_of(who) + "); " +
                      readable(age) + " ago there were " + std::to_string(crowd.count_before) +
                      ", and the first of them, " + label(who) + ", has not been let go: it " +
                      what_it_waits_to_do(who, crowd.kind);
    return report;
}

}  // namespace weft::inline abi1::detail
