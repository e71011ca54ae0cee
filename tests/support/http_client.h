// SPDX-License-Identifier: Apache-2.0
// A small HTTP client for tests: keep-alive, one request at a time, no magic.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "weft/net.h"
#include "weft/result.h"

namespace cohort::test {

struct HttpReply {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
};

/// One connection to a server. Remembers cookies and the CSRF token, as a browser would.
class HttpClient {
  public:
    explicit HttpClient(std::string address) : address_(std::move(address)) {}

    std::map<std::string, std::string> cookies;
    std::string csrf;  ///< sent as X-CSRF-Token when not empty

    weft::Result<HttpReply> get(const std::string& path) { return send("GET", path); }
    weft::Result<HttpReply> post(const std::string& path, const std::string& json,
                                 std::map<std::string, std::string> headers = {}) {
        return send("POST", path, json, std::move(headers));
    }

    /// Sends a request and reads its reply, over the open connection or a fresh one. A request
    /// whose connection broke is not sent again: the test decides what that means.
    weft::Result<HttpReply> send(const std::string& method, const std::string& path,
                                 const std::string& body = {},
                                 std::map<std::string, std::string> headers = {}) {
        if (!connection_) connection_ = TRY(weft::net::dial(address_));
        auto reply = exchange(method, path, body, std::move(headers));
        if (!reply || reply->headers["connection"] == "close") close();
        return reply;
    }

    void close() {
        if (connection_) connection_->close();
        connection_.reset();
        unread_.clear();
    }

  private:
    static std::string lower(std::string_view text) {
        std::string result{text};
        std::transform(result.begin(), result.end(), result.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        return result;
    }

    weft::Result<HttpReply> exchange(const std::string& method, const std::string& path,
                                     const std::string& body,
                                     std::map<std::string, std::string> headers) {
        std::string text = method + " " + path + " HTTP/1.1\r\nHost: " + address_ + "\r\n";
        if (!body.empty()) headers.try_emplace("Content-Type", "application/json");
        if (!body.empty() || method != "GET") {
            headers.try_emplace("Content-Length", std::to_string(body.size()));
        }
        if (!csrf.empty()) headers.try_emplace("X-CSRF-Token", csrf);
        std::string line;
        for (const auto& [name, value] : cookies) {
            line += (line.empty() ? "" : "; ") + name + "=" + value;
        }
        if (!line.empty()) headers.try_emplace("Cookie", line);
        for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
        TRY(connection_->write_all(text + "\r\n" + body));
        return receive(method == "HEAD");
    }

    weft::Result<HttpReply> receive(bool head_only) {
        std::size_t end = 0;
        while ((end = unread_.find("\r\n\r\n")) == unread_.npos) TRY(more());
        HttpReply reply = parse_head(unread_.substr(0, end + 2));
        unread_.erase(0, end + 4);
        if (reply.status == 100) return receive(head_only);
        const auto length = reply.headers.find("content-length");
        if (head_only || length == reply.headers.end()) return reply;
        const std::size_t size = std::stoul(length->second);
        while (unread_.size() < size) TRY(more());
        reply.body = unread_.substr(0, size);
        unread_.erase(0, size);
        return reply;
    }

    HttpReply parse_head(std::string_view head) {
        HttpReply reply;
        reply.status = std::stoi(std::string{head.substr(9, 3)});
        head.remove_prefix(head.find("\r\n") + 2);
        while (!head.empty()) {
            const std::string_view line = head.substr(0, head.find("\r\n"));
            head.remove_prefix(line.size() + 2);
            const auto colon = line.find(": ");
            const std::string name = lower(line.substr(0, colon));
            const std::string value{line.substr(colon + 2)};
            if (name == "set-cookie") keep_cookie(value);
            reply.headers[name] = value;
        }
        return reply;
    }

    void keep_cookie(const std::string& line) {
        const auto equals = line.find('=');
        const std::string name = line.substr(0, equals);
        const std::string value = line.substr(equals + 1, line.find(';') - equals - 1);
        if (line.find("Max-Age=0") != line.npos) {
            cookies.erase(name);
        } else {
            cookies[name] = value;
        }
    }

    weft::Result<void> more() {
        std::string piece(16 * 1024, '\0');
        const std::size_t got =
            TRY(connection_->read_some(std::as_writable_bytes(std::span{piece})));
        if (got == 0)
            return weft::Error{weft::ErrorKind::unavailable, "ended", "the server closed"};
        unread_.append(piece, 0, got);
        return {};
    }

    std::string address_;
    std::optional<weft::net::Connection> connection_;
    std::string unread_;
};

}  // namespace cohort::test
