// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cohort/identity/body.h"
#include "cohort/identity/grants.h"
#include "cohort/identity/routes.h"
#include "cohort/identity/users.h"
#include "cohort/platform/auth/password.h"
#include "cohort/platform/http/idempotency.h"

namespace cohort::identity {

namespace {

using http::Access;
using http::Content;
using http::Method;
using http::Reply;
using http::Request;
using json::has;
using json::may;
using json::Schema;
using json::wish;

constexpr std::size_t secret_body_bytes_max = 16 * 1024;

json::value text_or_null(const std::optional<Instant>& at) {
    return at ? json::value(to_rfc3339(*at)) : json::value(nullptr);
}

Schema grant_schema() {
    return Schema::named(
        "RoleGrant",
        Schema::object({has("id", Schema::id()), has("user", Schema::id()),
                        has("role", Schema::text()), has("from", Schema::instant()),
                        has("until", Schema::instant().or_null()),
                        has("granted_at", Schema::instant()),
                        has("revoked_at", Schema::instant().or_null()), may("study", Schema::id()),
                        may("site", Schema::id()), may("granted_by", Schema::id())}));
}

json::object to_json(const Grant& grant) {
    json::object body{{"id", grant.id.text},
                      {"user", grant.user.text},
                      {"role", to_string(grant.holding.role)},
                      {"from", to_rfc3339(grant.holding.from)},
                      {"until", text_or_null(grant.holding.until)},
                      {"granted_at", to_rfc3339(grant.granted_at)},
                      {"revoked_at", text_or_null(grant.revoked_at)}};
    if (grant.holding.study) body["study"] = grant.holding.study->text;
    if (grant.holding.site) body["site"] = grant.holding.site->text;
    if (!grant.granted_by.empty()) body["granted_by"] = grant.granted_by.text;
    return body;
}

Schema user_schema() {
    return Schema::named(
        "User", Schema::object({has("id", Schema::id()), has("login", Schema::text()),
                                has("name", Schema::text()), has("organisation", Schema::id()),
                                has("created_at", Schema::instant()),
                                has("disabled_at", Schema::instant().or_null()),
                                has("last_login_at", Schema::instant().or_null()),
                                has("roles", Schema::list(grant_schema()))}));
}

Result<json::object> to_json(db::Tx& tx, const User& user) {
    json::array roles;
    for (const Grant& grant : TRY(grants_of(tx, user.id))) roles.push_back(to_json(grant));
    return json::object{{"id", user.id.text},
                        {"login", user.login},
                        {"name", user.name},
                        {"organisation", user.organisation.text},
                        {"created_at", to_rfc3339(user.created_at)},
                        {"disabled_at", text_or_null(user.disabled_at)},
                        {"last_login_at", text_or_null(user.last_login_at)},
                        {"roles", std::move(roles)}};
}

Result<Reply> user_reply(db::Tx& tx, int status, const UserId& id) {
    return Reply::json(status, TRY(to_json(tx, TRY(get_user(tx, id)))));
}

Result<Reply> list(Identity& identity, Request& request) {
    const auto offset = TRY(request.query_int("offset"));
    const auto limit = TRY(request.query_int("limit"));
    return identity.db().read([&](db::Tx& tx) -> Result<Reply> {
        const auto page = TRY(list_users(tx, offset, limit));
        json::array users;
        for (const User& user : page.users) users.push_back(TRY(to_json(tx, user)));
        json::array known;
        for (const Organisation& organisation : TRY(organisations(tx)))
            known.push_back(
                json::object{{"id", organisation.id.text}, {"name", organisation.name}});
        return Reply::json(200, json::object{{"users", std::move(users)},
                                             {"total", page.total},
                                             {"organisations", std::move(known)}});
    });
}

// Without an organisation: the caller's own.
Result<OrganisationId> organisation_of(db::Tx& tx, const Request& request,
                                       const std::optional<std::string>& wanted) {
    if (!wanted) return TRY(get_user(tx, request.principal().user)).organisation;
    return parse_id<OrganisationId>(*wanted);
}

// Takes no Idempotency-Key: the kept digest of a body with a password in it could be guessed at,
// far faster than the password's own hash. The login is unique, so a repeat answers 409.
Result<Reply> create(Identity& identity, Request& request) {
    auto body = TRY(SecretBody::read(request));
    NewUser wish{.organisation = {},
                 .login = TRY(body.text("login")),
                 .name = TRY(body.text("name")),
                 .password_hash = {}};
    const auto organisation = TRY(body.find_text("organisation"));
    const auto password = TRY(body.secret("password"));
    TRY(auth::check_password(password.reveal(), wish.login));
    wish.password_hash = TRY(identity.hasher().hash(password));
    return identity.db().transact([&](db::Tx& tx) -> Result<Reply> {
        wish.organisation = TRY(organisation_of(tx, request, organisation));
        const auto user = TRY(create_user(tx, wish, actor_of(request)));
        auto reply = TRY(user_reply(tx, 201, user.id));
        reply.set("Location", "/api/v1/users/" + user.id.text);
        return reply;
    });
}

Result<Reply> show(Identity& identity, Request& request) {
    const auto id = TRY(request.id_param<UserId>("user"));
    return identity.db().read([&](db::Tx& tx) { return user_reply(tx, 200, id); });
}

using Change = Result<void> (*)(db::Tx&, const UserId&, const Actor&);

Result<Reply> change(Identity& identity, Request& request, Change act) {
    const auto id = TRY(request.id_param<UserId>("user"));
    auto reply = identity.db().transact([&](db::Tx& tx) -> Result<Reply> {
        TRY(act(tx, id, actor_of(request)));
        return user_reply(tx, 200, id);
    });
    identity.forget();
    return reply;
}

Result<Reply> set_password(Identity& identity, Request& request) {
    const auto id = TRY(request.id_param<UserId>("user"));
    auto body = TRY(SecretBody::read(request));
    if (id == request.principal().user)
        return refused("own-account", "The own password is changed with the current one.");
    const auto password = TRY(body.secret("password"));
    const auto user = TRY(identity.db().read([&](db::Tx& tx) { return get_user(tx, id); }));
    TRY(auth::check_password(password.reveal(), user.login));
    const auto hash = TRY(identity.hasher().hash(password));
    auto reply = identity.db().transact([&](db::Tx& tx) -> Result<Reply> {
        TRY(set_password_hash(tx, id, hash, actor_of(request)));
        return Reply::empty();
    });
    identity.forget();
    return reply;
}

Result<std::optional<Instant>> find_instant(const json::object& body, std::string_view name) {
    const auto text = TRY(json::find_string(body, name));
    if (!text) return std::optional<Instant>{};
    return std::optional<Instant>{TRY(parse_instant(*text))};
}

Result<Holding> read_holding(const json::object& body) {
    Holding holding{.role = TRY(read_role(TRY(json::get_string(body, "role"))))};
    if (const auto study = TRY(json::find_string(body, "study")))
        holding.study = TRY(parse_id<StudyId>(*study));
    if (const auto site = TRY(json::find_string(body, "site")))
        holding.site = TRY(parse_id<SiteId>(*site));
    holding.from = TRY(find_instant(body, "from")).value_or(now());
    holding.until = TRY(find_instant(body, "until"));
    return holding;
}

Result<Reply> grant(Identity& identity, const PlaceCheck& check_place, Request& request) {
    const auto id = TRY(request.id_param<UserId>("user"));
    const auto holding = TRY(read_holding(TRY(request.json_object())));
    auto reply = identity.db().transact([&](db::Tx& tx) -> Result<Reply> {
        return http::idempotent(tx, request, [&](db::Tx& in) -> Result<Reply> {
            if (holding.study) TRY(check_place(in, {holding.study, holding.site}));
            const auto given = TRY(give_role(in, id, holding, actor_of(request)));
            return Reply::json(201, to_json(given));
        });
    });
    identity.forget();
    return reply;
}

Result<Reply> revoke(Identity& identity, Request& request) {
    const auto user = TRY(request.id_param<UserId>("user"));
    const auto id = TRY(request.id_param<GrantId>("grant"));
    auto reply = identity.db().transact([&](db::Tx& tx) -> Result<Reply> {
        TRY(take_role(tx, user, id, actor_of(request)));
        return Reply::empty();
    });
    identity.forget();
    return reply;
}

// Somebody of one site sees who else has access there, not who works at the other sites.
Result<Reply> access_review(Identity& identity, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    Instant at = now();
    if (const auto asked = request.query("at")) at = TRY(parse_instant(*asked));
    const auto visible = TRY(identity.sites(request, Permission::audit_view, study));
    return identity.db().read([&](db::Tx& tx) -> Result<Reply> {
        json::array list;
        for (const Grant& grant : TRY(grants_in(tx, study, at))) {
            if (grant.holding.site && !visible.covers(*grant.holding.site)) continue;
            const auto user = TRY(get_user(tx, grant.user));
            if (user.disabled_at && *user.disabled_at <= at) continue;
            auto line = to_json(grant);
            line["login"] = user.login;
            line["name"] = user.name;
            list.push_back(std::move(line));
        }
        return Reply::json(200, json::object{{"at", to_rfc3339(at)}, {"access", std::move(list)}});
    });
}

Result<Scope> study_in_path(Request& request) {
    return Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

Content users_content() {
    const Schema organisation = Schema::named(
        "Organisation", Schema::object({has("id", Schema::id()), has("name", Schema::text())}));
    return Content::json(Schema::named(
        "UserPage",
        Schema::object({has("users", Schema::list(user_schema())), has("total", Schema::whole(0)),
                        has("organisations", Schema::list(organisation))})));
}

Content review_content() {
    const Schema line = Schema::named(
        "AccessLine",
        grant_schema().with({has("login", Schema::text()), has("name", Schema::text())}));
    return Content::json(Schema::named(
        "AccessReview",
        Schema::object({has("at", Schema::instant()), has("access", Schema::list(line))})));
}

Content new_user_content() {
    return Content::json(Schema::named(
        "NewUser",
        Schema::object({has("login", Schema::text()), has("name", Schema::text()),
                        wish("organisation", Schema::id()), has("password", Schema::text())})));
}

Content new_grant_content() {
    return Content::json(Schema::named(
        "NewRoleGrant", Schema::object({has("role", Schema::text()), wish("study", Schema::id()),
                                        wish("site", Schema::id()), wish("from", Schema::instant()),
                                        wish("until", Schema::instant())})));
}

Access manage() {
    return Access::needs(Permission::user_manage, http::whole_system);
}

void account_routes(http::Router& router, Identity& identity) {
    const auto user = Content::json(user_schema());
    router.add(Method::get, "/api/v1/users", manage(),
               [&identity](Request& request) { return list(identity, request); },
               {.name = "listUsers",
                .summary = "Accounts with their roles",
                .query = http::paging(100, 500),
                .good = {{200, "Some of them", users_content()}}});
    router.add(Method::post, "/api/v1/users", manage(),
               [&identity](Request& request) { return create(identity, request); },
               {.name = "createUser",
                .summary = "Create an account",
                .body = new_user_content(),
                .good = {{201, "The account", user}},
                .problems = {409, 422},
                .body_bytes_max = secret_body_bytes_max});
    router.add(
        Method::get, "/api/v1/users/{user}", manage(),
        [&identity](Request& request) { return show(identity, request); },
        {.name = "readUser", .summary = "One account", .good = {{200, "The account", user}}});
    router.add(Method::post, "/api/v1/users/{user}/disable", manage(),
               [&identity](Request& request) { return change(identity, request, disable_user); },
               {.name = "disableUser",
                .summary = "Disable an account and end its sessions",
                .good = {{200, "The account", user}},
                .problems = {422}});
    router.add(Method::post, "/api/v1/users/{user}/enable", manage(),
               [&identity](Request& request) { return change(identity, request, enable_user); },
               {.name = "enableUser",
                .summary = "Enable an account again",
                .good = {{200, "The account", user}},
                .problems = {422}});
    router.add(Method::post, "/api/v1/users/{user}/password", manage(),
               [&identity](Request& request) { return set_password(identity, request); },
               {.name = "setPassword",
                .summary = "Give somebody else a new password",
                .body = Content::json(Schema::object({has("password", Schema::text())})),
                .good = {{204, "Done; their sessions have ended"}},
                .problems = {422},
                .body_bytes_max = secret_body_bytes_max});
}

}  // namespace

void user_routes(http::Router& router, Identity& identity, PlaceCheck check_place) {
    account_routes(router, identity);
    router.add(Method::post, "/api/v1/users/{user}/grants", manage(),
               [&identity, check_place = std::move(check_place)](Request& request) {
                   return grant(identity, check_place, request);
               },
               {.name = "grantRole",
                .summary = "Give a role",
                .body = new_grant_content(),
                .good = {{201, "The role given", Content::json(grant_schema())}},
                .takes_key = true});
    router.add(Method::del, "/api/v1/users/{user}/grants/{grant}", manage(),
               [&identity](Request& request) { return revoke(identity, request); },
               {.name = "revokeRole",
                .summary = "Take a role back",
                .good = {{204, "Done"}},
                .problems = {409, 422}});
    router.add(
        Method::get, "/api/v1/studies/{study}/access",
        Access::needs(Permission::audit_view, study_in_path),
        [&identity](Request& request) { return access_review(identity, request); },
        {.name = "reviewAccess",
         .summary = "Who has, or had, access to a study",
         .query = {{.name = "at", .what = "A moment; now without it", .schema = Schema::instant()}},
         .good = {{200, "Everybody who had a role then", review_content()}}});
}

}  // namespace cohort::identity
