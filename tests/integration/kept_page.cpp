// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/kept_page.h"

#include <cstdlib>
#include <fstream>

#include "tests/support/real_data.h"

namespace tests {

std::string kept_page(const std::string& path, const std::string& content) {
    const auto file = real_data::project_folder() / path;
    if (std::getenv("COHORT_KEEP_PAGES") != nullptr) std::ofstream(file) << content;
    const auto kept = real_data::read(file);
    if (!kept) return path + " is not there; ./dev api makes it";
    return *kept == content ? "is up to date" : path + " is stale; ./dev api makes it anew";
}

// Lists of plain words stay on their line.
static void lay_out(std::string& out, const cohort::json::value& from, std::size_t depth) {
    const std::string line = "\n" + std::string((depth + 1) * 2, ' ');
    const std::string end = "\n" + std::string(depth * 2, ' ');
    const char* comma = "";
    if (from.is_object() && !from.get_object().empty()) {
        out += '{';
        for (const auto& member : from.get_object()) {
            out += comma + line + cohort::json::to_text(cohort::json::value(member.key())) + ": ";
            lay_out(out, member.value(), depth + 1);
            comma = ",";
        }
        out += end + "}";
    } else if (from.is_array() && !from.get_array().empty() &&
               from.get_array().front().is_object()) {
        out += '[';
        for (const auto& one : from.get_array()) {
            out += comma + line;
            lay_out(out, one, depth + 1);
            comma = ",";
        }
        out += end + "]";
    } else {
        out += cohort::json::to_text(from);
    }
}

std::string laid_out(const cohort::json::value& json) {
    std::string out;
    lay_out(out, json, 0);
    return out + "\n";
}

}  // namespace tests
