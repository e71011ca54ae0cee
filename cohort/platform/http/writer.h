// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/platform/http/reply.h"

namespace cohort::http {

/// How a reply is framed on its connection.
struct Framing {
    bool keep_alive = true;
    bool head_only = false;  ///< the answer to HEAD
    std::string_view request_id = {};
    Instant date = {};
};

/// A body up to this size is written together with its head.
inline constexpr std::size_t small_body_bytes = 64 * 1024;

/// Appends status line and headers to `out`, with Date, Content-Length, X-Request-Id and the
/// security headers that the reply did not set itself. The body follows it on the wire.
/// Errors: internal/bad-header when a header holds CR, LF or NUL; nothing is appended then.
Result<void> append_head(std::string& out, const Reply& reply, const Framing& framing);

/// Whether this status and method are followed by a body.
bool has_body(const Reply& reply, const Framing& framing) noexcept;

/// "Sun, 06 Nov 1994 08:49:37 GMT".
/// Source: RFC 9110 §5.6.7.
std::string to_http_date(Instant at);

}  // namespace cohort::http
