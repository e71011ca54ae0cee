// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/shedder.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "weft/context.h"

namespace cohort::resilience {

// Who asks for more than its share holds back while it is refused: that nobody waits does not mean
// that there is enough for all.
static constexpr std::chrono::seconds crowded_for{1};

// In tenths of running_max.
static constexpr std::array<std::size_t, 3> share_of{5, 8, 10};

Shedder::Pass::Pass(Shedder& shedder, std::string_view caller, Priority priority)
    : shedder_(&shedder), caller_(caller), priority_(priority) {
    shedder.shares_.began(caller, priority);
}

Shedder::Pass::~Pass() {
    if (shedder_ != nullptr) shedder_->finished(*this);
}

Result<Shedder::Pass> Shedder::admit(std::string_view caller, Priority priority) {
    const std::lock_guard lock{mutex_};
    lately_.asks(caller);
    TRY(judge(caller, priority));
    return Pass{*this, caller, priority};
}

Result<void> Shedder::would_admit(std::string_view caller, Priority priority) {
    const std::lock_guard lock{mutex_};
    return judge(caller, priority);
}

std::size_t Shedder::callers() {
    const std::lock_guard lock{mutex_};
    return shares_.size();
}

Shedder::Seen Shedder::seen() {
    Seen seen;
    last_.each([&](const Bucket& bucket) {
        if (bucket.finished == 0) return;
        seen.most = std::max(seen.most, bucket.finished);
        seen.least = std::min(seen.least, bucket.took / bucket.finished);
        seen.all += bucket.finished;
        ++seen.buckets;
    });
    return seen;
}

std::size_t Shedder::sustainable() {
    const Seen last = seen();
    if (last.most == 0) return options_.running_max;
    return static_cast<std::size_t>(last.most * last.least / last_.step());
}

// The most that was finished in a moment is often what a commit let go at once, so it is no measure
// of how many at a time keep the machine at work.
std::size_t Shedder::usual() {
    const Seen last = seen();
    if (last.most == 0) return 0;
    return static_cast<std::size_t>(last.all * last.least / last.buckets / last_.step());
}

weft::Duration Shedder::next_turn(std::string_view caller) {
    const std::lock_guard lock{mutex_};
    const Seen last = seen();
    if (last.most == 0) return std::chrono::seconds{1};  // nothing is known: soon
    const auto callers = static_cast<std::int64_t>(lately_.callers());
    return turns_.take(caller, last_.step() * callers / last.most);
}

// An equal part of the places is everybody's; of what others leave there is less, so that those
// who ask little find a short queue.
bool Shedder::is_in_share(std::string_view caller, Priority priority) {
    const std::size_t equal = std::max(options_.running_min, sustainable()) / lately_.callers();
    const std::size_t left = std::max(options_.running_min / 4, usual());
    return shares_.with_one_more(caller, priority) <= equal ||
           shares_.has_room(caller, priority, left);
}

// Each of the two bounds is crossed by a lower class first: the first because its share is smaller,
// the second because it counts the higher classes too, and those do not count it.
Result<void> Shedder::judge(std::string_view caller, Priority priority) {
    if (priority == Priority::vital) return {};
    const auto busy = [] {
        return unavailable("overloaded", "The server is busy. Try again in a moment.");
    };
    const std::size_t tenths = share_of[static_cast<std::size_t>(priority)];
    if ((shares_.running(Priority::bulk) + 1) * 10 > options_.running_max * tenths) return busy();
    const auto now = weft::Clock::now();
    const bool is_late = options_.is_overloaded && options_.is_overloaded();
    const bool is_crowded =
        (options_.is_crowded && options_.is_crowded()) || now - crowded_for < last_over_share_;
    if (!is_late && !is_crowded) return {};
    if (lately_.callers() == 1 && !is_late) return {};
    if (is_in_share(caller, priority)) return {};
    if (lately_.callers() == 1) return busy();
    last_over_share_ = now;
    return throttled(
        "over-share",
        "The server is busy, and your address has its share of it. Try again in a moment.");
}

void Shedder::finished(const Pass& pass) noexcept {
    const auto took = weft::Clock::now() - pass.began_;
    weft::shield([&] {
        const std::lock_guard lock{mutex_};
        shares_.ended(pass.caller_, pass.priority_);
        Bucket& bucket = last_.current();
        ++bucket.finished;
        bucket.took += took;
    });
}

}  // namespace cohort::resilience
