// SPDX-License-Identifier: Apache-2.0
// A schedule in words.
#include <algorithm>
#include <iterator>

#include "runtime/src/exploration.h"
#include "runtime/src/report.h"

namespace weft::inline abi1::detail {

namespace {

constexpr std::size_t lines_max = 200;

std::string name_of(const Stretch& stretch) {
    ReportedGoroutine goroutine;
    goroutine.id = stretch.id;
    goroutine.name = stretch.name;
    return label(goroutine);
}

std::string sentence_of(const Stretch& stretch) {
    const std::string line = line_of(resolve(stretch.stopped_at));
    if (line.empty()) return name_of(stretch) + " runs to its end";
    return name_of(stretch) + " runs up to " + line +
           (stretch.preempted ? ", where it could go on" : "");
}

const char* word_of(Choice kind) noexcept {
    switch (kind) {
        case Choice::next_goroutine:
            return "who is next";
        case Choice::select_case:
            return "a case of a select";
        case Choice::network:
            return "what the network does";
        case Choice::fault:
            return "what fails";
        case Choice::user:
            break;
    }
    return "a number";
}

std::string text_of(const Pick* pick) {
    if (pick == nullptr) return "it had ended";
    return std::string(word_of(pick->kind)) + " was to be chosen among " + std::to_string(pick->n);
}

}  // namespace

std::string story_of(const Ended& ended) {
    std::string text;
    std::size_t lines = 0;
    for (std::size_t i = 0; i < ended.stretches.size(); ++i) {
        if (++lines > lines_max) return text + "    ...\n";
        text += "    " + sentence_of(ended.stretches[i]) + '\n';
        const std::size_t end =
            i + 1 < ended.stretches.size() ? ended.stretches[i + 1].first_pick : ended.picks.size();
        for (std::size_t at = ended.stretches[i].first_pick; at < end; ++at)
            if (const Pick& pick = ended.picks[at]; pick.kind != Choice::next_goroutine)
                text += "        " + std::string(word_of(pick.kind)) + ": " +
                        std::to_string(pick.pick + 1) + " of " + std::to_string(pick.n) + '\n';
    }
    return text;
}

std::string difference(const Ended& first, const Ended& second) {
    const auto [a, b] = std::mismatch(first.picks.begin(), first.picks.end(), second.picks.begin(),
                                      second.picks.end());
    const bool same = a == first.picks.end() && b == second.picks.end();
    if (same && first.end == second.end) return {};
    const auto at = static_cast<std::size_t>(b - second.picks.begin());
    std::string text =
        "something that the simulator does not control decides how it goes: run again with the "
        "same choices it went another way.\n    At choice " +
        std::to_string(at + 1) + ", ";
    text += text_of(a == first.picks.end() ? nullptr : &*a) + " in the first run, and " +
            text_of(b == second.picks.end() ? nullptr : &*b) + " in the second";
    if (a != first.picks.end() && b != second.picks.end() && a->kind == b->kind && a->n == b->n)
        text += " (but other ones, or at another time)";
    const auto after = std::find_if(second.stretches.begin(), second.stretches.end(),
                                    [at](const Stretch& one) { return one.first_pick > at; });
    if (after != second.stretches.begin())
        text += ".\n    Until then, " + sentence_of(*std::prev(after));
    return text;
}

}  // namespace weft::inline abi1::detail
