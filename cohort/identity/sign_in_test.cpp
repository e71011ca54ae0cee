// SPDX-License-Identifier: Apache-2.0
// Sessions and guesses, with virtual time: minutes pass at once.
#include <atomic>

#include "weft/scope.h"
#include "weft/time.h"

#include "cohort/identity/test_world.h"
#include "tests/support/environment.h"

namespace cohort::identity {

namespace {

using namespace std::chrono_literals;

const std::string wrong_password = "the heron waits by the pier";

std::string code(const auto& result) {
    return result ? "ok" : result.error().code;
}

std::string guess(World& world, const std::string& login, const std::string& password,
                  const std::string& peer = "192.0.2.1") {
    return code(world.sign_in(login, password, peer));
}

bool alive(World& world, const std::string& token) {
    return world.identity.session_of(World::request(http::Method::get, token)).value().has_value();
}

std::int64_t rows(World& world, const std::string& sql) {
    return world
        .write([&](db::Tx& tx) -> Result<std::int64_t> {
            return TRY(tx.one(sql)).get<std::int64_t>(0);
        })
        .value();
}

}  // namespace

TEST_CASE("the right password opens a session, and its token is nowhere in the store") {
    in_world([](World& world) {
        const auto id = world.user("anna");
        const auto signed_in = world.sign_in(" Anna ").value();
        CHECK(signed_in.session.user == id);
        CHECK(is_token(signed_in.token));
        CHECK(alive(world, signed_in.token));
        world
            .write([&](db::Tx& tx) -> Result<void> {
                for (const auto& row : TRY(tx.all("SELECT id, token_hash FROM session"))) {
                    CHECK(row.get<std::string>(0) != signed_in.token);
                    CHECK(row.get<std::string>(1) != signed_in.token);
                }
                return {};
            })
            .value();
        CHECK(world.records("session.started") == 1);
    });
}

TEST_CASE("an unknown login, a wrong password and a disabled account get the same answer") {
    in_world([](World& world) {
        world.user("anna");
        const auto bela = world.user("bela");
        world.write([&](db::Tx& tx) { return disable_user(tx, bela, command_line()); }).value();
        const auto unknown = world.sign_in("nobody", good_password).error();
        const auto wrong = world.sign_in("anna", wrong_password).error();
        const auto disabled = world.sign_in("bela", good_password).error();
        const auto no_login = world.sign_in("' OR 1=1 --", good_password).error();
        for (const auto& error : {unknown, wrong, disabled, no_login}) {
            CHECK(error.code == "bad-credentials");
            CHECK(error.text == unknown.text);
            CHECK(error.kind == ErrorKind::unauthenticated);
        }
        CHECK(world.records("session.refused") == 4);
        CHECK(rows(world, "SELECT COUNT(*) FROM session") == 0);
    });
}

TEST_CASE("the eleventh guess within 15 minutes is turned away, for a login that exists or not") {
    in_world([](World& world) {
        world.user("anna");
        for (const char* login : {"anna", "nobody"}) {
            for (int i = 0; i < 10; ++i)
                CHECK(guess(world, login, wrong_password) == "bad-credentials");
            CHECK(guess(world, login, wrong_password) == "locked-out");
            CHECK(guess(world, login, good_password) == "locked-out");  // even the right one
        }
        CHECK(world.records("session.refused") == 20);
        CHECK(world.records("account.locked-out") == 2);
        weft::sleep(15min);
        CHECK(guess(world, "anna", good_password) == "ok");
    });
}

TEST_CASE("the wait that a lockout announces is exactly long enough") {
    in_world([](World& world) {
        world.user("anna");
        for (int i = 0; i < 10; ++i) {
            CHECK(guess(world, "anna", wrong_password) == "bad-credentials");
            weft::sleep(10s);
        }
        const auto outcome = world.identity.sign_in(World::request(http::Method::post), "anna",
                                                    auth::Secret{good_password});
        REQUIRE(outcome.retry_after.has_value());
        CHECK(*outcome.retry_after == 15min - 100s);
        weft::sleep(*outcome.retry_after - 1s);
        CHECK(guess(world, "anna", good_password) == "locked-out");
        weft::sleep(1s);
        CHECK(guess(world, "anna", good_password) == "ok");
    });
}

TEST_CASE("signing in with success does not give an attacker ten more guesses") {
    in_world([](World& world) {
        world.user("anna");
        for (int i = 0; i < 9; ++i) CHECK(guess(world, "anna", wrong_password) != "locked-out");
        for (int i = 0; i < 5; ++i) CHECK(guess(world, "anna", good_password) == "ok");
        CHECK(guess(world, "anna", wrong_password) == "bad-credentials");
        CHECK(guess(world, "anna", wrong_password) == "locked-out");
    });
}

TEST_CASE("a hundred guesses at once look at no more than ten passwords, whatever the schedule") {
    for (std::uint64_t seed = 1; seed <= test::seeds(20); ++seed) {
        INFO("seed " << seed);
        std::atomic<int> looked_at{0};
        std::atomic<int> locked{0};
        weft::sim::run(seed, [&] {
            World world;
            world.user("anna");
            weft::scope([&](weft::Scope& scope) {
                for (int i = 0; i < 100; ++i)
                    scope.go([&] {
                        const auto answer = guess(world, "anna", wrong_password);
                        looked_at += answer == "bad-credentials";
                        locked += answer == "locked-out";
                    });
            });
        });
        CHECK(looked_at == 10);
        CHECK(locked == 90);
    }
}

TEST_CASE("one address has a budget over all accounts, and other addresses go on") {
    Settings settings;
    settings.guesses.per_address = 20;
    in_world(
        [](World& world) {
            world.user("anna");
            for (int i = 0; i < 20; ++i)
                CHECK(guess(world, "login" + std::to_string(i), wrong_password) ==
                      "bad-credentials");
            CHECK(guess(world, "anna", good_password) == "locked-out");
            CHECK(guess(world, "anna", good_password, "192.0.2.2") == "ok");
        },
        settings);
}

TEST_CASE("attempts that no longer count are forgotten, and what was typed was never kept") {
    in_world([](World& world) {
        world.user("anna");
        CHECK(guess(world, "my secret password", wrong_password) == "bad-credentials");
        CHECK(rows(world, "SELECT COUNT(*) FROM login_attempt") == 1);
        CHECK(rows(world, "SELECT COUNT(*) FROM login_attempt WHERE login_hash LIKE '%secret%'") ==
              0);
        weft::sleep(16min);
        CHECK(guess(world, "anna", good_password) == "ok");
        CHECK(rows(world, "SELECT COUNT(*) FROM login_attempt") == 0);
    });
}

TEST_CASE("a session ends after half an hour without a request, and lives on with them") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        for (int i = 0; i < 10; ++i) {
            weft::sleep(29min);
            CHECK(alive(world, token));
        }
        weft::sleep(30min);
        CHECK_FALSE(alive(world, token));
    });
}

