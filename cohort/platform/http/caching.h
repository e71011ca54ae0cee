// SPDX-License-Identifier: Apache-2.0
// What may be kept, by whom. Source: RFC 9110 §13.1.2, RFC 9111 §5.2.
#pragma once

#include <string>
#include <string_view>

#include "cohort/platform/http/reply.h"
#include "cohort/platform/http/request.h"

namespace cohort::http {

/// Whether the caller says (If-None-Match) that it has the representation with this tag: then 304
/// without a body is the answer.
bool has_already(const Request& request, std::string_view etag);

/// Marks an answer as one that the caller's own browser may keep, but asks about before each use:
/// its right is checked every time, and no proxy keeps it. Only for what names no person.
void keep_privately(Reply& reply, std::string etag);

/// Whether a proxy could give this answer to somebody else.
bool is_shareable(const Reply& reply);

}  // namespace cohort::http
