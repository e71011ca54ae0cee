// SPDX-License-Identifier: Apache-2.0
// The one function every route goes through, and every route of this module through it.
#include <map>

#include "cohort/identity/test_world.h"

namespace cohort::identity {

namespace {

using http::Access;
using http::Method;
using http::Request;

const StudyId study{"00000000-0000-7000-8000-00000000000a"};
const StudyId other{"00000000-0000-7000-8000-00000000000b"};
const SiteId site{"00000000-0000-7000-8000-0000000000a1"};
const SiteId sibling{"00000000-0000-7000-8000-0000000000a2"};

std::string code(const auto& result) {
    return result ? "ok" : result.error().code;
}

Access needs(Permission permission, const Scope& scope) {
    return Access::needs(permission, [scope](Request&) -> Result<Scope> { return scope; });
}

std::string ask(World& world, const std::string& token, const Access& access,
                Method method = Method::get) {
    auto request = World::request(method, token);
    return code(world.identity.authorise(request, access));
}

}  // namespace

TEST_CASE("an open route asks nobody; the others need a session that lives") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        CHECK(ask(world, "", Access::open("a test")) == "ok");
        CHECK(ask(world, "", Access::open("a test"), Method::post) == "ok");
        CHECK(ask(world, "", Access::signed_in()) == "no-session");
        CHECK(ask(world, std::string(43, 'x'), Access::signed_in()) == "no-session");
        CHECK(ask(world, "", needs(Permission::study_view, {})) == "no-session");
        CHECK(ask(world, token, Access::signed_in()) == "ok");
    });
}

TEST_CASE("a request without a session never reaches the look-up of its object") {
    in_world([](World& world) {
        bool looked = false;
        const auto access = Access::needs(Permission::form_view, [&](Request&) -> Result<Scope> {
            looked = true;
            return Scope{};
        });
        CHECK(ask(world, "", access) == "no-session");
        CHECK_FALSE(looked);
    });
}

TEST_CASE("an unsafe method needs the session's own CSRF token") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        const auto another = world.token_of("bela");
        for (const Method method : {Method::post, Method::put, Method::patch, Method::del}) {
            CHECK(ask(world, token, Access::signed_in(), method) == "ok");
            for (const auto& csrf : {std::string(), std::string("x"), csrf_of(another), token}) {
                auto request = World::request(Method::get, token);
                request.method = method;
                if (!csrf.empty()) request.headers.emplace_back("x-csrf-token", csrf);
                CHECK(code(world.identity.authorise(request, Access::signed_in())) == "csrf");
            }
        }
        for (const Method method : {Method::get, Method::head, Method::options})
            CHECK(ask(world, token, Access::signed_in(), method) == "ok");
    });
}

TEST_CASE("a place one may not see and a place that is not there answer with the same words") {
    in_world([](World& world) {
        const auto token = world.token_of(
            "anna", Holding{.role = Role::coordinator, .study = study, .site = site});
        const auto answer = [&](const Access& access) {
            auto request = World::request(Method::get, token);
            const auto reply = http::problem(world.identity.authorise(request, access).error());
            return std::pair{reply.status, reply.body};
        };
        const auto hidden = answer(needs(Permission::form_view, {study, sibling}));
        const auto absent =
            answer(Access::needs(Permission::form_view, [](Request&) -> Result<Scope> {
                return not_found("form", "There is no form 17.");
            }));
        CHECK(hidden.first == 404);
        CHECK(hidden == absent);
        CHECK(hidden == answer(needs(Permission::form_edit, {other, site})));
        CHECK(answer(needs(Permission::study_build, {study, site})).first == 403);
        CHECK(answer(needs(Permission::user_manage, {})).first == 403);
    });
}

TEST_CASE("another failure of the look-up is told as it is") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        CHECK(ask(world, token, Access::needs(Permission::form_view, [](Request&) -> Result<Scope> {
                      return unavailable("store-busy", "busy");
                  })) == "store-busy");
    });
}

