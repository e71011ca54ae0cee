// SPDX-License-Identifier: Apache-2.0
// What a browser sees of accounts and sessions.
#include "cohort/base/json.h"
#include "cohort/identity/test_world.h"

namespace cohort::identity {

namespace {

using http::Method;

const StudyId study{"00000000-0000-7000-8000-00000000000a"};
const SiteId site{"00000000-0000-7000-8000-0000000000a1"};

json::object body_of(const http::Reply& reply) {
    return json::parse(reply.body).value().as_object();
}

std::string code_of(const http::Reply& reply) {
    return json::get_string(body_of(reply), "code").value();
}

std::string cookie_of(const http::Reply& reply) {
    return std::string{reply.header("Set-Cookie")};
}

std::string token_in(const std::string& cookie) {
    const auto start = cookie.find('=') + 1;
    return cookie.substr(start, cookie.find(';') - start);
}

std::string admin(World& world) {
    return world.token_of("root", Holding{.role = Role::admin});
}

}  // namespace

TEST_CASE("signing in gives the cookie, the CSRF token, the roles and what they allow") {
    in_world([](World& world) {
        const auto id = world.user("anna");
        world.grant(id, {.role = Role::coder, .study = study});
        const auto reply = world.call(Method::post, "/api/v1/session", "",
                                      R"({"login":"anna","password":")" + good_password + R"("})");
        CHECK(reply.status == 200);
        CHECK(reply.header("Cache-Control") == "no-store");
        const auto cookie = cookie_of(reply);
        CHECK(cookie.starts_with("cohort_session="));
        CHECK(cookie.find("HttpOnly") != std::string::npos);
        CHECK(cookie.find("SameSite=Strict") != std::string::npos);
        CHECK(cookie.find("Path=/") != std::string::npos);
        const auto body = body_of(reply);
        CHECK(body.at("user").at("login") == "anna");
        CHECK(body.at("environment") == "");
        CHECK(body.at("csrf") == json::value(csrf_of(token_in(cookie))));
        CHECK(body.at("roles").as_array().size() == 1);
        CHECK(body.at("roles").at(0).at("study") == json::value(study.text));
        CHECK(body.at("permissions").as_array().size() == 3);
        CHECK(reply.body.find(token_in(cookie)) == std::string::npos);

        const auto again = world.call(Method::get, "/api/v1/session", token_in(cookie));
        CHECK(again.status == 200);
        CHECK(body_of(again) == body);
    });
}

TEST_CASE("a server that is reached by HTTPS only sends a secure cookie") {
    Settings settings;
    settings.secure_cookie = true;
    in_world(
        [](World& world) {
            world.user("anna");
            const auto reply =
                world.call(Method::post, "/api/v1/session", "",
                           R"({"login":"anna","password":")" + good_password + R"("})");
            CHECK(cookie_of(reply).find("Secure") != std::string::npos);
        },
        settings);
}

TEST_CASE("a sign-in that cannot be read says what is wrong and repeats nothing of it") {
    in_world([](World& world) {
        const auto answer = [&](const std::string& body) {
            const auto reply = world.call(Method::post, "/api/v1/session", "", body);
            CHECK(reply.body.find("hunter") == std::string::npos);
            return reply.status;
        };
        CHECK(answer(R"({"login":"anna"})") == 400);
        CHECK(answer(R"({"login":7,"password":"hunter2"})") == 400);
        CHECK(answer(R"({"login":"anna","password":["hunter2"]})") == 400);
        CHECK(answer(R"(["hunter2"])") == 400);
        CHECK(answer(R"({"login":"anna","password":"hunter2)") == 400);
        CHECK(answer(R"({"login":"anna","password":"hunter2"})") == 401);
        CHECK(answer(R"({"login":"anna","password":""})") == 401);
    });
}

TEST_CASE("a lockout answers 429 and says when to come back") {
    in_world([](World& world) {
        for (int i = 0; i < 10; ++i)
            world.call(Method::post, "/api/v1/session", "", R"({"login":"anna","password":"x"})");
        const auto reply =
            world.call(Method::post, "/api/v1/session", "", R"({"login":"anna","password":"x"})");
        CHECK(reply.status == 429);
        CHECK(code_of(reply) == "locked-out");
        CHECK(reply.header("Retry-After") == "900");
    });
}

TEST_CASE("signing out answers 204, takes the cookie back, and the session is over") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        const auto reply = world.call(Method::del, "/api/v1/session", token);
        CHECK(reply.status == 204);
        CHECK(cookie_of(reply).find("Max-Age=0") != std::string::npos);
        CHECK(world.call(Method::get, "/api/v1/session", token).status == 401);
    });
}

