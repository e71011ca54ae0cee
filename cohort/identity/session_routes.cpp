// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/body.h"
#include "cohort/identity/routes.h"
#include "cohort/platform/http/problem.h"

namespace cohort::identity {

namespace {

using http::Access;
using http::Method;
using http::Reply;
using http::Request;
using json::has;
using json::may;
using json::Schema;

Schema session_schema() {
    const Schema person = Schema::object(
        {has("id", Schema::id()), has("login", Schema::text()), has("name", Schema::text())});
    const Schema role = Schema::named(
        "HeldRole", Schema::object({has("role", Schema::text()), may("study", Schema::id()),
                                    may("site", Schema::id()), may("until", Schema::instant())}));
    const Schema permission = Schema::named(
        "PermissionGrant", Schema::object({has("permission", Schema::text()),
                                           may("study", Schema::id()), may("site", Schema::id())}));
    return Schema::named(
        "Session",
        Schema::object({has("user", person), has("csrf", Schema::text()),
                        has("roles", Schema::list(role)),
                        has("permissions", Schema::list(permission)),
                        has("environment", Schema::text()), has("expires_at", Schema::instant())}));
}

void put_place(json::object& into, const std::optional<StudyId>& study,
               const std::optional<SiteId>& site) {
    if (study) into["study"] = study->text;
    if (site) into["site"] = site->text;
}

json::object body_of(const Identity& identity, const Session& session, std::string_view token) {
    const Instant at = now();
    json::array roles;
    for (const Holding& holding : session.rights) {
        if (!holding.holds_at(at)) continue;
        json::object role{{"role", to_string(holding.role)}};
        put_place(role, holding.study, holding.site);
        if (holding.until) role["until"] = to_rfc3339(*holding.until);
        roles.push_back(std::move(role));
    }
    json::array permissions;
    for (const Allowed& allowed : list_allowed(session.rights, at)) {
        json::object permission{{"permission", http::to_string(allowed.permission)}};
        put_place(permission, allowed.study, allowed.site);
        permissions.push_back(std::move(permission));
    }
    return {{"user", {{"id", session.user.text}, {"login", session.login}, {"name", session.name}}},
            {"csrf", csrf_of(token)},
            {"roles", std::move(roles)},
            {"permissions", std::move(permissions)},
            {"environment", identity.settings().environment},
            {"expires_at", to_rfc3339(session.expires_at)}};
}

http::Cookie cookie_of(const Identity& identity, std::string token) {
    http::Cookie cookie;
    cookie.name = session_cookie;
    cookie.value = std::move(token);
    cookie.secure = identity.settings().secure_cookie;
    return cookie;
}

Result<Reply> answer(const Identity& identity, SignInOutcome outcome) {
    if (!outcome.result) {
        http::Problem problem{.error = outcome.result.error()};
        problem.retry_after = outcome.retry_after;
        return http::problem(problem);
    }
    SignedIn& signed_in = *outcome.result;
    Reply reply = Reply::json(200, body_of(identity, signed_in.session, signed_in.token));
    reply.set("Cache-Control", "no-store");
    reply.add(cookie_of(identity, std::move(signed_in.token)));
    return reply;
}

Result<Reply> sign_in(Identity& identity, Request& request) {
    auto body = TRY(SecretBody::read(request));
    const auto login = TRY(body.text("login"));
    const auto password = TRY(body.secret("password"));
    return answer(identity, identity.sign_in(request, login, password));
}

Result<Reply> who_am_i(Identity& identity, Request& request) {
    const auto session = TRY(identity.session_of(request));
    if (!session)
        return unauthenticated("no-session", "You are not signed in, or the session has ended.");
    const auto token = request.cookie(session_cookie).value_or("");
    Reply reply = Reply::json(200, body_of(identity, *session, token));
    reply.set("Cache-Control", "no-store");
    return reply;
}

Result<Reply> sign_out(Identity& identity, Request& request) {
    TRY(identity.sign_out(request));
    auto cookie = cookie_of(identity, "");
    cookie.max_age = std::chrono::seconds(0);
    Reply reply = Reply::empty();
    reply.add(cookie);
    return reply;
}

Result<Reply> change_password(Identity& identity, Request& request) {
    auto body = TRY(SecretBody::read(request));
    const auto current = TRY(body.secret("current"));
    const auto chosen = TRY(body.secret("new"));
    return answer(identity, identity.change_password(request, current, chosen));
}

}  // namespace

void session_routes(http::Router& router, Identity& identity) {
    constexpr std::size_t body_bytes_max = 16 * 1024;
    const auto body = [](const char* first, const char* second) {
        return http::Content::json(
            Schema::object({has(first, Schema::text()), has(second, Schema::text())}));
    };
    const auto session = http::Content::json(session_schema());
    router.add(Method::post, "/api/v1/session",
               Access::open("Signing in is how a session begins; guesses are counted."),
               [&identity](Request& request) { return sign_in(identity, request); },
               {.name = "signIn",
                .summary = "Sign in",
                .body = body("login", "password"),
                .good = {{200, "The session; its cookie is set", session}},
                .problems = {401},
                .body_bytes_max = body_bytes_max});
    router.add(Method::get, "/api/v1/session", Access::signed_in(),
               [&identity](Request& request) { return who_am_i(identity, request); },
               {.name = "readSession",
                .summary = "Who is signed in, and what may they do",
                .good = {{200, "The session", session}}});
    router.add(Method::del, "/api/v1/session", Access::signed_in(),
               [&identity](Request& request) { return sign_out(identity, request); },
               {.name = "signOut", .summary = "Sign out", .good = {{204, "Signed out"}}});
    router.add(Method::post, "/api/v1/session/password", Access::signed_in(),
               [&identity](Request& request) { return change_password(identity, request); },
               {.name = "changePassword",
                .summary = "Change the own password",
                .body = body("current", "new"),
                .good = {{200, "A new session; all others have ended", session}},
                .problems = {422},
                .body_bytes_max = body_bytes_max});
}

}  // namespace cohort::identity
