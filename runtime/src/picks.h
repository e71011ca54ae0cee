// SPDX-License-Identifier: Apache-2.0
// The choices of a schedule as text: "2.~14.1" is 2, fourteen times 0, then 1; behind it all are 0.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::inline abi1::detail {

/// Calls put() with the text of `count` picks, piece by piece. Allocates nothing.
template <class Number, class Put>
void put_picks(std::size_t count, Number number, Put put) {
    const auto decimal = [&put](std::size_t value) {
        char digits[20];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
    };
    bool first = true;
    std::size_t zeros = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t pick = number(i);
        if (pick == 0) {
            ++zeros;
            continue;
        }
        if (!first) put(".");
        first = false;
        if (zeros != 0) {
            put("~");
            decimal(zeros);
            put(".");
        }
        zeros = 0;
        decimal(pick);
    }
}

std::string text_of_picks(std::span<const std::uint32_t> picks);
/// Nothing: it is no such text.
std::optional<std::vector<std::uint32_t>> picks_of_text(std::string_view text);

/// The same without the 0s at the end.
std::vector<std::uint32_t> without_tail(std::vector<std::uint32_t> picks);

}  // namespace weft::inline abi1::detail