TEST_CASE("changing the own password gives a new cookie and ends the old session") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        const auto reply = world.call(
            Method::post, "/api/v1/session/password", token,
            R"({"current":")" + good_password + R"(","new":"a boat drifts past the mill"})");
        CHECK(reply.status == 200);
        CHECK(world.call(Method::get, "/api/v1/session", token).status == 401);
        CHECK(world.call(Method::get, "/api/v1/session", token_in(cookie_of(reply))).status == 200);
    });
}

TEST_CASE("a password is gone from the request once it was read") {
    in_world([](World& world) {
        world.user("anna");
        auto request = World::request(Method::post);
        request.path = "/api/v1/session";
        request.body = R"({"login":"anna","password":")" + good_password + R"("})";
        request.headers.emplace_back("content-type", "application/json");
        CHECK(world.send(request).status == 200);
        CHECK(request.body.empty());
    });
}

TEST_CASE("an admin creates an account, gives a role, and takes both back") {
    in_world([](World& world) {
        const auto token = admin(world);
        const auto created = world.call(
            Method::post, "/api/v1/users", token,
            R"({"login":"Li.Na","name":"李娜","password":"the mill stands by the weir"})");
        CHECK(created.status == 201);
        const auto user = json::get_string(body_of(created), "id").value();
        CHECK(created.header("Location") == "/api/v1/users/" + user);
        CHECK(created.body.find("mill") == std::string::npos);

        const auto granted = world.call(Method::post, "/api/v1/users/" + user + "/grants", token,
                                        R"({"role":"monitor","study":")" + study.text + R"("})");
        CHECK(granted.status == 201);
        const auto grant = json::get_string(body_of(granted), "id").value();
        CHECK(body_of(granted).contains("granted_by"));

        const auto their = world.sign_in("li.na", "the mill stands by the weir").value().token;
        CHECK(world.call(Method::get, "/api/v1/studies/" + study.text + "/access", their).status ==
              200);
        CHECK(world.call(Method::del, "/api/v1/users/" + user + "/grants/" + grant, token).status ==
              204);
        CHECK(world.call(Method::get, "/api/v1/studies/" + study.text + "/access", their).status ==
              404);
        CHECK(world.call(Method::post, "/api/v1/users/" + user + "/disable", token).status == 200);
        CHECK(world.call(Method::get, "/api/v1/session", their).status == 401);
        const auto shown = world.call(Method::get, "/api/v1/users/" + user, token);
        CHECK_FALSE(body_of(shown).at("disabled_at").is_null());
        CHECK(body_of(shown).at("roles").as_array().size() == 1);
    });
}

TEST_CASE("every wish about accounts that cannot be met says why") {
    in_world([](World& world) {
        const auto token = admin(world);
        const auto anna = world.user("anna");
        const auto ask = [&](Method method, const std::string& path, const std::string& body = {}) {
            const auto reply = world.call(method, "/api/v1/users" + path, token, body);
            return std::to_string(reply.status) + " " + code_of(reply);
        };
        const auto create = [&](const std::string& body) { return ask(Method::post, "", body); };
        const auto grant = [&](const std::string& body) {
            return ask(Method::post, "/" + anna.text + "/grants", body);
        };
        CHECK(create(R"({"login":"anna","name":"A","password":"the mill stands by the weir"})") ==
              "409 login-taken");
        CHECK(create(R"({"login":"bela","name":"B","password":"password1234"})") ==
              "422 password-common");
        CHECK(create(R"({"login":"bela","name":"B","password":"short"})") ==
              "422 password-too-short");
        CHECK(create(R"({"login":"b","name":"B","password":"the mill stands by the weir"})") ==
              "400 bad-login");
        CHECK(create(R"({"login":"bela","password":"the mill stands by the weir"})") ==
              "400 missing-field");
        CHECK(create(R"({"login":"bela","name":"B","organisation":"x",)"
                     R"("password":"the mill stands by the weir"})") == "400 bad-id");
        CHECK(create(R"({"login":"bela","name":"B","organisation":")" + new_uuid() +
                     R"(","password":"the mill stands by the weir"})") == "404 organisation");
        CHECK(grant(R"({"role":"king"})") == "422 unknown-role");
        CHECK(grant(R"({"role":"nurse","site":")" + site.text + R"("})") ==
              "400 site-without-study");
        CHECK(grant(R"({"role":"nurse","study":"7"})") == "400 bad-id");
        CHECK(grant(R"({"role":"nurse","until":"tomorrow"})") == "400 bad-time");
        CHECK(grant(R"({"role":"nurse","until":"2001-01-01T00:00:00Z"})") == "400 bad-period");
        CHECK(ask(Method::get, "/17") == "404 unknown-object");
        CHECK(ask(Method::get, "/" + new_uuid()) == "404 user");
        CHECK(ask(Method::post, "/" + new_uuid() + "/disable") == "404 user");
        CHECK(ask(Method::del, "/" + anna.text + "/grants/" + new_uuid()) == "404 grant");
        CHECK(ask(Method::get, "?limit=0") == "400 bad-query");
    });
}

