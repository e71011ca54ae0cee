// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/method.h"

#include <array>

namespace cohort::http {

static constexpr std::array<std::string_view, method_count> words{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

std::string_view to_string(Method method) noexcept {
    return words[static_cast<std::size_t>(method)];
}

std::optional<Method> parse_method(std::string_view word) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == word) return static_cast<Method>(i);
    }
    return std::nullopt;
}

}  // namespace cohort::http