TEST_CASE("a page that only listens keeps no session alive") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        http::Request again = World::request(http::Method::get, token);
        again.is_repeated = true;
        const auto may_listen = [&] {
            return world.identity.session_of(again).value().has_value();
        };
        for (int i = 0; i < 29; ++i) {
            weft::sleep(1min);
            CHECK(may_listen());
        }
        weft::sleep(1min);
        CHECK_FALSE(may_listen());
        CHECK_FALSE(alive(world, token));
    });
}

TEST_CASE("a session ends after twelve hours, however busy") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        for (int i = 0; i < 12 * 6 - 1; ++i) {
            weft::sleep(10min);
            CHECK(alive(world, token));
        }
        weft::sleep(10min);
        CHECK_FALSE(alive(world, token));
    });
}

TEST_CASE("signing in again ends the session the browser had: a planted cookie is of no use") {
    in_world([](World& world) {
        const auto old = world.token_of("anna");
        auto request = World::request(http::Method::post, old);
        const auto fresh =
            world.identity.sign_in(request, "anna", auth::Secret{good_password}).result.value();
        CHECK(fresh.token != old);
        CHECK_FALSE(alive(world, old));
        CHECK(alive(world, fresh.token));
    });
}

TEST_CASE("signing out ends this session and no other") {
    in_world([](World& world) {
        const auto here = world.token_of("anna");
        const auto there = world.sign_in("anna").value().token;
        CHECK(alive(world, here));
        world.identity.sign_out(World::request(http::Method::del, here)).value();
        CHECK_FALSE(alive(world, here));
        CHECK(alive(world, there));
        CHECK(world.records("session.ended") == 1);
        CHECK(world.identity.sign_out(World::request(http::Method::del, here)).ok());
        CHECK(world.records("session.ended") == 1);
    });
}

