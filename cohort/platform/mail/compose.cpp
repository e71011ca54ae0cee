// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/mail/compose.h"

#include <algorithm>
#include <array>

namespace cohort::mail {

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Words of the allowed characters between single dots (RFC 5322 §3.2.3, dot-atom-text).
bool is_dotted(std::string_view text, std::string_view also) {
    bool in_word = false;
    for (const char c : text) {
        if (c == '.') {
            if (!in_word) return false;
            in_word = false;
        } else if (is_letter_or_digit(c) || also.find(c) != also.npos) {
            in_word = true;
        } else {
            return false;
        }
    }
    return in_word;
}

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            text += k <= count ? digits[group >> (18 - 6 * k) & 63] : '=';
    }
    return text;
}

std::string in_lines(std::string_view text) {
    constexpr std::size_t longest = 76;
    std::string lines;
    for (; !text.empty(); text.remove_prefix(std::min(longest, text.size())))
        lines += std::string(text.substr(0, longest)) + "\r\n";
    return lines;
}

// How many bytes of the text, at most 45, end with a whole character: 60 digits, so that an
// encoded word has less than the 75 characters that RFC 2047 §2 allows.
std::size_t whole_characters(std::string_view text) {
    constexpr std::size_t most = 45;
    if (text.size() <= most) return text.size();
    std::size_t count = most;
    while (count > 0 && (static_cast<unsigned char>(text[count]) & 0xC0) == 0x80) --count;
    return count == 0 ? most : count;
}

std::string encoded(std::string_view subject) {
    constexpr std::size_t longest_plain = 60;
    const bool is_plain = subject.size() <= longest_plain && subject.find("=?") == subject.npos &&
                          std::none_of(subject.begin(), subject.end(), [](char c) {
                              return static_cast<unsigned char>(c) >= 0x80;
                          });
    if (is_plain) return std::string(subject);
    std::string words;
    while (!subject.empty()) {
        const std::size_t count = whole_characters(subject);
        if (!words.empty()) words += "\r\n ";
        words += "=?UTF-8?B?" + base64(subject.substr(0, count)) + "?=";
        subject.remove_prefix(count);
    }
    return words;
}

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

// "Sun, 22 Nov 2026 18:30:00 +0000"
std::string mail_date(Instant at) {
    constexpr std::array days = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const CivilDate date = date_of(at);
    const std::int64_t since_1970 = to_days(date);
    const std::int64_t seconds = at.ms / 1000 - since_1970 * 86'400;
    return std::string(days.at(static_cast<std::size_t>(((since_1970 % 7) + 7) % 7))) + ", " +
           two_digits(date.day) + " " + months.at(date.month - 1) + " " +
           std::to_string(date.year) + " " + two_digits(seconds / 3600) + ":" +
           two_digits(seconds / 60 % 60) + ":" + two_digits(seconds % 60) + " +0000";
}

std::string with_crlf(std::string_view text) {
    std::string lines;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n') lines += '\r';
        lines += c;
    }
    return lines;
}

}  // namespace

bool is_address(std::string_view text) {
    constexpr std::size_t longest = 254;  // RFC 5321 §4.5.3.1.3, without its brackets
    const auto at = text.find('@');
    return text.size() <= longest && at != text.npos &&
           is_dotted(text.substr(0, at), "!#$%&'*+-/=?^_`{|}~") &&
           is_dotted(text.substr(at + 1), "-");
}

Result<std::string> compose(const Mail& mail) {
    for (const std::string* address : {&mail.from, &mail.to, &mail.id})
        if (!is_address(*address))
            return invalid("bad-address", "A mail's address or identifier cannot be written.");
    if (has_control(mail.subject))
        return invalid("bad-subject", "A mail's subject has a control character.");
    return "Date: " + mail_date(mail.date) + "\r\nFrom: <" + mail.from + ">\r\nTo: <" + mail.to +
           ">\r\nMessage-ID: <" + mail.id + ">\r\nSubject: " + encoded(mail.subject) +
           "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8"
           "\r\nContent-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n" +
           in_lines(base64(with_crlf(mail.text)));
}

}  // namespace cohort::mail
