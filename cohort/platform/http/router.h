// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/result.h"
#include "cohort/platform/http/access.h"
#include "cohort/platform/http/doc.h"
#include "cohort/platform/http/method.h"
#include "cohort/platform/http/reply.h"
#include "cohort/platform/http/request.h"

namespace cohort::http {

/// Answers one request, on a goroutine of its connection. The ambient context carries the route's
/// deadline (→ 504) and ends when the caller is gone. An exception becomes a 500 with an opaque id.
using Handler = std::function<Result<Reply>(Request&)>;

struct Route {
    Method method;
    std::string pattern;
    Access access;
    Handler handler;
    Doc doc;
};

/// Which handler answers which path.
///
/// Shape: patterns of literal segments and `{name}`; a literal wins over a name. HEAD is answered
/// by GET, OPTIONS by the list of methods. A pattern added twice is a contract breach.
class Router {
  public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    void add(Method method, std::string pattern, Access access, Handler handler, Doc doc);

    /// What answers GET where no route matches and the path is not under /api/: the web pages.
    void fallback(Handler handler);

    /// All routes in the order they were added, for the API description and the tests of access.
    const std::deque<Route>& routes() const noexcept { return routes_; }

    /// The route of a decoded path, its parameters written into the request.
    /// Shape: null with `allow` set → 405; null without → 404.
    struct Match {
        const Route* route = nullptr;
        std::string allow;
    };
    Match match(Method method, std::string_view path, Pairs& params) const;
    const Handler& fallback() const noexcept { return fallback_; }

  private:
    struct Node;
    static const Node* find(const Node& node, std::string_view rest);

    std::deque<Route> routes_;
    std::unique_ptr<Node> root_;
    Handler fallback_;
};

}  // namespace cohort::http
