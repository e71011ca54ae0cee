// SPDX-License-Identifier: Apache-2.0
// Requests with an Idempotency-Key over a real store: the change and its answer are one.
#include "cohort/platform/http/idempotency.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <set>

#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/task_set.h"
#include "weft/time.h"

#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

using namespace cohort;
using http::Reply;
using http::Request;

static Request create(const std::string& key, const std::string& body = "{}") {
    Request request;
    request.method = http::Method::post;
    request.received = now();
    request.path = "/api/v1/things";
    request.body = body;
    request.headers = {{"idempotency-key", key}};
    request.caller.emplace().user = UserId{"11111111-1111-4111-8111-111111111111"};
    return request;
}

// A create that counts how often it was really made: a unit that is run again made nothing before.
static Result<Reply> ask(World& world, const Request& request, std::atomic<int>& made,
                         http::Kept kept = http::Kept::as_configured) {
    const int number = made + 1;
    return world.db().transact([&](db::Tx& tx) {
        const auto make = [&](db::Tx&) -> Result<Reply> {
            made = number;
            Reply reply = Reply::json(201, json::object{{"number", number}});
            return std::move(reply.etag(1).set("Location", "/api/v1/things/1"));
        };
        return http::idempotent(tx, request, make, kept);
    });
}

TEST_CASE("the same key with the same body gives the same answer and does nothing twice") {
    in_world([](World& world) {
        std::atomic<int> made = 0;
        const Reply first = ask(world, create("k"), made).value();
        const Reply second = ask(world, create("k"), made).value();
        CHECK(made == 1);
        CHECK(first.status == second.status);
        CHECK(first.content() == second.content());
        for (const char* name : {"Content-Type", "ETag", "Location"}) {
            CHECK(first.header(name) == second.header(name));
        }
        CHECK(world.count("idempotency WHERE key = 'k'") == 1);
    });
}

TEST_CASE("the same key with another body is refused and changes nothing") {
    in_world([](World& world) {
        std::atomic<int> made = 0;
        REQUIRE(ask(world, create("k"), made));
        const auto other = ask(world, create("k", R"({"a":1})"), made);
        REQUIRE_FALSE(other);
        CHECK(other.error().code == "idempotency-mismatch");
        CHECK(other.error().kind == ErrorKind::refused);
        CHECK(made == 1);
    });
}

TEST_CASE("a key belongs to its caller and its path") {
    in_world([](World& world) {
        std::atomic<int> made = 0;
        REQUIRE(ask(world, create("k"), made));
        Request elsewhere = create("k");
        elsewhere.path = "/api/v1/others";
        REQUIRE(ask(world, elsewhere, made));
        Request somebody = create("k");
        somebody.caller->user = UserId{"22222222-2222-4222-8222-222222222222"};
        REQUIRE(ask(world, somebody, made));
        CHECK(made == 3);
    });
}

TEST_CASE("what failed leaves no answer behind and may be tried again") {
    in_world([](World& world) {
        const auto failed = world.db().transact([&](db::Tx& tx) {
            return http::idempotent(tx, create("k"), [](db::Tx&) -> Result<Reply> {
                return conflict("taken", "somebody was first");
            });
        });
        CHECK(failed.error().code == "taken");
        std::atomic<int> made = 0;
        CHECK(ask(world, create("k"), made));
        CHECK(made == 1);
    });
}

TEST_CASE("without a key every request is a new one, and a malformed key is refused") {
    in_world([](World& world) {
        std::atomic<int> made = 0;
        Request plain = create("k");
        plain.headers.clear();
        REQUIRE(ask(world, plain, made));
        REQUIRE(ask(world, plain, made));
        CHECK(made == 2);
        CHECK(ask(world, create("a b"), made).error().code == "bad-idempotency-key");
    });
}

TEST_CASE("a hundred callers with one key at once make one thing and get one answer") {
    in_world([](World& world) {
        std::atomic<int> made = 0;
        std::set<std::string> answers;
        weft::Mutex mutex;
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 100; ++i) {
                s.go([&] {
                    const Reply reply = ask(world, create("k"), made).value();
                    const std::lock_guard lock{mutex};
                    answers.insert(std::string{reply.content()});
                });
            }
        });
        CHECK(world.count("idempotency") == 1);
        CHECK(answers.size() == 1);
    });
}

TEST_CASE("an answer is forgotten once it is old enough; a younger one and one for ever are kept") {
    constexpr int many = 450;  // more than are forgotten in one unit
    CHECK(weft::sim::run(1, [] {
              World world;
              std::atomic<int> made = 0;
              for (int i = 0; i < many; ++i)
                  CHECK(ask(world, create("old-" + std::to_string(i)), made).ok());
              CHECK(ask(world, create("enrolment"), made, http::Kept::for_ever).ok());
              weft::sleep(std::chrono::days(29));
              CHECK(ask(world, create("young"), made).ok());
              weft::TaskSet background{"background"};
              background.go("old idempotency keys",
                            [&] { http::forget_old_replies(world.db(), std::chrono::days(30)); });
              weft::sleep(std::chrono::hours(12));
              CHECK(world.count("idempotency") == many + 2);
              weft::sleep(std::chrono::hours(14));
              CHECK(world.count("idempotency") == 2);
              CHECK(ask(world, create("young"), made).ok());
              CHECK(ask(world, create("enrolment"), made).ok());
              CHECK(made == many + 2);
              CHECK(ask(world, create("old-7"), made).ok());
              CHECK(made == many + 3);
              background.cancel();
          }) == 0);
}

}  // namespace tests
