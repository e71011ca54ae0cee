// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/held_up.h"

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/src/goroutine.h"
#include "runtime/src/report.h"

namespace weft::inline abi1::detail {
namespace {

bool is_for_a_lock(const WaitView& waits) noexcept {
    return waits.kind == WaitKind::mutex || waits.kind == WaitKind::read_lock ||
           waits.kind == WaitKind::write_lock;
}

/// Time ends it, or the world: it is slow, and need not hang.
bool ends_one_day(const WaitView& waits) noexcept {
    return waits.ends_by_itself || waits.kind == WaitKind::sleep ||
           waits.kind == WaitKind::timed_select || waits.kind == WaitKind::io ||
           waits.kind == WaitKind::blocking;
}

// Null: nobody who waits.
const WaitView* next_of(const Waits& waits, const WaitView& from) {
    if (from.holder != nullptr) return waits.of(from.holder);
    if (from.kind != WaitKind::write_lock) return nullptr;
    const auto readers = waits.holders_of(from.object);
    return readers.empty() ? nullptr
                           : *std::min_element(readers.begin(), readers.end(),
                                               [](const WaitView* a, const WaitView* b) {
                                                   return a->since < b->since;
                                               });
}

// Empty: it leads to somebody who runs, or into a circle, which is another report's matter.
std::vector<WaitView> way_from(const Waits& waits, const WaitView& first) {
    constexpr std::size_t longest = 16;
    std::vector<WaitView> way;
    for (const WaitView* at = &first; at != nullptr && way.size() < longest;
         at = next_of(waits, *at)) {
        way.push_back(*at);
        if (!is_for_a_lock(*at)) return way;
    }
    return {};
}

bool waits_for_readers(const WaitView& waits) noexcept {
    return waits.kind == WaitKind::write_lock && waits.holder == nullptr;
}

void name_other_readers(const Waits& waits, HeldUp& one) {
    const WaitView& writer = one.way.front();
    if (!waits_for_readers(writer)) return;
    for (const WaitView* reader : waits.holders_of(writer.object))
        if (reader->goroutine != one.way[1].goroutine) one.other_readers.push_back(*reader);
    one.running_readers = waits.running_holders_of(writer.object);
}

// Readers that run for long, or are not let run. The lock's first writer stands for all.
std::vector<HeldUp> find_starved_writers(const Waits& waits, std::int64_t since) {
    std::map<const void*, const WaitView*> writers;
    for (const WaitView& one : waits.all()) {
        if (!waits_for_readers(one) || one.since > since) continue;
        const WaitView*& first = writers.try_emplace(one.object, &one).first->second;
        if (one.since < first->since) first = &one;
    }
    std::vector<HeldUp> found;
    for (const auto& [lock, writer] : writers) {
        if (!waits.holders_of(lock).empty()) continue;
        HeldUp one;
        one.way = {*writer};
        one.is_slow = true;
        one.running_readers = waits.running_holders_of(lock);
        if (!one.running_readers.empty()) found.push_back(std::move(one));
    }
    return found;
}

}  // namespace

std::vector<HeldUp> find_held_up(const Waits& waits, std::int64_t since) {
    std::map<const Goroutine*, HeldUp> by_last;
    for (const WaitView& first : waits.all()) {
        if (!is_for_a_lock(first) || first.since > since) continue;
        std::vector<WaitView> way = way_from(waits, first);
        if (way.empty()) continue;
        HeldUp& known = by_last[way.back().goroutine];
        if (known.way.empty() || first.since < known.way.front().since) known.way = std::move(way);
    }
    std::vector<HeldUp> found = find_starved_writers(waits, since);
    for (auto& [last, one] : by_last) {
        if (!waits.circle_through(last).empty()) continue;
        one.is_slow = one.way.back().since > since ||
                      std::any_of(one.way.begin(), one.way.end(), ends_one_day);
        name_other_readers(waits, one);
        found.push_back(std::move(one));
    }
    return found;
}

bool is_still_so(const HeldUp& held_up) noexcept {
    if (!held_up.is_slow) return is_whole(held_up.way);
    Circle waiters = held_up.way;
    const Goroutine* last = nullptr;
    if (waiters.size() == 1) {
        last = held_up.running_readers.front();
    } else {
        last = waiters.back().goroutine;
        waiters.pop_back();
    }
    return is_whole(waiters) &&
           (waiters.back().holder == last || seems_to_hold(last, waiters.back().object));
}

namespace {

// Who is slow may have gone on since it was seen; what it did then is what is to be told.
std::string what_it_did(const ReportedGoroutine& who, const WaitView& seen) {
    if (who.state == to_string(seen.kind))
        return what_it_waits_to_do(who, seen.kind) + " (" + line_of(who) + ')';
    return what_it_waits_to_do({}, seen.kind) + " again and again (" + place(seen.where) + ')';
}

}  // namespace

Report report_of(const HeldUp& held_up) {
    Report report;
    report.finding = Finding::held_up;
    report.certainty = held_up.is_slow ? Certainty::smell : Certainty::likely;
    report.where = held_up.way.size() > 1 ? held_up.way.back().where
                                          : held_up.running_readers.front()->spawned_at;
    for (const WaitView& one : held_up.way) report.goroutines.push_back(look_at(one.goroutine));
    for (std::size_t i = 0; i < held_up.way.size(); ++i) {
        const ReportedGoroutine& who = report.goroutines[i];
        if (i == 0)
            report.sentence = label(who) + ' ';
        else
            report.sentence +=
                ", " + why_it_waits_for_the_next(held_up.way[i - 1]) + label(who) + ", which ";
        report.sentence += what_it_did(who, held_up.way[i]);
    }
    for (const WaitView& reader : held_up.other_readers) {
        report.goroutines.push_back(look_at(reader.goroutine));
        const ReportedGoroutine& who = report.goroutines.back();
        report.sentence += "; also held for reading by " + label(who) + ", which " +
                           what_it_waits_to_do(who, reader.kind) + " (" + line_of(who) + ')';
    }
    for (Goroutine* reader : held_up.running_readers) {
        report.goroutines.push_back(look_at(reader));
        const bool is_only_one = report.goroutines.size() == 2;
        report.sentence += std::string(is_only_one ? ", " : "; also ") + "held for reading by " +
                           label(report.goroutines.back()) + ", which runs";
    }
    return report;
}

}  // namespace weft::inline abi1::detail
