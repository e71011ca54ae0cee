// SPDX-License-Identifier: Apache-2.0
// A store with an organisation, and the requests of people in it, for tests.
#pragma once

#include <memory>
#include <string>

#include "weft/sim.h"

#include "cohort/audit/audit.h"
#include "cohort/identity/grants.h"
#include "cohort/identity/identity.h"
#include "cohort/identity/routes.h"
#include "cohort/identity/users.h"
#include "cohort/migrations/migrations.h"
#include "cohort/platform/http/api.h"
#include "cohort/platform/http/problem.h"
#include "cohort/platform/http/router.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::identity {

/// Cheap to hash, good enough to be taken.
inline const std::string good_password = "the heron waits by the weir";

struct World {
    explicit World(const Settings& settings = {}) : World(std::make_unique<Parts>(), settings) {}

    template <class F>
    auto write(F f) {
        return db->transact(std::move(f));
    }

    UserId user(const std::string& login, const std::string& password = good_password) {
        const auto hash = hasher.hash(auth::Secret{password}).value();
        return write([&](db::Tx& tx) {
                   return create_user(tx, {organisation, login, "Name of " + login, hash},
                                      command_line());
               })
            .value()
            .id;
    }

    GrantId grant(const UserId& user, const Holding& holding) {
        const auto given =
            write([&](db::Tx& tx) { return give_role(tx, user, holding, command_line()); });
        identity.forget();
        return given.value().id;
    }

    /// A user with one role, signed in. Shape: the session's token.
    std::string token_of(const std::string& login, const std::optional<Holding>& holding = {}) {
        const auto id = user(login);
        if (holding) grant(id, *holding);
        return sign_in(login).value().token;
    }

    Result<SignedIn> sign_in(const std::string& login, const std::string& password = good_password,
                             const std::string& peer = "192.0.2.1") {
        auto from = request(http::Method::post);
        from.peer = peer;
        return identity.sign_in(from, login, auth::Secret{password}).result;
    }

    /// A request as a browser with this session sends it.
    static http::Request request(http::Method method, const std::string& token = {}) {
        http::Request request;
        request.method = method;
        request.peer = "192.0.2.1";
        request.received = now();
        request.id = "test";
        if (token.empty()) return request;
        request.headers.emplace_back("cookie", "cohort_session=" + token);
        if (!http::is_safe(method)) request.headers.emplace_back("x-csrf-token", csrf_of(token));
        return request;
    }

    /// Sends a request through the routes, as the server does: match, authorise, handle.
    http::Reply call(http::Method method, const std::string& path, const std::string& token = {},
                     const std::string& body = {}) {
        auto request = World::request(method, token);
        request.path = path;
        request.body = body;
        if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
        return send(request);
    }

    http::Reply send(http::Request& request) {
        const auto question = request.path.find('?');
        if (question != std::string::npos) {
            const auto query = request.path.substr(question + 1);
            request.path.resize(question);
            const auto equals = query.find('=');
            request.query_params.emplace_back(query.substr(0, equals), query.substr(equals + 1));
        }
        const auto match = router.match(request.method, request.path, request.params);
        if (match.route == nullptr) return http::problem(not_found("no-route", "no route"));
        request.route = match.route->pattern;
        request.doc = &match.route->doc;
        const auto allowed = identity.authorise(request, match.route->access);
        if (!allowed) return http::problem(allowed.error());
        auto result = match.route->handler(request);
        http::Reply reply = result ? std::move(*result) : http::problem(result.error());
        CHECK(http::undescribed(*match.route, reply) == "");
        return reply;
    }

    /// How many audit records of an action there are.
    std::int64_t records(const std::string& action) {
        return db
            ->read([&](db::Tx& tx) {
                audit::Filter filter;
                filter.action = action;
                return audit::history(tx, filter, {});
            })
            .value()
            .total;
    }

    struct Parts {
        test::TempFolder folder;
        std::unique_ptr<db::Db> db;
        auth::PasswordHasher hasher{{.cost = {.memory_bytes = 8192, .passes = 1}}};
    };
    std::unique_ptr<Parts> parts;
    std::unique_ptr<db::Db>& db;
    auth::PasswordHasher& hasher;
    Identity identity;
    http::Router router;
    OrganisationId organisation;

  private:
    World(std::unique_ptr<Parts> made, const Settings& settings)
        : parts(std::move(made)),
          db(parts->db),
          hasher(parts->hasher),
          identity(open(*parts), parts->hasher, settings) {
        organisation =
            write([](db::Tx& tx) { return create_organisation(tx, "Riverside", command_line()); })
                .value()
                .id;
        session_routes(router, identity);
        user_routes(router, identity, [](db::Tx&, const Scope&) -> Result<void> { return {}; });
    }

    static db::Db& open(Parts& parts) {
        db::Options options;
        options.folder = parts.folder.path();
        parts.db = db::Db::open(options).value();
        const auto applied = db::migrate(*parts.db, migrations::all());
        ENSURE(applied.ok(), "the schema applies to an empty store");
        return *parts.db;
    }
};

/// Runs a test's body in a fresh world under virtual time.
template <class F>
void in_world(F f, const Settings& settings = {}) {
    CHECK(weft::sim::run(1, [&] {
              World world(settings);
              f(world);
          }) == 0);
}

}  // namespace cohort::identity
