// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/reply.h"

#include <algorithm>

namespace cohort::http {

Reply Reply::bytes(int status, std::string content_type, std::string body) {
    Reply reply;
    reply.status = status;
    reply.body = std::move(body);
    reply.headers.reserve(8);  // what most have in the end
    reply.headers.emplace_back("Content-Type", std::move(content_type));
    return reply;
}

Reply Reply::json(int status, const json::value& value) {
    return bytes(status, "application/json", json::to_text(value));
}

Reply Reply::text(int status, std::string text) {
    return bytes(status, "text/plain; charset=utf-8", std::move(text));
}

Reply Reply::empty(int status) {
    Reply reply;
    reply.status = status;
    return reply;
}

Reply Reply::stream(EventFeed feed) {
    Reply reply = bytes(200, "text/event-stream", {});
    reply.events = std::move(feed);
    reply.set("X-Accel-Buffering", "no");  // nginx would wait for a buffer to fill
    return reply;
}

static bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

Reply& Reply::set(std::string_view name, std::string value) {
    std::erase_if(headers, [&](const auto& header) { return same_name(header.first, name); });
    headers.emplace_back(name, std::move(value));
    return *this;
}

Reply& Reply::add(const Cookie& cookie) {
    std::string line = cookie.name + "=" + cookie.value + "; Path=" + cookie.path;
    if (cookie.max_age.count() >= 0) line += "; Max-Age=" + std::to_string(cookie.max_age.count());
    if (cookie.http_only) line += "; HttpOnly";
    if (cookie.secure) line += "; Secure";
    headers.emplace_back("Set-Cookie", line + "; SameSite=Strict");
    return *this;
}

Reply& Reply::etag(std::int64_t version) {
    return set("ETag", "\"" + std::to_string(version) + "\"");
}

std::string_view Reply::header(std::string_view name) const {
    for (const auto& [other, value] : headers) {
        if (same_name(other, name)) return value;
    }
    return {};
}

std::string_view reason(int status) noexcept {
    switch (status) {
        case 100:
            return "Continue";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 302:
            return "Found";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 428:
            return "Precondition Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

}  // namespace cohort::http
