// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/picks.h"

#include <charconv>

namespace weft::inline abi1::detail {

namespace {
constexpr std::uint32_t zeros_max = 1'000'000;  // in one run of them, of a text from outside
}  // namespace

std::vector<std::uint32_t> without_tail(std::vector<std::uint32_t> picks) {
    while (!picks.empty() && picks.back() == 0) picks.pop_back();
    return picks;
}

std::string text_of_picks(std::span<const std::uint32_t> picks) {
    std::string text;
    put_picks(
        picks.size(), [picks](std::size_t i) { return picks[i]; },
        [&text](std::string_view piece) { text += piece; });
    return text;
}

std::optional<std::vector<std::uint32_t>> picks_of_text(std::string_view text) {
    std::vector<std::uint32_t> picks;
    while (!text.empty()) {
        const bool zeros = text.front() == '~';
        if (zeros) text.remove_prefix(1);
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || (zeros && number > zeros_max)) return std::nullopt;
        picks.insert(picks.end(), zeros ? number : 1, zeros ? 0 : number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.empty()) break;
        if (text.front() != '.' || text.size() == 1) return std::nullopt;
        text.remove_prefix(1);
    }
    return picks;
}

}  // namespace weft::inline abi1::detail
