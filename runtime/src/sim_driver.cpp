// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/sim_driver.h"

#include "runtime/src/explored_run.h"
#include "runtime/src/goroutine.h"

namespace weft::inline abi1::detail {

SimDriver::SimDriver(std::uint64_t seed) : seed_(seed), random_(seed) {
    random_.begin();
}

bool SimDriver::is_over() const noexcept {
    return run_ != nullptr && run_->is_over();
}

std::size_t SimDriver::choose(Choice kind, std::size_t n) noexcept {
    if (n <= 1) return 0;
    return run_ != nullptr ? run_->choose(kind, n) : random_.value(n);
}

std::uint32_t SimDriver::number_of(const Goroutine* goroutine) {
    return numbers_.try_emplace(goroutine->id, static_cast<std::uint32_t>(numbers_.size()))
        .first->second;
}

void SimDriver::make_runnable(Goroutine* goroutine) {
    runnable_.push_back({goroutine, run_ != nullptr ? number_of(goroutine) : 0});
}

// `going_on`, if there is one, is the first to choose from.
std::size_t SimDriver::choose_next(const Goroutine* going_on) noexcept {
    if (run_ == nullptr) return choose(Choice::next_goroutine, runnable_.size());
    candidates_.clear();
    if (going_on != nullptr) candidates_.push_back(number_of(going_on));
    for (const Runnable& one : runnable_) candidates_.push_back(one.number);
    return run_->choose_next({candidates_, going_on != nullptr}, now_);
}

// Order is kept, so that a schedule reads the same when a choice is removed from it.
Goroutine* SimDriver::take(std::size_t i) noexcept {
    Goroutine* chosen = runnable_[i].goroutine;
    runnable_.erase(runnable_.begin() + static_cast<std::ptrdiff_t>(i));
    if (run_ != nullptr) run_->runs(chosen);
    return chosen;
}

Goroutine* SimDriver::take_runnable(const Goroutine* running) noexcept {
    if (run_ != nullptr) {
        if (running->thread == nullptr) run_->stops(running, false);
        if (run_->is_over()) return nullptr;
    }
    if (runnable_.empty()) return nullptr;
    const std::size_t i = choose_next(nullptr);
    return is_over() ? nullptr : take(i);
}

// It may stand among the runnable, too: somebody has ended a wait that it has begun, but not parked
// for. It is not to be had twice.
Goroutine* SimDriver::take_instead_of(const Goroutine* running) noexcept {
    const std::size_t i = choose_next(running);
    if (i == 0 || is_over() || runnable_[i - 1].goroutine == running) return nullptr;
    run_->stops(running, true);
    return take(i - 1);
}

void SimDriver::gives_way(const Goroutine* running) noexcept {
    if (run_ != nullptr) run_->gives_way(number_of(running));
}

}  // namespace weft::inline abi1::detail
