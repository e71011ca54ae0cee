// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/writer.h"

#include <algorithm>
#include <array>
#include <cstdio>

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

bool is_token(std::string_view name) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != others.npos;
    });
}

bool is_line(std::string_view value) {
    return value.find_first_of(std::string_view{"\r\n\0", 3}) == value.npos;
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
    std::array<char, 40> text{};
    const int size = std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                   days[static_cast<std::size_t>((seconds / day_s) % 7)], date.day,
                                   months[date.month - 1], date.year, of_day / 3600,
                                   of_day / 60 % 60, of_day % 60);
    return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace cohort::http
