// SPDX-License-Identifier: Apache-2.0
#include "weft/select_set.h"

#include <algorithm>

namespace weft::inline abi1 {

SelectSet::Number SelectSet::add(std::shared_ptr<detail::SetCase> added) {
    added->number = next_number_++;
    cases_.push_back(std::move(added));
    return cases_.back()->number;
}

void SelectSet::after(Duration delay, std::function<void()> body) {
    delay_ = delay;
    after_body_ = std::make_shared<std::function<void()>>(std::move(body));
}

bool SelectSet::remove(Number number) noexcept {
    return std::erase_if(cases_, [number](const auto& c) { return c->number == number; }) != 0;
}

SelectSet::Number SelectSet::select(const std::source_location& where) {
    // The scratch is taken out: a body may call select() again.
    auto prepared = std::exchange(prepared_, {});
    prepared.clear();
    for (const auto& c : cases_) prepared.push_back(c->prepare());
    room_.resize(std::max<std::size_t>(1, cases_.size()));
    std::optional<TimePoint> until;
    if (delay_) until = *delay_ <= Duration::zero() ? TimePoint::min() : Clock::now() + *delay_;
    const auto selected = detail::select_cases(
        prepared.data(), static_cast<std::uint32_t>(prepared.size()), room_.data(), until, where);
    prepared_ = std::move(prepared);
    if (selected.index == detail::Selected::none_left) return none_left;
    if (selected.index == detail::Selected::timed_out) {
        const auto body = after_body_;
        (*body)();
        return after_chosen;
    }
    const auto chosen = cases_[selected.index];  // its body may remove it
    if (chosen->once) remove(chosen->number);
    chosen->run(selected.outcome);
    return chosen->number;
}

}  // namespace weft::inline abi1
