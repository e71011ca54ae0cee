// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/router.h"

#include <algorithm>
#include <array>
#include <map>

#include "weft/ensure.h"

namespace cohort::http {

// A tree by segments. A node has one parameter child whatever its name: the names live in the
// route.
struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
    std::unique_ptr<Node> parameter;
    std::array<const Route*, method_count> by_method{};

    bool ends_here() const {
        for (const Route* route : by_method) {
            if (route) return true;
        }
        return false;
    }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

static bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// Takes the first segment off a path that begins with '/'.
static std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    return segment;
}

void Router::add(Method method, std::string pattern, Access access, Handler handler, Doc doc) {
    ENSURE(pattern.starts_with('/') && handler, "a route has a path and a handler");
    ENSURE(method != Method::head && method != Method::options, "HEAD and OPTIONS are answered");
    routes_.push_back(
        {method, std::move(pattern), std::move(access), std::move(handler), std::move(doc)});
    const Route& route = routes_.back();
    Node* node = root_.get();
    for (std::string_view rest = route.pattern; !rest.empty();) {
        const std::string_view segment = take_segment(rest);
        auto& child = is_parameter(segment) ? node->parameter : node->literal[std::string{segment}];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
    }
    const Route*& place = node->by_method[static_cast<std::size_t>(method)];
    ENSURE(place == nullptr, "a route was added twice");
    place = &route;
}

void Router::fallback(Handler handler) {
    fallback_ = std::move(handler);
}

static std::string allowed(const std::array<const Route*, method_count>& by_method) {
    std::string list;
    for (std::size_t i = 0; i < method_count; ++i) {
        const auto method = static_cast<Method>(i);
        const bool get_exists = by_method[static_cast<std::size_t>(Method::get)] != nullptr;
        const bool answered =
            by_method[i] || method == Method::options || (method == Method::head && get_exists);
        if (!answered) continue;
        if (!list.empty()) list += ", ";
        list += to_string(method);
    }
    return list;
}

static void bind(const Route& route, std::string_view path, Pairs& params) {
    for (std::string_view pattern = route.pattern; !pattern.empty();) {
        const std::string_view name = take_segment(pattern);
        const std::string_view value = take_segment(path);
        if (is_parameter(name)) params.emplace_back(name.substr(1, name.size() - 2), value);
    }
}

// A literal wins, but a name is tried where the literal leads nowhere: /users/me/x and
// /users/{user}/y live side by side.
const Router::Node* Router::find(const Node& node, std::string_view rest) {
    if (rest.empty()) return node.ends_here() ? &node : nullptr;
    const std::string_view segment = take_segment(rest);
    if (const auto it = node.literal.find(segment); it != node.literal.end()) {
        if (const Node* found = find(*it->second, rest)) return found;
    }
    if (segment.empty() || !node.parameter) return nullptr;
    return find(*node.parameter, rest);
}

Router::Match Router::match(Method method, std::string_view path, Pairs& params) const {
    if (!path.starts_with('/')) return {};
    const Node* node = find(*root_, path);
    if (!node) return {};
    const Method wanted = method == Method::head ? Method::get : method;
    const Route* route = node->by_method[static_cast<std::size_t>(wanted)];
    if (!route) return {nullptr, allowed(node->by_method)};
    bind(*route, path, params);
    return {route, {}};
}

}  // namespace cohort::http