TEST_CASE("a new password ends every session but the new one, and needs the current password") {
    in_world([](World& world) {
        const auto here = world.token_of("anna");
        const auto there = world.sign_in("anna").value().token;
        auto request = World::request(http::Method::post, here);
        CHECK(world.identity.authorise(request, http::Access::signed_in()).ok());
        const auto change = [&](const std::string& current, const std::string& chosen) {
            return world.identity
                .change_password(request, auth::Secret{current}, auth::Secret{chosen})
                .result;
        };
        CHECK(code(change(wrong_password, "a boat drifts past the mill")) == "bad-credentials");
        CHECK(code(change(good_password, "short")) == "password-too-short");
        CHECK(alive(world, there));
        const auto changed = change(good_password, "a boat drifts past the mill").value();
        CHECK_FALSE(alive(world, here));
        CHECK_FALSE(alive(world, there));
        CHECK(alive(world, changed.token));
        CHECK(guess(world, "anna", good_password) == "bad-credentials");
        CHECK(guess(world, "anna", "a boat drifts past the mill") == "ok");
        CHECK(world.records("user.password-changed") == 1);
    });
}

TEST_CASE("a disabled account's sessions end at once") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        const auto id =
            world.identity.session_of(World::request(http::Method::get, token)).value()->user;
        CHECK(alive(world, token));
        world.write([&](db::Tx& tx) { return disable_user(tx, id, command_line()); }).value();
        world.identity.forget();
        CHECK_FALSE(alive(world, token));
        world.write([&](db::Tx& tx) { return enable_user(tx, id, command_line()); }).value();
        CHECK_FALSE(alive(world, token));
    });
}

TEST_CASE("a right that another process takes away is gone within five seconds") {
    in_world([](World& world) {
        const auto anna = world.user("anna");
        const auto grant = world.grant(anna, {.role = Role::engineer});
        const auto token = world.sign_in("anna").value().token;
        const auto may = [&] {
            auto request = World::request(http::Method::get, token);
            return world.identity
                .authorise(request,
                           http::Access::needs(Permission::system_view, http::whole_system))
                .ok();
        };
        CHECK(may());
        // Straight into the store: this process is not told.
        world.write([&](db::Tx& tx) { return take_role(tx, anna, grant, command_line()); }).value();
        weft::sleep(5s);
        CHECK_FALSE(may());
    });
}

TEST_CASE("a hash of less work is replaced when its owner signs in") {
    in_world([](World& world) {
        const auto id = world.user("anna");
        auth::PasswordHasher costly({.cost = {.memory_bytes = 16384, .passes = 2}});
        Identity stricter(*world.db, costly);
        const auto hash = [&] {
            return world
                .write([&](db::Tx& tx) -> Result<std::string> {
                    return TRY(tx.one("SELECT password_hash FROM user_account WHERE id = ?", id))
                        .get<std::string>(0);
                })
                .value();
        };
        const auto before = hash();
        const auto request = World::request(http::Method::post);
        CHECK(stricter.sign_in(request, "anna", auth::Secret{good_password}).result.ok());
        CHECK(hash() != before);
        CHECK_FALSE(costly.is_outdated(hash()));
        CHECK(stricter.sign_in(request, "anna", auth::Secret{good_password}).result.ok());
    });
}

TEST_CASE("sessions that ended more than a day ago leave the store") {
    in_world([](World& world) {
        world.token_of("anna");
        weft::sleep(37h);
        world.token_of("bela");
        CHECK(rows(world, "SELECT COUNT(*) FROM session") == 1);
    });
}

TEST_CASE("anything that is no token names no session, without asking the store") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        for (const auto& text : {std::string(), token.substr(1), token + "A", std::string(43, '*'),
                                 std::string(43, 'A'), std::string(5000, 'A')})
            CHECK_FALSE(alive(world, text));
        CHECK(csrf_of(token) != token);
        CHECK(csrf_of(token) != csrf_of(std::string(43, 'A')));
    });
}

}  // namespace cohort::identity
