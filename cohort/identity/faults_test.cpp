// SPDX-License-Identifier: Apache-2.0
// Signing in while the disk fails, fills up, or the caller goes away.
#include "weft/cancelled.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "cohort/identity/test_world.h"
#include "tests/support/environment.h"

namespace cohort::identity {

namespace {

using namespace std::chrono_literals;
// A store whose chosen calls fail, before the unit runs or when it would commit.
class FailingStore final : public db::Backend {
  public:
    explicit FailingStore(db::Db& inner) : inner_(inner) {}

    Result<void> write(Unit unit) override {
        const bool fails = strikes() || full;
        return inner_.transact([&](db::Tx& tx) -> Result<void> {
            TRY(unit.call(unit.object, tx));
            if (fails) return unavailable("store-full", "the disk is full");
            return {};
        });
    }
    Result<void> read(Unit unit) override {
        if (strikes()) return unavailable("store-io", "the disk failed");
        return inner_.read([&](db::Tx& tx) { return unit.call(unit.object, tx); });
    }
    Result<void> check() override { return inner_.check(); }
    db::Stats stats() const override { return inner_.stats(); }
    weft::Duration longest_wait() override { return inner_.longest_wait(); }
    void close() override {}

    bool full = false;  ///< nothing can be written
    int fail_at = 0;    ///< the call that fails, counted from 1; 0: none
    int calls = 0;

  private:
    bool strikes() { return ++calls == fail_at; }

    db::Db& inner_;
};

// The world's accounts behind a store that may fail.
struct Shaky {
    explicit Shaky(World& world)
        : store(new FailingStore(*world.db)),
          db(std::unique_ptr<db::Backend>(store)),
          identity(db, world.hasher) {}

    Result<SignedIn> sign_in(const std::string& password = good_password) {
        return identity.sign_in(World::request(http::Method::post), "anna", auth::Secret{password})
            .result;
    }
    Result<std::optional<Session>> session(const std::string& token) {
        return identity.session_of(World::request(http::Method::get, token));
    }

    FailingStore* store;
    db::Db db;
    Identity identity;
};

bool alive(World& world, const std::string& token) {
    const auto session = world.identity.session_of(World::request(http::Method::get, token));
    return session && session->has_value();
}

}  // namespace

TEST_CASE("whichever call to the store fails, the answer is true and the next sign-in works") {
    for (const auto& password : {good_password, std::string("the heron waits by the pier")}) {
        int fail_at = 1;
        for (bool failed = true; failed; ++fail_at) {
            INFO("call " << fail_at);
            in_world([&](World& world) {
                world.user("anna");
                Shaky shaky(world);
                shaky.store->fail_at = fail_at;
                const auto answer = shaky.sign_in(password);
                failed = shaky.store->calls >= fail_at;
                if (failed) CHECK(answer.error().kind == ErrorKind::unavailable);
                if (!failed) CHECK(answer.ok() == (password == good_password));
                shaky.store->fail_at = 0;
                CHECK(shaky.sign_in().ok());
            });
        }
        CHECK(fail_at > 3);
    }
}

TEST_CASE("while the disk is full nobody new signs in, and who is signed in goes on reading") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        Shaky shaky(world);
        shaky.store->full = true;
        CHECK(shaky.sign_in().error().code == "store-full");
        weft::sleep(5min);  // long enough for the session to be touched, which cannot be written
        CHECK(shaky.session(token).value().has_value());
        shaky.store->full = false;
        CHECK(shaky.sign_in().ok());
    });
}

TEST_CASE("a store that cannot be read answers unavailable, never that nobody is signed in") {
    in_world([](World& world) {
        const auto token = world.token_of("anna");
        Shaky shaky(world);
        shaky.store->fail_at = 1;
        auto request = World::request(http::Method::get, token);
        CHECK(shaky.identity.authorise(request, http::Access::signed_in()).error().code ==
              "store-io");
        CHECK(shaky.identity.authorise(request, http::Access::signed_in()).ok());
    });
}

TEST_CASE("a caller who goes away at any moment of a sign-in leaves the door as it was") {
    for (std::uint64_t seed = 1; seed <= test::seeds(60); ++seed) {
        INFO("seed " << seed);
        weft::sim::run(seed, [] {
            World world;
            world.user("anna");
            std::optional<Result<SignedIn>> answer;
            weft::scope([&](weft::Scope& scope) {
                scope.go([&] { answer = world.sign_in("anna"); });
                scope.go([&] {
                    const auto steps = weft::sim::choose(30);
                    for (std::size_t i = 0; i < steps; ++i) weft::sleep(0ns);
                    scope.cancel();
                });
            });
            if (answer) CHECK(answer->ok());
            const auto again = world.sign_in("anna");
            CHECK(again.ok());
            CHECK(alive(world, again->token));
        });
    }
}

}  // namespace cohort::identity
