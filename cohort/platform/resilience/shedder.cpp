// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/shedder.h"

#include <algorithm>
#include <mutex>

#include "weft/context.h"

namespace cohort::resilience {

// In tenths of running_max.
static constexpr std::array<std::size_t, 3> share_of{5, 8, 10};

Shedder::Pass::Pass(Shedder& shedder, Priority priority) : shedder_(&shedder), priority_(priority) {
    ++shedder.running_[static_cast<std::size_t>(priority)];
}

Shedder::Pass::~Pass() {
    if (shedder_ != nullptr) shedder_->finished(priority_, weft::Clock::now() - began_);
}

std::optional<Shedder::Pass> Shedder::admit(Priority priority) {
    const std::lock_guard lock{mutex_};
    if (refuses(priority)) return std::nullopt;
    return Pass{*this, priority};
}

bool Shedder::would_refuse(Priority priority) {
    const std::lock_guard lock{mutex_};
    return refuses(priority);
}

std::size_t Shedder::running_from(Priority priority) const {
    std::size_t sum = 0;
    for (auto i = static_cast<std::size_t>(priority); i < classes; ++i) sum += running_[i];
    return sum;
}

std::size_t Shedder::sustainable() {
    std::int64_t most = 0;
    auto least = weft::Duration::max();
    last_.each([&](const Bucket& bucket) {
        if (bucket.finished == 0) return;
        most = std::max(most, bucket.finished);
        least = std::min(least, bucket.took / bucket.finished);
    });
    if (most == 0) return options_.running_max;
    return static_cast<std::size_t>(most * least / last_.step());
}

// Each of the two bounds is crossed by a lower class first: the first because its share is smaller,
// the second because it counts the higher classes too, and those do not count it.
bool Shedder::refuses(Priority priority) {
    if (priority == Priority::vital) return false;
    const std::size_t share = share_of[static_cast<std::size_t>(priority)];
    if ((running_from(Priority::bulk) + 1) * 10 > options_.running_max * share) return true;
    if (!options_.is_overloaded || !options_.is_overloaded()) return false;
    return running_from(priority) + 1 > std::max(options_.running_min, sustainable());
}

void Shedder::finished(Priority priority, weft::Duration took) noexcept {
    weft::shield([&] {
        const std::lock_guard lock{mutex_};
        --running_[static_cast<std::size_t>(priority)];
        Bucket& bucket = last_.current();
        ++bucket.finished;
        bucket.took += took;
    });
}

}  // namespace cohort::resilience
