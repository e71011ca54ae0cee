// SPDX-License-Identifier: Apache-2.0
// Waits in words.
#include <algorithm>
#include <string>
#include <vector>

#include "runtime/src/permit_holders.h"
#include "runtime/src/report.h"
#include "runtime/src/wait_graph.h"

namespace weft::inline abi1::detail {
namespace {

bool is_for_a_lock(const WaitView& waits) noexcept {
    return waits.kind == WaitKind::mutex || waits.kind == WaitKind::read_lock ||
           waits.kind == WaitKind::write_lock;
}

}  // namespace

std::string why_it_waits_for_the_next(const WaitView& waits) {
    switch (waits.kind) {
        case WaitKind::mutex:
            return "held by ";
        case WaitKind::write_lock:
            return waits.holder != nullptr ? "held for writing by " : "held for reading by ";
        case WaitKind::read_lock:
            return waits.holder != nullptr ? "held for writing by " : "to be had only after ";
        case WaitKind::once:
        case WaitKind::task:
            return "run by ";
        case WaitKind::semaphore:
            return "a permit of which is with ";
        default:
            return "which waits for ";
    }
}

std::string what_it_waits_to_do(const ReportedGoroutine& who, WaitKind kind) {
    const std::string name = who.waits_on.empty() ? "" : " \"" + who.waits_on + "\"";
    switch (kind) {
        case WaitKind::mutex:
            return "waits to lock mutex" + name;
        case WaitKind::write_lock:
            return "waits to lock RWMutex" + name + " for writing";
        case WaitKind::read_lock:
            return "waits to lock RWMutex" + name + " for reading";
        case WaitKind::once:
            return "waits for once" + name;
        case WaitKind::wait_group:
        case WaitKind::counted_group:
            return "waits for wait group" + name;
        case WaitKind::join:
        case WaitKind::task:
            return "waits to join" + name;
        case WaitKind::send:
            return "waits to send on channel" + name;
        case WaitKind::receive:
            return "waits to receive on channel" + name;
        case WaitKind::sleep:
            return "sleeps";
        default:
            return std::string("waits for ") + to_string(kind) + name;
    }
}

namespace {

// Those that have the other permits: they wait for ever, too, or one of them would mend it.
void name_other_holders(const Circle& circle, Report& report) {
    constexpr std::size_t most = 8;
    std::vector<const Goroutine*> named;
    for (const WaitView& one : circle) named.push_back(one.goroutine);
    for (const WaitView& one : circle)
        for (const Goroutine* holder : permit_holders(one)) {
            if (named.size() - circle.size() == most) return;
            if (std::find(named.begin(), named.end(), holder) != named.end()) continue;
            named.push_back(holder);
            const auto waits = view(const_cast<Goroutine*>(holder));
            if (!waits) continue;
            report.goroutines.push_back(look_at(waits->goroutine));
            const ReportedGoroutine& who = report.goroutines.back();
            report.sentence += "; another is with " + label(who) + ", which " +
                               what_it_waits_to_do(who, waits->kind) + " (" + line_of(who) + ')';
        }
}

}  // namespace

Report report_of(const Circle& circle) {
    Report report;
    const bool has_locks = std::any_of(circle.begin(), circle.end(), is_for_a_lock);
    report.finding = has_locks ? Finding::lock_cycle : Finding::wait_cycle;
    const bool ends = std::any_of(circle.begin(), circle.end(),
                                  [](const WaitView& one) { return one.ends_by_itself; });
    report.certainty = ends || goes_through_permits(circle) ? Certainty::likely : Certainty::proven;
    report.where = circle.front().where;
    for (const WaitView& one : circle) report.goroutines.push_back(look_at(one.goroutine));
    for (std::size_t i = 0; i < circle.size(); ++i) {
        const ReportedGoroutine& who = report.goroutines[i];
        report.sentence += (i == 0 ? label(who) + " " : ", which ") +
                           what_it_waits_to_do(who, circle[i].kind) + " (" + line_of(who) + "), ";
        const bool for_itself = circle.size() == 1 && circle[i].kind == WaitKind::semaphore;
        report.sentence += for_itself ? "a permit of which it has itself"
                                      : why_it_waits_for_the_next(circle[i]) +
                                            label(report.goroutines[(i + 1) % circle.size()]);
    }
    name_other_holders(circle, report);
    return report;
}

}  // namespace weft::inline abi1::detail
