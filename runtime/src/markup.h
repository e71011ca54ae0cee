// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weft::inline abi1::detail {

/// For the text and the quoted attributes of HTML and SVG.
inline std::string escaped(std::string_view text) {
    std::string markup;
    for (const char c : text) {
        if (c == '&')
            markup += "&amp;";
        else if (c == '<')
            markup += "&lt;";
        else if (c == '>')
            markup += "&gt;";
        else if (c == '"')
            markup += "&quot;";
        else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t')
            markup += c;
    }
    return markup;
}

}  // namespace weft::inline abi1::detail
