// SPDX-License-Identifier: Apache-2.0
// What makes a password guessable. A list of known passwords alone would miss "Password2024!!", so
// a password is first reduced to what its owner had in mind: lower case, letters for the digits
// that stand for them, nothing that was only put at the ends.
#include <algorithm>
#include <array>
#include <optional>

#include "cohort/platform/auth/password.h"

namespace cohort::auth {

namespace {

constexpr std::size_t letters_min = 12;
constexpr std::size_t bytes_max = 1024;

// Words that a long but common password is built on. Of the published lists only what remains
// after twelve letters and the reduction below matters.
constexpr std::array<std::string_view, 60> common{
    "password", "passwort",  "passphrase",    "motdepasse",  "contrasena", "administrator",
    "admin",    "welcome",   "letmein",       "qwerty",      "qwertyuiop", "qwertz",
    "azerty",   "asdfghjkl", "zxcvbnm",       "asdf",        "iloveyou",   "sunshine",
    "princess", "football",  "baseball",      "superman",    "batman",     "dragon",
    "monkey",   "master",    "shadow",        "michael",     "jennifer",   "computer",
    "internet", "secret",    "changeme",      "default",     "temporary",  "test",
    "testing",  "login",     "access",        "system",      "server",     "database",
    "hospital", "clinical",  "clinicaltrial", "trial",       "study",      "research",
    "doctor",   "nurse",     "investigator",  "coordinator", "monitor",    "cohort",
    "woaini",   "wodemima",  "mima",          "zhongguo",    "beijing",    "shanghai"};

constexpr std::array<std::string_view, 9> rows{
    "abcdefghijklmnopqrstuvwxyz",           "01234567890123456789",  "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p",  "qazwsxedcrfvtgbyhnujmikolp",
    "zxcvbnmasdfghjklqwertyuiop",           "098765432109876543210", "zyxwvutsrqponmlkjihgfedcba"};

// Code points of UTF-8, or nothing when it is not UTF-8 or has control characters.
std::optional<std::size_t> count_letters(std::string_view text) {
    std::size_t letters = 0;
    for (std::size_t i = 0; i < text.size(); ++letters) {
        const auto lead = static_cast<unsigned char>(text[i]);
        if (lead < 0x20 || lead == 0x7f) return std::nullopt;
        const std::size_t length = lead < 0x80                   ? 1
                                   : lead >= 0xc2 && lead < 0xe0 ? 2
                                   : lead >= 0xe0 && lead < 0xf0 ? 3
                                   : lead >= 0xf0 && lead < 0xf5 ? 4
                                                                 : 0;
        if (length == 0 || i + length > text.size()) return std::nullopt;
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return std::nullopt;
        i += length;
    }
    return letters;
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string trim_decoration(std::string text) {
    while (!text.empty() && !is_letter(text.back())) text.pop_back();
    std::size_t start = 0;
    while (start < text.size() && !is_letter(text[start])) ++start;
    return text.substr(start);
}

std::string undo_leet(std::string text) {
    // 1 stands for i or l, so l itself is read as i.
    constexpr std::string_view signs = "01l34578@$!+";
    constexpr std::string_view means = "oiieastbasit";
    for (char& c : text)
        if (const auto at = signs.find(c); at != std::string_view::npos) c = means[at];
    return text;
}

// The word once, however often it was repeated or separated.
bool is_only(std::string_view text, std::string_view word) {
    std::size_t i = 0;
    while (i < text.size()) {
        if (text.substr(i).starts_with(word))
            i += word.size();
        else if (!is_letter(text[i]))
            ++i;
        else
            return false;
    }
    return !text.empty();
}

bool is_common_word(const std::string& text) {
    std::string reduced = trim_decoration(text);
    std::string plain = trim_decoration(undo_leet(reduced));
    const bool found = std::ranges::any_of(common, [&](std::string_view word) {
        return is_only(reduced, word) || is_only(plain, undo_leet(std::string{word}));
    });
    wipe(reduced);
    wipe(plain);
    return found;
}

bool is_in_a_row(std::string_view text) {
    return std::ranges::any_of(
        rows, [&](std::string_view row) { return row.find(text) != std::string_view::npos; });
}

// "abcabcabcabc": a period of at most a third of the length.
bool is_repeated(std::string_view text) {
    for (std::size_t period = 1; period * 3 <= text.size(); ++period) {
        bool same = true;
        for (std::size_t i = period; i < text.size() && same; ++i)
            same = text[i] == text[i - period];
        if (same) return true;
    }
    return false;
}

bool is_guessable(const std::string& text) {
    const bool digits_only = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    // Twelve digits are a telephone number or two dates.
    return (digits_only && text.size() < 16) || is_in_a_row(text) || is_repeated(text) ||
           is_common_word(text);
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view login) {
    const auto letters = count_letters(password);
    if (!letters)
        return invalid("password-not-text", "A password is text without control characters.");
    if (*letters < letters_min)
        return refused("password-too-short", "A password has at least 12 characters.");
    if (password.size() > bytes_max)
        return refused("password-too-long", "A password has at most 1024 bytes.");
    std::string text = lower(password);
    const std::string name = lower(login.substr(0, login.find('@')));
    const bool names_you = name.size() >= 4 && text.find(name) != std::string::npos &&
                           text.size() - name.size() < letters_min;
    const bool guessable = is_guessable(text);
    wipe(text);
    if (names_you) return refused("password-names-you", "The password is built on the login.");
    if (guessable)
        return refused("password-common",
                       "This password is known or easy to guess. Use a sentence "
                       "or let a password manager make one.");
    return {};
}

}  // namespace cohort::auth
