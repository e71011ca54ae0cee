// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/writer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cohort::http {

namespace {

// The pages load nothing from elsewhere; Ant Design writes style elements, hence unsafe-inline for
// styles only.
constexpr std::string_view page_policy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";
constexpr std::string_view data_policy = "default-src 'none'; frame-ancestors 'none'";

// Looked at for each byte of each answer's names.
constexpr auto token_chars = [] {
    std::array<bool, 256> all{};
    for (const char c : std::string_view{"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
        all[static_cast<unsigned char>(c)] = true;
    return all;
}();

bool is_token(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return token_chars[static_cast<unsigned char>(c)];
    });
}

bool is_line(std::string_view value) {
    return std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// As a head has them beside the reply's own.
constexpr std::size_t usual_head_bytes = 768;

std::size_t head_bytes(const Reply& reply) {
    std::size_t bytes = usual_head_bytes;
    for (const auto& [name, value] : reply.headers) bytes += name.size() + value.size() + 4;
    return bytes;
}

void append_two_digits(std::string& out, std::int64_t number) {
    out += static_cast<char>('0' + number / 10 % 10);
    out += static_cast<char>('0' + number % 10);
}

void append(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

bool is_bodyless(int status) noexcept {
    return status < 200 || status == 204 || status == 304;
}

}  // namespace

bool has_body(const Reply& reply, const Framing& framing) noexcept {
    return !framing.head_only && !is_bodyless(reply.status);
}

Result<void> append_head(std::string& out, const Reply& reply, const Framing& framing) {
    for (const auto& [name, value] : reply.headers) {
        if (!is_token(name) || !is_line(value)) {
            return internal("bad-header", "A header of the answer was malformed.");
        }
    }
    // At once, and the body that comes behind it if that is small: growing cost more than writing.
    out.reserve(out.size() + head_bytes(reply) +
                std::min(reply.content().size(), small_body_bytes));
    out.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
    out.append(reason(reply.status)).append("\r\n");
    append(out, "Date", to_http_date(framing.date));
    if (!is_bodyless(reply.status) && !reply.events) {
        append(out, "Content-Length", std::to_string(reply.content().size()));
    }
    if (!framing.keep_alive) append(out, "Connection", "close");
    if (!framing.request_id.empty()) append(out, "X-Request-Id", framing.request_id);
    append(out, "X-Content-Type-Options", "nosniff");
    append(out, "Referrer-Policy", "no-referrer");
    const bool page = reply.header("Content-Type").starts_with("text/html");
    if (page) {
        append(out, "X-Frame-Options", "DENY");
        append(out, "Cross-Origin-Opener-Policy", "same-origin");
    }
    if (reply.header("Content-Security-Policy").empty()) {
        append(out, "Content-Security-Policy", page ? page_policy : data_policy);
    }
    if (reply.header("Cache-Control").empty()) append(out, "Cache-Control", "no-store");
    for (const auto& [name, value] : reply.headers) append(out, name, value);
    out += "\r\n";
    return {};
}

std::string to_http_date(Instant at) {
    static constexpr std::array days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::int64_t day_s = 86'400;
    const std::int64_t seconds = at.ms / 1000;  // the server's own clock: after 1970
    const CivilDate date = from_days(seconds / day_s);
    const auto of_day = static_cast<int>(seconds % day_s);
    std::string out{days[static_cast<std::size_t>((seconds / day_s) % 7)]};
    out.reserve(sizeof "Thu, 01 Jan 1970 00:00:00 GMT");
    out += ", ";
    append_two_digits(out, date.day);
    out.append(" ").append(months[date.month - 1]).append(" ");
    append_two_digits(out, date.year / 100);
    append_two_digits(out, date.year % 100);
    const std::array<std::pair<char, int>, 3> parts{
        {{' ', of_day / 3600}, {':', of_day / 60 % 60}, {':', of_day % 60}}};
    for (const auto& [before, part] : parts) {
        out += before;
        append_two_digits(out, part);
    }
    return out += " GMT";
}

}  // namespace cohort::http
