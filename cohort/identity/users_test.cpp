// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/users.h"

#include "cohort/identity/test_world.h"

namespace cohort::identity {

namespace {

std::string code(const auto& result) {
    return result ? "ok" : result.error().code;
}

Actor as(const UserId& user) {
    Actor actor;
    actor.user = user;
    actor.role = "admin";
    actor.how = "api";
    return actor;
}

const StudyId study{"00000000-0000-7000-8000-00000000000a"};
const SiteId site{"00000000-0000-7000-8000-0000000000a1"};

}  // namespace

TEST_CASE("a login is one person's for ever, whatever its case, also after it was disabled") {
    in_world([](World& world) {
        const auto id = world.user("li.na");
        const auto again = [&](const std::string& login) {
            return code(world.write([&](db::Tx& tx) {
                return create_user(tx, {world.organisation, login, "Somebody", "x"},
                                   command_line());
            }));
        };
        CHECK(again("li.na") == "login-taken");
        CHECK(again("LI.NA") == "login-taken");
        world.write([&](db::Tx& tx) { return disable_user(tx, id, command_line()); }).value();
        CHECK(again("li.na") == "login-taken");
        CHECK(again("li.na2") == "ok");
        CHECK(world.records("user.created") == 2);
    });
}

TEST_CASE("an account needs a login, a name and an organisation that exists") {
    in_world([](World& world) {
        const auto create = [&](const OrganisationId& organisation, const char* login,
                                const char* name) {
            return code(world.write([&](db::Tx& tx) {
                return create_user(tx, {organisation, login, name, "x"}, command_line());
            }));
        };
        CHECK(create(world.organisation, "a b", "Name") == "bad-login");
        CHECK(create(world.organisation, "ab", "") == "bad-name");
        CHECK(create(new_id<OrganisationId>(), "ab", "Name") == "organisation");
        CHECK(world.records("user.created") == 0);
    });
}

TEST_CASE("accounts are listed by login, a page at a time") {
    in_world([](World& world) {
        for (const char* login : {"dora", "anna", "cora", "bela"}) world.user(login);
        const auto page = world.write([](db::Tx& tx) { return list_users(tx, 1, 2); }).value();
        CHECK(page.total == 4);
        REQUIRE(page.users.size() == 2);
        CHECK(page.users[0].login == "bela");
        CHECK(page.users[1].login == "cora");
    });
}

TEST_CASE("the last who can manage accounts can neither be disabled nor lose the role") {
    in_world([](World& world) {
        const auto anna = world.user("anna");
        const auto bela = world.user("bela");
        const auto first = world.grant(anna, {.role = Role::admin});
        const auto disable = [&](const UserId& user, const UserId& by) {
            return code(world.write([&](db::Tx& tx) { return disable_user(tx, user, as(by)); }));
        };
        const auto take = [&](const UserId& user, const GrantId& grant) {
            return code(
                world.write([&](db::Tx& tx) { return take_role(tx, user, grant, as(bela)); }));
        };
        CHECK(disable(anna, bela) == "last-admin");
        CHECK(take(anna, first) == "last-admin");
        CHECK(disable(bela, anna) == "ok");  // never an admin
        world.write([&](db::Tx& tx) { return enable_user(tx, bela, as(anna)); }).value();

        world.grant(bela, {.role = Role::admin, .study = study});  // not everywhere: not enough
        CHECK(take(anna, first) == "last-admin");
        world.grant(bela, {.role = Role::admin});
        CHECK(take(anna, first) == "ok");
        CHECK(disable(bela, anna) == "last-admin");
        CHECK(world.records("role.revoked") == 1);
    });
}

TEST_CASE("nobody disables the own account or changes the own roles") {
    in_world([](World& world) {
        const auto anna = world.user("anna");
        const auto grant = world.grant(anna, {.role = Role::admin});
        world.grant(world.user("bela"), {.role = Role::admin});
        CHECK(code(world.write([&](db::Tx& tx) { return disable_user(tx, anna, as(anna)); })) ==
              "own-account");
        CHECK(code(world.write([&](db::Tx& tx) {
                  return give_role(tx, anna, {.role = Role::data_manager}, as(anna));
              })) == "own-grant");
        CHECK(code(world.write([&](db::Tx& tx) { return take_role(tx, anna, grant, as(anna)); })) ==
              "own-grant");
    });
}

TEST_CASE(
    "a role is refused twice at one place and time, without its study, or backwards in time") {
    in_world([](World& world) {
        const auto anna = world.user("anna");
        const auto give = [&](const UserId& user, const Holding& holding) {
            return code(world.write(
                [&](db::Tx& tx) { return give_role(tx, user, holding, command_line()); }));
        };
        const Instant at = now();
        const Instant later{at.ms + 1000};
        CHECK(give(anna, {.role = Role::monitor, .study = study, .from = at, .until = later}) ==
              "ok");
        CHECK(give(anna, {.role = Role::monitor, .study = study, .from = at}) == "grant-exists");
        CHECK(give(anna, {.role = Role::monitor, .study = study, .from = later}) == "ok");
        CHECK(give(anna, {.role = Role::coder, .study = study, .from = at}) == "ok");
        CHECK(give(anna, {.role = Role::monitor, .study = study, .site = site, .from = at}) ==
              "ok");
        CHECK(give(anna, {.role = Role::nurse, .site = site, .from = at}) == "site-without-study");
        CHECK(give(anna, {.role = Role::nurse, .from = later, .until = at}) == "bad-period");
        CHECK(give(anna, {.role = Role::nurse, .from = at, .until = at}) == "bad-period");
        CHECK(give(new_id<UserId>(), {.role = Role::nurse}) == "user");
        CHECK(world.records("role.granted") == 4);
    });
}

TEST_CASE("a revoked role ends at once, stays in the history, and can be given again") {
    in_world([](World& world) {
        const auto anna = world.user("anna");
        const auto grant = world.grant(anna, {.role = Role::monitor, .study = study});
        const auto rights = [&] {
            return world.write([&](db::Tx& tx) { return rights_of(tx, anna, now()); }).value();
        };
        CHECK(rights().size() == 1);
        const auto take = [&] {
            return code(world.write(
                [&](db::Tx& tx) { return take_role(tx, anna, grant, command_line()); }));
        };
        CHECK(take() == "ok");
        CHECK(take() == "ok");
        CHECK(rights().empty());
        CHECK(world.records("role.revoked") == 1);
        world.grant(anna, {.role = Role::monitor, .study = study, .from = now()});
        CHECK(rights().size() == 1);
        const auto history = world.write([&](db::Tx& tx) { return grants_of(tx, anna); }).value();
        CHECK(history.size() == 2);
        CHECK(history[1].revoked_at.has_value());
        const auto bela = world.user("bela");
        CHECK(code(world.write([&](db::Tx& tx) {
                  return take_role(tx, bela, grant, command_line());
              })) == "grant");
    });
}

TEST_CASE("a disabled account holds no rights; enabled again it holds what it had") {
    in_world([](World& world) {
        const auto anna = world.user("anna");
        world.grant(anna, {.role = Role::monitor});
        const auto rights = [&] {
            return world.write([&](db::Tx& tx) { return rights_of(tx, anna, now()); }).value();
        };
        world.write([&](db::Tx& tx) { return disable_user(tx, anna, command_line()); }).value();
        world.write([&](db::Tx& tx) { return disable_user(tx, anna, command_line()); }).value();
        CHECK(rights().empty());
        world.write([&](db::Tx& tx) { return enable_user(tx, anna, command_line()); }).value();
        CHECK(rights().size() == 1);
        CHECK(world.records("user.disabled") == 1);
        CHECK(world.records("user.enabled") == 1);
    });
}

TEST_CASE("the access review tells who could touch a study on a day, everywhere-roles included") {
    in_world([](World& world) {
        const Instant start = now();
        const Instant noon{start.ms + 1000};
        const StudyId other{"00000000-0000-7000-8000-00000000000b"};
        world.grant(world.user("anna"), {.role = Role::monitor, .study = study, .until = noon});
        world.grant(world.user("bela"), {.role = Role::auditor});
        world.grant(world.user("cora"), {.role = Role::coder, .study = other});
        const auto who = [&](Instant at) {
            return world.write([&](db::Tx& tx) { return grants_in(tx, study, at); }).value().size();
        };
        CHECK(who(start) == 2);
        CHECK(who(noon) == 1);
    });
}

}  // namespace cohort::identity
