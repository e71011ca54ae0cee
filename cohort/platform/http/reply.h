// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cohort/base/json.h"
#include "cohort/platform/http/events.h"

namespace cohort::http {

struct Cookie {
    std::string name;
    std::string value;
    std::string path = "/";
    std::chrono::seconds max_age{-1};  ///< negative: until the browser closes; 0: forget it now
    bool http_only = true;
    bool secure = false;
};

/// One answer. The server adds Date, Content-Length, X-Request-Id and the security headers.
struct Reply {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::shared_ptr<const std::string> shared_body;  ///< instead of `body`: sent without a copy
    EventFeed events = {};  ///< instead of a body: what follows for as long as the caller listens

    static Reply json(int status, const json::value& value);
    static Reply text(int status, std::string text);
    static Reply bytes(int status, std::string content_type, std::string body);
    static Reply empty(int status = 204);

    /// A stream of server-sent events. The feed runs after the handler has returned, without its
    /// deadline; the caller's right is asked for again every few seconds.
    static Reply stream(EventFeed feed);

    /// Sets a header, replacing one of that name. CR, LF and NUL in a value end the request with a
    /// 500: what a user typed can never become a header of ours.
    Reply& set(std::string_view name, std::string value);

    /// Adds a SameSite=Strict cookie.
    Reply& add(const Cookie& cookie);

    /// The entity tag of a version: ETag: "7".
    Reply& etag(std::int64_t version);

    std::string_view header(std::string_view name) const;  ///< empty when it is not there
    std::string_view content() const noexcept { return shared_body ? *shared_body : body; }
};

/// The standard words of a status ("Not Found").
std::string_view reason(int status) noexcept;

}  // namespace cohort::http
