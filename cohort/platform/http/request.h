// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <any>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/json.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/platform/http/access.h"
#include "cohort/platform/http/doc.h"
#include "cohort/platform/http/method.h"

namespace cohort::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One request as a handler sees it: read completely, its path decoded and matched.
struct Request {
    Method method = Method::get;
    std::string path;   ///< percent-decoded, without the query
    std::string route;  ///< the pattern that matched ("/api/v1/forms/{form}"); what logs show
    const Doc* doc = nullptr;  ///< of that route
    Pairs params;              ///< the pattern's names and what stood there
    Pairs query_params;        ///< decoded, in order
    Pairs headers;             ///< names in lower case
    std::string body;
    std::string id;    ///< opaque; the same in the answer, the log and the problem's `instance`
    std::string peer;  ///< the caller's address, without the port
    Instant received;
    std::optional<Principal> caller;
    std::any found;  ///< by who looked up the route's scope; the handler need not ask again
    bool is_repeated = false;  ///< asked again for an open stream: no sign of life of its user

    /// Who calls. Only in handlers behind `Access::signed_in` or `Access::needs`.
    const Principal& principal() const;

    /// A path parameter. The name must be in the route's pattern.
    const std::string& param(std::string_view name) const;

    /// A path parameter as an id. A malformed id names nothing, so it is unknown.
    /// Errors: not_found/unknown-object.
    template <class IdType>
    Result<IdType> id_param(std::string_view name) const {
        auto id = parse_id<IdType>(param(name));
        if (!id) return not_found("unknown-object", "There is nothing with this id.");
        return id;
    }

    /// A parameter of the query. The route must say it.
    std::optional<std::string_view> query(std::string_view name) const;

    /// The same as the whole number that the route says, or what it says to take instead.
    /// Errors: invalid/bad-query when it is no whole number within the route's bounds.
    Result<std::int64_t> query_int(std::string_view name) const;

    /// Whether the route says every parameter of the query.
    /// Errors: invalid/unknown-parameter.
    Result<void> check_query() const;

    /// A header's value; `name` in lower case.
    std::optional<std::string_view> header(std::string_view name) const;
    std::optional<std::string_view> cookie(std::string_view name) const;

    /// The body as JSON (nesting at most 32), whatever it holds.
    /// Errors: invalid/wrong-content-type; those of json::parse.
    Result<json::value> json() const;
    /// The body as the object that the route says.
    /// Errors: also those of Schema::check.
    Result<json::object> json_object() const;

    /// The `Idempotency-Key` header: 1 to 255 visible ASCII characters.
    /// Errors: invalid/bad-idempotency-key.
    Result<std::optional<std::string>> idempotency_key() const;

    /// The version in `If-Match`, written as reply's etag() writes it.
    /// Errors: conflict/if-match-missing (428), invalid/bad-if-match.
    Result<std::int64_t> if_match() const;
};

/// The version in If-Match must be the current one.
/// Errors: those of Request::if_match(); conflict/stale-version (412).
Result<void> require_version(const Request& request, std::int64_t current);

}  // namespace cohort::http
