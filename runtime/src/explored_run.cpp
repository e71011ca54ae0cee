// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/explored_run.h"

#include <utility>

#include "weft/report.h"

#include "runtime/src/goroutine.h"

namespace weft::inline abi1::detail {

std::size_t ExploredRun::add(const Pick& pick) noexcept {
    picks_.push_back(pick);
    return pick.pick;
}

std::size_t ExploredRun::choose(Choice kind, std::size_t n) noexcept {
    const std::size_t pick = strategy_.value(n);
    return add({kind, static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(pick), 0});
}

std::size_t ExploredRun::choose_next(const Candidates& candidates, std::int64_t now) noexcept {
    if (++choices_ > choices_max_)
        fail(RunEnd::no_end,
             "after " + std::to_string(choices_max_) + " choices the test has not ended");
    if (candidates.numbers.size() == 1) return 0;
    const std::size_t pick = strategy_.next(candidates);
    auto print = static_cast<std::uint64_t>(now) * 2 + (candidates.goes_on ? 1 : 0);
    for (const std::uint32_t number : candidates.numbers)
        print = (print ^ number) * 0x100'0000'01b3ULL;  // Fowler, Noll and Vo's
    return add({Choice::next_goroutine, static_cast<std::uint32_t>(candidates.numbers.size()),
                static_cast<std::uint32_t>(pick), print});
}

void ExploredRun::stops(const Goroutine* running, bool preempted) noexcept {
    if (watch_ == Watch::choices || stretches_.empty()) return;
    Stretch& last = stretches_.back();
    if (last.id != running->id) return;
    last.preempted = preempted;
    capture_here(last.stopped_at);
}

void ExploredRun::runs(const Goroutine* next) noexcept {
    if (watch_ == Watch::choices) return;
    if (!stretches_.empty() && stretches_.back().id == next->id) return;
    Stretch stretch;
    stretch.id = next->id;
    if (next->name != nullptr) stretch.name = next->name;
    stretch.first_pick = picks_.size();
    stretches_.push_back(std::move(stretch));
}

// That somebody is stuck stays so. What a look after each step would find is still there when
// nobody can run, unless a cancel has ended it meanwhile.
void ExploredRun::look() {
    for (const Report& report : stuck(Duration::zero()))
        if (report.finding == Finding::stuck || report.finding == Finding::lock_cycle ||
            report.finding == Finding::wait_cycle)
            return fail(RunEnd::stuck, report.text());
}

void ExploredRun::fail(RunEnd end, std::string what) {
    if (is_over()) return;
    end_ = end;
    what_ = std::move(what);
}

}  // namespace weft::inline abi1::detail
