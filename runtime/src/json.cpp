// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/json.h"

#include <cstdio>

#include "runtime/src/report.h"

namespace weft::inline abi1::detail {

std::string quoted(std::string_view text) {
    std::string json = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
            json += escape;
        } else {
            json += c;
        }
    }
    return json + '"';
}

Json& Json::add(const char* key, const std::source_location& where) {
    return add(key, place(where));
}

}  // namespace weft::inline abi1::detail
