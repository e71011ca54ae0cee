// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/first_start.h"

#include "cohort/identity/grants.h"
#include "cohort/identity/identity.h"
#include "cohort/platform/auth/private_file.h"
#include "cohort/sites/test_world.h"

namespace cohort::sites {

namespace {

Result<StudyId> import_study(db::Tx&) {
    return study;
}

std::string file_of(const EmptyWorld& world) {
    return world.folder / "demo-users.txt";
}

}  // namespace

TEST_CASE("the first start makes two sites and one user a role, and the passwords open the door") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        const auto demo =
            first_start(*world.db, world.hasher, file_of(world), import_study).value().value();
        CHECK(demo.sites.size() == 2);
        CHECK(demo.users.size() == identity::role_count);
        CHECK(world.read([](db::Tx& tx) { return active_of_study(tx, study); }).size() == 2);
        identity::Identity identity(*world.db, world.hasher);
        http::Request request;
        request.peer = "192.0.2.1";
        for (const DemoUser& user : demo.users) {
            CHECK(user.login == std::string{to_string(user.role)} + "@demo");
            const auto signed_in =
                identity.sign_in(request, user.login, auth::Secret{user.password});
            REQUIRE(signed_in.result.ok());
            const auto& rights = signed_in.result->session.rights;
            REQUIRE(rights.size() == 1);
            CHECK(rights[0].role == user.role);
        }
    });
}

TEST_CASE("site staff work at the first site, data managers everywhere, the others in the study") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        const auto demo =
            first_start(*world.db, world.hasher, file_of(world), import_study).value().value();
        const auto held = [&](identity::Role role) {
            for (const DemoUser& user : demo.users)
                if (user.role == role)
                    return world
                        .read([&](db::Tx& tx) { return identity::rights_of(tx, user.id, now()); })
                        .at(0);
            return identity::Holding{};
        };
        CHECK(held(identity::Role::coordinator).site == demo.sites[0].id);
        CHECK(held(identity::Role::coordinator).study == study);
        CHECK(held(identity::Role::monitor).study == study);
        CHECK_FALSE(held(identity::Role::monitor).site.has_value());
        CHECK_FALSE(held(identity::Role::data_manager).study.has_value());
        CHECK_FALSE(held(identity::Role::admin).study.has_value());
    });
}

TEST_CASE("the passwords are in a file of the owner's alone") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        const auto demo =
            first_start(*world.db, world.hasher, file_of(world), import_study).value().value();
        const auto text = auth::read_private(file_of(world)).value().value();
        CHECK(text == demo_users_text(demo));
        for (const DemoUser& user : demo.users) {
            CHECK(text.find(user.login) != std::string::npos);
            CHECK(text.find(user.password) != std::string::npos);
        }
    });
}

TEST_CASE("a store that holds an organisation is left as it is, and so is the file") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        CHECK(first_start(*world.db, world.hasher, file_of(world), import_study).value());
        const auto before = auth::read_private(file_of(world)).value();
        CHECK_FALSE(first_start(*world.db, world.hasher, file_of(world), import_study).value());
        CHECK(auth::read_private(file_of(world)).value() == before);
        CHECK(world.records("organisation.created") == 1);
    });
}

TEST_CASE("a study that cannot be imported leaves nothing behind, and the next start tries again") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        const auto failed = first_start(
            *world.db, world.hasher, file_of(world),
            [](db::Tx&) -> Result<StudyId> { return invalid("bad-study", "the study is broken"); });
        CHECK(failed.error().code == "bad-study");
        CHECK(world.read(identity::organisations).empty());
        CHECK(world.records("user.created") == 0);
        CHECK(first_start(*world.db, world.hasher, file_of(world), import_study).value());
    });
}

TEST_CASE("where the passwords cannot be written, no account is made") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        const auto failed = first_start(*world.db, world.hasher,
                                        world.folder / "no/such/folder/users.txt", import_study);
        CHECK(failed.error().code == "private-file");
        CHECK(world.read(identity::organisations).empty());
    });
}

TEST_CASE("without a study, those who work everywhere have their roles and the others none yet") {
    in_world<EmptyWorld>([](EmptyWorld& world) {
        const auto demo =
            first_start(*world.db, world.hasher, file_of(world), nullptr).value().value();
        std::size_t with_role = 0;
        for (const DemoUser& user : demo.users)
            with_role +=
                world.read([&](db::Tx& tx) { return identity::rights_of(tx, user.id, now()); })
                    .size();
        CHECK(with_role == 5);
    });
}

}  // namespace cohort::sites
