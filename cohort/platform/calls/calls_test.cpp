// SPDX-License-Identifier: Apache-2.0
// Against a receiver of reports in a process of its own, over TLS.
#include "cohort/platform/calls/calls.h"

#include <atomic>
#include <functional>

#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "tests/support/certificate.h"
#include "tests/support/receiver.h"

namespace cohort::calls {

using namespace std::chrono_literals;

namespace {

struct World {
    explicit World(std::vector<std::string> more = {})
        : identity(folder, "localhost"), receiver(with(std::move(more))) {}

    std::vector<std::string> with(std::vector<std::string> more) const {
        more.push_back("certificate=" + identity.certificate);
        more.push_back("key=" + identity.key);
        return more;
    }
    Call put(const std::string& name, std::string body = "x") const {
        return {.method = "PUT",
                .url = "https://localhost:" + receiver.port() + "/site/" + name,
                .headers = {{"Authorization", "Bearer token"}},
                .body = std::move(body)};
    }

    test::TempFolder folder;
    test::Identity identity;
    test::Receiver receiver;
};

void in_world(const std::vector<std::string>& more,
              const std::function<void(World&, Caller&)>& body) {
    weft::Options options;
    options.workers = 2;
    CHECK(weft::run(options, [&] {
              World world(more);
              Caller caller({.authorities = world.identity.certificate});
              body(world, caller);
          }) == 0);
}

}  // namespace

static doctest::String toString(Fate fate) {
    return fate == Fate::answered ? "answered" : fate == Fate::unknown ? "unknown" : "not sent";
}

TEST_CASE("a body arrives whole, and the answer is the server's") {
    in_world({}, [](World& world, Caller& caller) {
        const Called called = caller.call(world.put("a", std::string(300'000, 'x'))).value();
        CHECK(called.fate == Fate::answered);
        CHECK(called.status == 400);  // without its digest it is half a report
        CHECK(called.body == R"({"title": "half a report"})");
    });
}

TEST_CASE("a connection is used again, and not for a call that wants to be alone") {
    in_world({}, [](World& world, Caller& caller) {
        CHECK(caller.call(world.put("a")).value().was_alone);
        CHECK_FALSE(caller.call(world.put("b")).value().was_alone);
        Call alone = world.put("c");
        alone.alone = true;
        CHECK(caller.call(alone).value().was_alone);
    });
}

TEST_CASE("a certificate that nobody vouches for, or of another name, is called by nobody") {
    in_world({}, [](World& world, Caller& caller) {
        Caller trusting_nobody({});
        const Called called = trusting_nobody.call(world.put("a")).value();
        CHECK(called.fate == Fate::not_sent);
        CHECK(called.reason.find("certificate") != std::string::npos);
        Call other = world.put("a");
        other.url = "https://127.0.0.1:" + world.receiver.port() + "/site/a";
        CHECK(caller.call(other).value().fate == Fate::not_sent);
    });
}

TEST_CASE("who is not there has got nothing") {
    in_world({}, [](World& world, Caller& caller) {
        Call call = world.put("a");
        call.url = "https://localhost:1/";
        CHECK(caller.call(call).value().fate == Fate::not_sent);
    });
}

TEST_CASE("what was handed over and not answered in time is unknown") {
    in_world({"dead=site", "hang=60"}, [](World& world, Caller& caller) {
        Call call = world.put("a");
        call.limit = 300ms;
        const Called called = caller.call(call).value();
        CHECK(called.fate == Fate::unknown);
        CHECK_FALSE(called.reason.empty());
    });
}

TEST_CASE("who is cancelled in the middle of a call hears of its fate at once") {
    in_world({"dead=site", "hang=60"}, [](World& world, Caller& caller) {
        Fate fate = Fate::answered;
        const auto [context, cancel] = weft::Context::current().with_cancel();
        weft::scope([&](weft::Scope& s) {
            s.go("call", [&, context = context] {
                context.run([&] { fate = caller.call(world.put("a")).value().fate; });
            });
            while (world.receiver.log().faults == 0) weft::yield();
            cancel.cancel();
        });
        CHECK(fate == Fate::unknown);
    });
}

TEST_CASE("many calls run at one time, and each gets its own answer") {
    in_world({}, [](World& world, Caller& caller) {
        std::atomic<int> right{0};
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 200; ++i)
                s.go("call", [&, i] {
                    Call call = world.put("unknown-" + std::to_string(i));
                    call.method = "GET";
                    call.body.clear();
                    if (caller.call(call).value().status == 404) ++right;
                });
        });
        CHECK(right == 200);
    });
}

TEST_CASE("only https is called, and http on this machine; never a URL with a password") {
    for (const char* url :
         {"https://a.example/in", "https://a.example:8443", "http://localhost:1/x",
          "http://127.0.0.1/x", "http://[::1]:80/x", "https://[2001:db8::1]/x"})
        CHECK(is_callable(url));
    for (const char* url :
         {"http://a.example/in", "ftp://a.example", "https://", "https:///x",
          "https://u:p@a.example", "http://localhost.a.example/", "https://a.example/?x=1",
          "https://a.example/#x", "https://a.example/a b", "http://127.0.0.1@a.example/",
          "file:///etc/passwd", ""})
        CHECK_FALSE(is_callable(url));
}

}  // namespace cohort::calls