TEST_CASE("an admin sets another's password, never the own one, and the other's sessions end") {
    in_world([](World& world) {
        const auto token = admin(world);
        const auto their = world.token_of("anna");
        const auto anna =
            world.identity.session_of(World::request(Method::get, their)).value()->user;
        const auto me = world.identity.session_of(World::request(Method::get, token)).value()->user;
        const std::string body = R"({"password":"a boat drifts past the mill"})";
        CHECK(world.call(Method::post, "/api/v1/users/" + me.text + "/password", token, body)
                  .status == 422);
        CHECK(world.call(Method::post, "/api/v1/users/" + anna.text + "/password", token, body)
                  .status == 204);
        CHECK(world.call(Method::get, "/api/v1/session", their).status == 401);
        CHECK(world.sign_in("anna", "a boat drifts past the mill").ok());
    });
}

TEST_CASE("a role given twice with one key is given once") {
    in_world([](World& world) {
        const auto token = admin(world);
        const auto anna = world.user("anna");
        const auto give = [&](const std::string& role) {
            auto request = World::request(Method::post, token);
            request.path = "/api/v1/users/" + anna.text + "/grants";
            request.headers.emplace_back("content-type", "application/json");
            request.headers.emplace_back("idempotency-key", "key-1");
            request.body = R"({"role":")" + role + R"(","from":"2020-01-01T00:00:00Z"})";
            return world.send(request);
        };
        const auto first = give("monitor");
        const auto second = give("monitor");
        CHECK(first.status == 201);
        CHECK(second.status == 201);
        CHECK(first.body == second.body);
        CHECK(give("coder").status == 422);
        CHECK(world.records("role.granted") == 2);  // the admin's own and this one
    });
}

TEST_CASE("the access list of a study hides the other sites' people from those of one site") {
    in_world([](World& world) {
        const SiteId sibling{"00000000-0000-7000-8000-0000000000a2"};
        const auto token = world.token_of(
            "anna", Holding{.role = Role::coordinator, .study = study, .site = site});
        world.grant(world.user("bela"), {.role = Role::nurse, .study = study, .site = sibling});
        world.grant(world.user("cora"), {.role = Role::monitor, .study = study});
        world.grant(world.user("dora"), {.role = Role::auditor});
        const auto logins = [&](const std::string& who, const std::string& query) {
            const auto reply =
                world.call(Method::get, "/api/v1/studies/" + study.text + "/access" + query, who);
            REQUIRE(reply.status == 200);
            std::string list;
            const auto body = body_of(reply);
            for (const auto& line : body.at("access").as_array())
                list += std::string{line.at("login").as_string()} + " ";
            return list;
        };
        CHECK(logins(token, "") == "anna cora dora ");
        CHECK(logins(world.sign_in("dora").value().token, "") == "anna bela cora dora ");
        CHECK(logins(token, "?at=1960-01-01T00:00:00Z") == "");
    });
}

TEST_CASE("who is signed in is told what this server is called, so that training is not mistaken") {
    Settings settings;
    settings.environment = "training";
    in_world(
        [](World& world) {
            const auto token = world.token_of("anna");
            const auto reply = world.call(Method::get, "/api/v1/session", token);
            CHECK(body_of(reply).at("environment") == "training");
        },
        settings);
}

}  // namespace cohort::identity
