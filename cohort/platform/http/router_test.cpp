// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/router.h"

#include "tests/support/test.h"

namespace cohort::http {

static Handler answer(std::string text) {
    return [text](Request&) -> Result<Reply> { return Reply::text(200, text); };
}

struct Matched {
    std::string text;
    Pairs params;
    std::string allow;
};

static Matched look_up(const Router& router, Method method, std::string_view path) {
    Request request;
    const auto match = router.match(method, path, request.params);
    if (!match.route) return {"", {}, match.allow};
    return {match.route->handler(request).value().body, request.params, ""};
}

static Router example() {
    Router router;
    const auto add = [&](Method method, const char* pattern) {
        router.add(method, pattern, Access::open("an example"), answer(pattern), {});
    };
    add(Method::get, "/");
    add(Method::get, "/forms/{form}");
    add(Method::patch, "/forms/{form}");
    add(Method::post, "/forms/{form}/complete");
    add(Method::get, "/forms/new/draft");
    add(Method::get, "/studies/{study}/sites/{site}");
    return router;
}

TEST_CASE("a path is matched by its segments and its parameters are named") {
    const Router router = example();
    CHECK(look_up(router, Method::get, "/").text == "/");
    CHECK(look_up(router, Method::get, "/forms/7").params == Pairs{{"form", "7"}});
    CHECK(look_up(router, Method::get, "/studies/s/sites/t").params ==
          Pairs{{"study", "s"}, {"site", "t"}});
}

TEST_CASE("a literal segment wins over a parameter, which is tried where the literal ends") {
    const Router router = example();
    CHECK(look_up(router, Method::get, "/forms/new/draft").text == "/forms/new/draft");
    CHECK(look_up(router, Method::post, "/forms/new/complete").params == Pairs{{"form", "new"}});
}

TEST_CASE("an unknown path has no route, a known one with another method lists what it takes") {
    const Router router = example();
    CHECK(look_up(router, Method::get, "/nowhere").allow.empty());
    CHECK(look_up(router, Method::get, "/forms").allow.empty());
    CHECK(look_up(router, Method::get, "/forms/").allow.empty());
    CHECK(look_up(router, Method::get, "/forms/7/").allow.empty());
    CHECK(look_up(router, Method::del, "/forms/7").allow == "GET, HEAD, PATCH, OPTIONS");
    CHECK(look_up(router, Method::options, "/forms/7/complete").allow == "POST, OPTIONS");
}

TEST_CASE("HEAD is answered by GET's route") {
    CHECK(look_up(example(), Method::head, "/forms/7").text == "/forms/{form}");
}

TEST_CASE("every permission has a word that reads back as the permission") {
    for (const Permission permission : all_permissions) {
        CHECK(parse_permission(to_string(permission)) == permission);
    }
    CHECK(to_string(Permission::system_view) == "system.view");
    CHECK_FALSE(parse_permission("form.eat"));
}

TEST_CASE("every method has a word that reads back as the method, in its own case only") {
    CHECK(parse_method("DELETE") == Method::del);
    CHECK_FALSE(parse_method("get"));
    CHECK_FALSE(parse_method("TRACE"));
}

}  // namespace cohort::http
