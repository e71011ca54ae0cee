// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/events.h"

#include <algorithm>
#include <string_view>

namespace cohort::http {

// A line break would begin a field of its own.
static void append(std::string& out, std::string_view field, std::string_view value) {
    const std::string_view line = value.substr(0, value.find_first_of("\r\n"));
    out.append(field).append(": ").append(line).append("\n");
}

std::string to_text(const Event& event) {
    std::string out;
    if (!event.id.empty()) append(out, "id", event.id);
    if (!event.name.empty()) append(out, "event", event.name);
    std::string_view rest = event.data;
    while (true) {
        const auto end = rest.find_first_of("\r\n");
        append(out, "data", rest);
        if (end == rest.npos) break;
        const bool is_pair = rest.substr(end, 2) == "\r\n";
        rest.remove_prefix(end + (is_pair ? 2 : 1));
    }
    return out + "\n";
}

}  // namespace cohort::http
