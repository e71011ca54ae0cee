// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/breaker.h"

#include <mutex>

namespace cohort::resilience {

Breaker::Breaker(unsigned seed) : random_(seed) {}

bool Breaker::allow() {
    const std::lock_guard lock{mutex_};
    if (!has_failed_) return true;
    std::int64_t calls = 0;
    std::int64_t successes = 0;
    last_.each([&](const Bucket& bucket) {
        calls += bucket.calls;
        successes += bucket.successes;
    });
    const double too_many = static_cast<double>(calls) - protected_calls -
                            successes_weight * static_cast<double>(successes);
    const double share = too_many / static_cast<double>(calls + 1);
    if (share <= 0) return true;
    const auto now = weft::Clock::now();
    if (now - probed_ >= probe_every ||
        std::uniform_real_distribution<double>(0, 1)(random_) >= share) {
        probed_ = now;
        return true;
    }
    ++last_.current().calls;
    ++held_back_;
    return false;
}

void Breaker::succeeded() {
    const std::lock_guard lock{mutex_};
    Bucket& bucket = last_.current();
    ++bucket.calls;
    ++bucket.successes;
    if (!has_failed_ || ++successes_in_a_row_ < successes_to_close) return;
    // It works again: what failed before says nothing any more.
    last_.clear();
    has_failed_ = false;
}

void Breaker::failed() {
    const std::lock_guard lock{mutex_};
    ++last_.current().calls;
    successes_in_a_row_ = 0;
    has_failed_ = true;
}

std::int64_t Breaker::held_back() const {
    const std::lock_guard lock{mutex_};
    return held_back_;
}

}  // namespace cohort::resilience
