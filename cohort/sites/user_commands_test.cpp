// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/user_commands.h"

#include "cohort/identity/grants.h"
#include "cohort/identity/identity.h"
#include "cohort/sites/test_world.h"

namespace cohort::sites {

namespace {

bool opens(EmptyWorld& world, const std::string& login, const std::string& password) {
    identity::Identity identity(*world.db, world.hasher);
    http::Request request;
    request.peer = "192.0.2.1";
    return identity.sign_in(request, login, auth::Secret{password}).result.ok();
}

std::string password_in(const std::string& text) {
    const auto at = text.find("Password: ");
    REQUIRE(at != std::string::npos);
    return text.substr(at + 10, text.find('\n', at) - at - 10);
}

}  // namespace

TEST_CASE(
    "an added user gets a generated password that opens the door, or the one that was given") {
    in_world([](World& world) {
        const auto text =
            add_user(*world.db, world.hasher, {.login = "Anna", .name = "Anna A"}).value();
        CHECK(text.starts_with("Added anna.\n"));
        CHECK(opens(world, "anna", password_in(text)));
        CHECK(said(add_user(*world.db, world.hasher,
                            {.login = "bela",
                             .name = "Bela B",
                             .password = "the mill stands by the weir"})) == "Added bela.\n");
        CHECK(opens(world, "bela", "the mill stands by the weir"));
        const auto add = [&](const AddUser& wish) {
            return said(add_user(*world.db, world.hasher, wish));
        };
        CHECK(add({.login = "anna", .name = "A"}) == "login-taken");
        CHECK(add({.login = "x", .name = "A"}) == "bad-login");
        CHECK(add({.login = "cora", .name = "C", .password = "short"}) == "password-too-short");
    });
}

TEST_CASE("in an empty store the first user brings an organisation along") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        const auto add = [&](const AddUser& wish) {
            return said(add_user(*world.db, world.hasher, wish));
        };
        CHECK(add({.login = "anna", .name = "Anna"}) == "which-organisation");
        CHECK(add({.login = "anna", .name = "Anna", .organisation = "Riverside"})
                  .starts_with("Added anna.\n"));
        CHECK(add({.login = "bela", .name = "Bela"}).starts_with("Added bela.\n"));
        CHECK(add({.login = "cora", .name = "Cora", .organisation = "Lakeside"})
                  .starts_with("Added cora.\n"));
        CHECK(add({.login = "dora", .name = "Dora"}) == "which-organisation");
        CHECK(world.read(identity::organisations).size() == 2);
    });
}

TEST_CASE("a reset password replaces the old one; an unknown login is told so") {
    in_world([](World& world) {
        const auto first = password_in(
            add_user(*world.db, world.hasher, {.login = "anna", .name = "Anna"}).value());
        const auto second =
            password_in(reset_password(*world.db, world.hasher, "anna", {}).value());
        CHECK(first != second);
        CHECK_FALSE(opens(world, "anna", first));
        CHECK(opens(world, "anna", second));
        CHECK(said(reset_password(*world.db, world.hasher, "nobody", {})) == "user");
        CHECK(said(reset_password(*world.db, world.hasher, "anna", "password1234")) ==
              "password-common");
    });
}

TEST_CASE("a disabled user stays out until enabled") {
    in_world([](World& world) {
        const auto password = password_in(
            add_user(*world.db, world.hasher, {.login = "anna", .name = "Anna"}).value());
        CHECK(said(disable_user(*world.db, "anna")).starts_with("Disabled anna"));
        CHECK_FALSE(opens(world, "anna", password));
        CHECK(said(enable_user(*world.db, "anna")) == "Enabled anna.\n");
        CHECK(opens(world, "anna", password));
        CHECK(said(disable_user(*world.db, "nobody")) == "user");
        CHECK(said(enable_user(*world.db, "nobody")) == "user");
    });
}

TEST_CASE("roles are given and taken by the words people use for studies and sites") {
    in_world([](World& world) {
        add_user(*world.db, world.hasher, {.login = "anna", .name = "Anna"}).value();
        world.activate(study, world.site("S01"), "101");
        const auto grant = [&](const GrantRole& wish) {
            return said(grant_role(*world.db, wish, find_study));
        };
        const auto revoke = [&](const GrantRole& wish) {
            return said(revoke_role(*world.db, wish, find_study));
        };
        const GrantRole nurse{.login = "anna", .role = "nurse", .study = "HTN", .site = "101"};
        CHECK(grant(nurse).starts_with("anna is nurse at S01 in study "));
        CHECK(grant(nurse) == "grant-exists");
        CHECK(grant({.login = "anna", .role = "admin"}) == "anna is admin everywhere.\n");
        CHECK(grant({.login = "bela", .role = "admin"}) == "user");
        CHECK(grant({.login = "anna", .role = "king"}) == "unknown-role");
        CHECK(grant({.login = "anna", .role = "coder", .study = "X"}) == "study");
        CHECK(grant({.login = "anna", .role = "coder", .study = "HTN", .site = "9"}) == "site");
        CHECK(grant({.login = "anna", .role = "coder", .site = "101"}) == "site-without-study");
        CHECK(grant({.login = "anna", .role = "coder", .until = "soon"}) == "bad-time");
        CHECK(grant({.login = "anna", .role = "coder", .until = "2001-01-01T00:00:00Z"}) ==
              "bad-period");
        CHECK(revoke(nurse).starts_with("anna is no longer nurse"));
        CHECK(revoke(nurse) == "grant");
        CHECK(revoke({.login = "anna", .role = "admin"}) == "last-admin");
    });
}

TEST_CASE("the list shows every user with what they hold") {
    in_world([](World& world) {
        for (const char* login : {"bela", "anna"})
            add_user(*world.db, world.hasher, {.login = login, .name = "Name"}).value();
        grant_role(*world.db, {.login = "anna", .role = "monitor"}, find_study).value();
        disable_user(*world.db, "bela").value();
        CHECK(list_users(*world.db).value() ==
              "anna  Name\n    monitor everywhere\nbela  Name  (disabled)\n");
    });
}

}  // namespace cohort::sites