TEST_CASE("the principal names the role that gave the right") {
    in_world([](World& world) {
        const auto anna = world.user("anna");
        world.grant(anna, {.role = Role::coordinator, .study = study, .site = site});
        world.grant(anna, {.role = Role::data_manager, .study = other});
        const auto token = world.sign_in("anna").value().token;
        auto request = World::request(Method::get, token);
        CHECK(world.identity.authorise(request, needs(Permission::form_view, {study, site})).ok());
        CHECK(request.principal().role == "coordinator");
        CHECK(request.principal().login == "anna");
        CHECK(request.principal().session != token);
        CHECK(world.identity.authorise(request, needs(Permission::form_view, {other, site})).ok());
        CHECK(request.principal().role == "data_manager");
    });
}

TEST_CASE("every role, signed in, is let through exactly where the rule allows it") {
    in_world([](World& world) {
        const Scope places[] = {{},          {study, {}},  {study, site}, {study, sibling},
                                {other, {}}, {other, site}};
        for (const Role role : all_roles) {
            const Holding holding{.role = role, .study = study, .site = site};
            const auto token = world.token_of(std::string{to_string(role)}, holding);
            for (const Permission permission : http::all_permissions)
                for (const Scope& place : places) {
                    const auto verdict = decide({holding}, permission, place, now()).verdict;
                    const char* expected = verdict == Verdict::allowed     ? "ok"
                                           : verdict == Verdict::forbidden ? "not-allowed"
                                                                           : "unknown-object";
                    CHECK(ask(world, token, needs(permission, place)) == expected);
                }
        }
    });
}

TEST_CASE("lists are narrowed to what the caller may see") {
    in_world([](World& world) {
        const auto token = world.token_of(
            "anna", Holding{.role = Role::coordinator, .study = study, .site = site});
        const auto request = World::request(Method::get, token);
        const auto sites = world.identity.sites(request, Permission::subject_view, study).value();
        CHECK(sites.covers(site));
        CHECK_FALSE(sites.covers(sibling));
        CHECK(world.identity.sites(request, Permission::subject_view, other).value().none());
        CHECK(world.identity.studies(request, Permission::study_view).value().covers(study));
        CHECK_FALSE(world.identity.studies(request, Permission::study_view).value().covers(other));
        CHECK(world.identity.may(request, Permission::form_edit, {study, site}).value());
        CHECK_FALSE(world.identity.may(request, Permission::form_edit, {study, {}}).value());
        const auto stranger = World::request(Method::get, std::string(43, 'x'));
        CHECK(code(world.identity.sites(stranger, Permission::subject_view, study)) ==
              "no-session");
        CHECK(code(world.identity.studies(stranger, Permission::study_view)) == "no-session");
        CHECK(code(world.identity.may(stranger, Permission::form_edit, {study, site})) ==
              "no-session");
    });
}

TEST_CASE("the matrix of routes: every role on every account route, and strangers on none") {
    in_world([](World& world) {
        std::map<std::string, std::string> tokens;
        for (const Role role : all_roles)
            tokens[std::string{to_string(role)}] =
                world.token_of(std::string{to_string(role)}, Holding{.role = role});
        std::size_t cells = 0;
        for (const auto& route : world.router.routes()) {
            if (route.access.kind() != Access::Kind::needs) continue;
            auto path = route.pattern;
            for (const char* name : {"{user}", "{grant}", "{study}"})
                if (const auto at = path.find(name); at != std::string::npos)
                    path.replace(at, std::string_view(name).size(), new_uuid());
            CHECK(world.call(route.method, path).status == 401);
            for (const Role role : all_roles) {
                INFO(http::to_string(route.method)
                     << " " << route.pattern << " as " << to_string(role));
                const bool allowed = carries(role, route.access.permission());
                const auto status =
                    world.call(route.method, path, tokens[std::string{to_string(role)}]).status;
                const bool through = status != 401 && status != 403;
                const bool hidden = !allowed && status == 404;
                CHECK((through && !hidden) == allowed);
                ++cells;
            }
        }
        CHECK(cells == 9 * role_count);
    });
}

}  // namespace cohort::identity
