// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/header_list.h"

#include <algorithm>

namespace cohort::http {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view take_member(std::string_view& list) {
    const std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    return trimmed(one);
}

}  // namespace cohort::http
