// SPDX-License-Identifier: Apache-2.0
#include "cohort/subjects/numbering.h"

#include <algorithm>

namespace cohort::subjects {

static bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

Result<void> check_key(std::string_view key) {
    const auto characters = std::ranges::count_if(
        key, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
    if (characters < 1 || characters > 64)
        return invalid("bad-subject-key", "a subject's number has 1 to 64 characters");
    if (std::ranges::any_of(key, is_control) || key.front() == ' ' || key.back() == ' ')
        return invalid("bad-subject-key",
                       "a subject's number has no control characters and no space at either end");
    return {};
}

struct Run {
    std::size_t at;
    std::size_t digits;
};

static Run run_of(std::string_view pattern) {
    const std::size_t at = pattern.find('#');
    if (at == std::string_view::npos) return {0, 0};
    const std::size_t end = pattern.find_first_not_of('#', at);
    return {at, (end == std::string_view::npos ? pattern.size() : end) - at};
}

Result<void> check_pattern(std::string_view pattern) {
    const Run run = run_of(pattern);
    const bool one_run =
        run.digits >= 1 && pattern.find('#', run.at + run.digits) == std::string_view::npos;
    if (!one_run || run.digits > 9 || !check_key(pattern))
        return invalid("bad-number-pattern",
                       "a pattern is a subject number with one run of 1 to 9 '#', like S01-####");
    return {};
}

Result<std::string> key_of(std::string_view pattern, std::int64_t n) {
    const Run run = run_of(pattern);
    std::string digits = std::to_string(n);
    if (digits.size() > run.digits)
        return refused("subject-numbers-used-up",
                       "the site has given out every number of its pattern");
    digits.insert(0, run.digits - digits.size(), '0');
    return std::string(pattern.substr(0, run.at)) + digits +
           std::string(pattern.substr(run.at + run.digits));
}

std::string default_pattern(std::string_view site_oid) {
    std::string pattern;
    for (const char c : site_oid)
        if (pattern.size() < 48 && c > ' ' && c < 0x7f && c != '#') pattern += c;
    return (pattern.empty() ? "S" : pattern) + "-####";
}

}  // namespace cohort::subjects
