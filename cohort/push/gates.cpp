// SPDX-License-Identifier: Apache-2.0
#include "cohort/push/gates.h"

#include <mutex>

#include "weft/context.h"

namespace cohort::push {

std::optional<Gates::Pass> Gates::enter(const StudyId& study, const SiteId& site) {
    std::string key = study.text + "/" + site.text;
    const std::lock_guard lock(mutex_);
    auto& gate = gates_[key];
    if (!gate) gate = std::make_unique<Gate>();
    if (gate->fails && gate->inside > 0) return std::nullopt;
    if (!gate->breaker.allow()) return std::nullopt;
    ++gate->inside;
    return Pass(*this, std::move(key));
}

std::chrono::milliseconds Gates::pause() {
    constexpr std::int64_t least_ms = 2000;
    constexpr std::uint64_t spread_ms = 8000;
    const std::lock_guard lock(mutex_);
    return std::chrono::milliseconds(least_ms + static_cast<std::int64_t>(random_() % spread_ms));
}

void Gates::note(const std::string& key, bool ok) {
    const std::lock_guard lock(mutex_);
    Gate& gate = *gates_.at(key);
    gate.fails = !ok;
    if (ok)
        gate.breaker.succeeded();
    else
        gate.breaker.failed();
}

// Whoever is cancelled says how it went all the same.
void Gates::Pass::succeeded() {
    weft::shield([this] { gates_->note(key_, true); });
}

void Gates::Pass::failed() {
    weft::shield([this] { gates_->note(key_, false); });
}

Gates::Pass::~Pass() {
    if (!gates_) return;
    weft::shield([this] {
        const std::lock_guard lock(gates_->mutex_);
        --gates_->gates_.at(key_)->inside;
    });
}

}  // namespace cohort::push
