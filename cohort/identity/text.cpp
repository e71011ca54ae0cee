// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/text.h"

#include <algorithm>

namespace cohort::identity {

namespace {

std::string_view trim(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool may_be_in_login(char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-' || c == '@' || c == '+';
}

}  // namespace

Result<std::string> read_login(std::string_view typed) {
    std::string login{trim(typed)};
    std::ranges::transform(login, login.begin(), lower);
    const bool good = login.size() >= 2 && login.size() <= 64 &&
                      is_letter_or_digit(login.front()) &&
                      std::ranges::all_of(login, may_be_in_login);
    if (!good)
        return invalid("bad-login",
                       "A login has 2 to 64 letters, digits or . _ - @ + and starts with a letter "
                       "or a digit.");
    return login;
}

Result<std::string> read_name(std::string_view typed) {
    const auto name = trim(typed);
    const bool control = std::ranges::any_of(
        name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (name.empty() || name.size() > 200 || control)
        return invalid("bad-name", "A name is one line of 1 to 200 bytes.");
    return std::string{name};
}

}  // namespace cohort::identity
