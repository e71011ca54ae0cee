// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/job.h"

#include <array>

namespace cohort::jobs {

std::string_view to_string(State state) noexcept {
    constexpr std::array<std::string_view, 9> words = {
        "queued",     "running",   "pausing",   "paused",
        "cancelling", "cancelled", "succeeded", "succeeded_with_failures",
        "failed"};
    return words[static_cast<std::size_t>(state)];
}

constexpr std::array<std::string_view, 6> item_words = {"pending", "in_flight", "done",
                                                        "failed",  "skipped",   "unknown"};

std::string_view to_string(ItemState state) noexcept {
    return item_words[static_cast<std::size_t>(state)];
}

std::optional<ItemState> parse_item_state(std::string_view word) noexcept {
    for (std::size_t i = 0; i < item_words.size(); ++i)
        if (item_words[i] == word) return static_cast<ItemState>(i);
    return std::nullopt;
}

}  // namespace cohort::jobs
