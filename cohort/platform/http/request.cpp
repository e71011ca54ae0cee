// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/request.h"

#include <algorithm>
#include <charconv>

#include "weft/ensure.h"

namespace cohort::http {

static std::optional<std::string_view> find(const Pairs& pairs, std::string_view name) {
    const auto it = std::find_if(pairs.begin(), pairs.end(),
                                 [&](const auto& pair) { return pair.first == name; });
    if (it == pairs.end()) return std::nullopt;
    return it->second;
}

static std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

const Principal& Request::principal() const {
    ENSURE(caller.has_value(), "principal() of a request that the authoriser has not identified");
    return *caller;
}

const std::string& Request::param(std::string_view name) const {
    const auto it = std::find_if(params.begin(), params.end(),
                                 [&](const auto& pair) { return pair.first == name; });
    ENSURE(it != params.end(), "param() of a name that is not in the route's pattern");
    return it->second;
}

static const Query* find_query(const Doc* doc, std::string_view name) {
    if (!doc) return nullptr;
    const auto it = std::ranges::find(doc->query, name, &Query::name);
    return it == doc->query.end() ? nullptr : &*it;
}

std::optional<std::string_view> Request::query(std::string_view name) const {
    ENSURE(find_query(doc, name), "query() of a name that the route does not say");
    return find(query_params, name);
}

Result<std::int64_t> Request::query_int(std::string_view name) const {
    const auto text = query(name);
    const Query& said = *find_query(doc, name);
    if (!text) return said.fallback;
    const auto number = whole_number(*text);
    if (number && *number >= said.schema.min() && *number <= said.schema.max()) return *number;
    return invalid("bad-query", "'" + said.name + "' must be a whole number from " +
                                    std::to_string(said.schema.min()) + " to " +
                                    std::to_string(said.schema.max()) + ".");
}

Result<void> Request::check_query() const {
    for (const auto& [name, value] : query_params) {
        if (find_query(doc, name)) continue;
        std::string known;
        for (const Query& one : doc->query) known += (known.empty() ? "" : ", ") + one.name;
        return invalid("unknown-parameter",
                       "The query has a parameter that is not known here; known are " +
                           (known.empty() ? "none" : known) + ".");
    }
    return {};
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    return find(headers, name);
}

// "a=1; b=2" (RFC 6265 §5.4). The first of a name wins, as browsers send the most specific first.
static std::optional<std::string_view> find_cookie(std::string_view line, std::string_view name) {
    while (!line.empty()) {
        const auto end = std::min(line.find(';'), line.size());
        std::string_view pair = line.substr(0, end);
        line.remove_prefix(std::min(end + 1, line.size()));
        while (pair.starts_with(' ')) pair.remove_prefix(1);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
        return pair.substr(equals + 1);
    }
    return std::nullopt;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
    for (const auto& [header_name, value] : headers) {
        if (header_name != "cookie") continue;
        if (const auto found = find_cookie(value, name)) return found;
    }
    return std::nullopt;
}

static bool is_json(std::string_view content_type) {
    std::string type{content_type.substr(0, content_type.find(';'))};
    while (type.ends_with(' ')) type.pop_back();
    std::transform(type.begin(), type.end(), type.begin(),
                   [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return type == "application/json" ||
           (type.starts_with("application/") && type.ends_with("+json"));
}

Result<json::value> Request::json() const {
    if (const auto type = header("content-type"); !type || !is_json(*type)) {
        return invalid("wrong-content-type", "Send the body as Content-Type: application/json.");
    }
    return json::parse(body);
}

Result<json::object> Request::json_object() const {
    ENSURE(doc, "json_object() of a request without a route");
    const auto value = TRY(json());
    TRY(doc->body.needed_schema().check(value));
    return json::as_object(value, "the body");
}

Result<std::optional<std::string>> Request::idempotency_key() const {
    const auto key = header("idempotency-key");
    if (!key) return std::optional<std::string>{};
    const bool visible =
        std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c < 127; });
    if (key->empty() || key->size() > 255 || !visible) {
        return invalid("bad-idempotency-key",
                       "Idempotency-Key must be 1 to 255 visible ASCII characters.");
    }
    return std::optional<std::string>{*key};
}

Result<std::int64_t> Request::if_match() const {
    auto tag = header("if-match");
    if (!tag) {
        return conflict("if-match-missing",
                        "This change needs If-Match with the version you have seen (its ETag).");
    }
    if (tag->size() > 2 && tag->front() == '"' && tag->back() == '"') {
        const auto version = whole_number(tag->substr(1, tag->size() - 2));
        if (version && *version >= 0) return *version;
    }
    return invalid("bad-if-match", "If-Match must be one ETag as this server gave it, like \"7\".");
}

Result<void> require_version(const Request& request, std::int64_t current) {
    if (TRY(request.if_match()) == current) return {};
    return conflict("stale-version",
                    "Somebody has changed this since you read it. Nothing of yours was saved; read "
                    "it again and repeat your change.");
}

}  // namespace cohort::http
