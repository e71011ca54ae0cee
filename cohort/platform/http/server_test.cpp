// SPDX-License-Identifier: Apache-2.0
// The server over real sockets: bounds, hanging up and stopping.
#include "cohort/platform/http/server.h"

#include <array>
#include <atomic>
#include <functional>
#include <string>

#include "weft/channel.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "tests/support/http_client.h"
#include "tests/support/test.h"

namespace cohort::http {

using namespace std::chrono_literals;
using test::HttpClient;

namespace {

Result<void> anybody(Request&, const Access&) {
    return {};
}

struct World {
    Router router;
    Metrics metrics;
    log::Logger log{[](std::string_view) {}};
    ServerOptions options;

    World() {
        router.add(Method::get, "/ping", Access::open("test"),
                   [](Request&) -> Result<Reply> { return Reply::text(200, "pong"); }, {});
        router.add(Method::post, "/echo", Access::open("test"),
                   [](Request& r) -> Result<Reply> { return Reply::text(200, r.body); },
                   {.body_bytes_max = 4 << 20});
    }

    // Serves on a free port while `client` runs, for every number of workers.
    void run(const std::function<void(Server&, const std::string&)>& client) {
        for (const unsigned workers : {1U, 2U}) {
            weft::Options how;
            how.workers = workers;
            const int code = weft::run(how, [&] {
                Server server{router, anybody, metrics, log, options};
                REQUIRE(server.listen());
                weft::scope([&](weft::Scope& s) {
                    s.go("serve", [&] { CHECK(server.serve()); });
                    client(server, server.address());
                    CHECK(server.stop(5s));
                });
            });
            CHECK(code == 0);
            CHECK(metrics.connections == 0);
        }
    }
};

}  // namespace

TEST_CASE("many requests go over one connection, large bodies whole") {
    World world;
    world.run([&](Server&, const std::string& address) {
        HttpClient client{address};
        for (int i = 0; i < 50; ++i) CHECK(client.get("/ping").value().body == "pong");
        const std::string large(3 << 20, 'x');
        CHECK(client.post("/echo", large).value().body == large);
        CHECK(world.metrics.connections == 1);
    });
}

TEST_CASE("a hundred callers at once each get their own answer") {
    World world;
    world.run([&](Server&, const std::string& address) {
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 100; ++i) {
                s.go([&, i] {
                    HttpClient client{address};
                    for (int j = 0; j < 10; ++j) {
                        const std::string body = std::to_string(i) + "/" + std::to_string(j);
                        CHECK(client.post("/echo", body).value().body == body);
                    }
                });
            }
        });
    });
}

TEST_CASE("an address over its share of connections is told 503, and let in when one has gone") {
    World world;
    world.options.connections_per_address_max = 2;
    world.run([&](Server&, const std::string& address) {
        HttpClient first{address};
        HttpClient second{address};
        CHECK(first.get("/ping").value().status == 200);
        CHECK(second.get("/ping").value().status == 200);
        HttpClient third{address};
        // Not at once, or it could come again as often as it likes; and not lost to the reset of a
        // connection that is closed with its request unread.
        const auto began = weft::Clock::now();
        const auto refused = third.get("/ping").value();
        CHECK(refused.status == 503);
        CHECK(refused.headers.at("retry-after") == "1");
        CHECK(weft::Clock::now() - began >= 500ms);
        first.close();
        while (world.metrics.connections > 1) weft::yield();
        HttpClient fourth{address};
        CHECK(fourth.get("/ping").value().status == 200);
    });
}

TEST_CASE("in a full house those who ask nothing make room for who asks, oldest first") {
    World world;
    world.options.connections_max = 3;
    world.run([&](Server&, const std::string& address) {
        const auto ended = world.metrics.ended_for_others.load();
        HttpClient regular{address};  // has had an answer: goes last
        CHECK(regular.get("/ping").value().status == 200);
        auto half = weft::net::dial(address).value();
        CHECK(half.write_all("GET /ping HT"));
        auto silent = weft::net::dial(address).value();
        while (world.metrics.connections < 3) weft::yield();
        {
            HttpClient client{address};
            CHECK(client.get("/ping").value().status == 200);
            CHECK(world.metrics.ended_for_others == ended + 1);
            std::array<std::byte, 16> bytes{};
            const auto got = half.read_some(bytes);
            CHECK((!got || *got == 0));  // the first of the strangers, without an answer
            HttpClient another{address};
            CHECK(another.get("/ping").value().status == 200);
            CHECK(world.metrics.ended_for_others == ended + 2);  // the silent one
        }
        CHECK(regular.get("/ping").value().status == 200);
    });
}

TEST_CASE("a house full of requests under way takes nobody in, and ends none of them") {
    World world;
    world.options.connections_max = 2;
    auto go_on = weft::channel<bool>(4);
    world.router.add(Method::get, "/slow", Access::open("test"),
                     [&](Request&) -> Result<Reply> {
                         (void)go_on.second.recv();
                         return Reply::text(200, "done");
                     },
                     {.deadline = 1h});
    world.run([&](Server&, const std::string& address) {
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 2; ++i)
                s.go([&] {
                    HttpClient client{address};
                    CHECK(client.get("/slow").value().body == "done");
                });
            while (world.metrics.requests_running < 2) weft::yield();
            HttpClient third{address};
            CHECK(third.get("/ping").value().status == 503);
            for (int i = 0; i < 2; ++i) CHECK(go_on.first.try_send(true));
        });
    });
}

TEST_CASE("a caller that hangs up has its handler cancelled") {
    World world;
    auto ended = weft::channel<bool>(4);
    world.router.add(Method::get, "/slow", Access::open("test"),
                     [&](Request&) -> Result<Reply> {
                         struct Notice {
                             weft::Sender<bool>& sender;
                             ~Notice() { (void)sender.try_send(true); }
                         } notice{ended.first};
                         weft::sleep(1h);
                         return Reply::empty();
                     },
                     {.deadline = 1h});
    world.run([&](Server&, const std::string& address) {
        auto connection = weft::net::dial(address).value();
        CHECK(connection.write_all("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
        while (world.metrics.requests_running == 0) weft::yield();
        connection.close();
        CHECK(ended.second.recv());
    });
}

TEST_CASE("stopping answers what runs, closes what waits and takes nothing new") {
    World world;
    auto began = weft::channel<bool>(4);
    auto go_on = weft::channel<bool>(4);
    world.router.add(Method::get, "/slow", Access::open("test"),
                     [&](Request&) -> Result<Reply> {
                         (void)began.first.send(true);
                         (void)go_on.second.recv();
                         return Reply::text(200, "done");
                     },
                     {});
    world.run([&](Server& server, const std::string& address) {
        auto idle = weft::net::dial(address).value();
        CHECK(idle.write_all("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n"));
        std::string answer(4096, '\0');
        const auto room = std::as_writable_bytes(std::span{answer});
        CHECK(idle.read_some(room).value() > 0);
        weft::scope([&](weft::Scope& s) {
            auto busy = s.go([&] { return HttpClient{address}.get("/slow").value(); });
            CHECK(began.second.recv());
            auto stopped = s.go([&] { return server.stop(5s).ok(); });
            CHECK(idle.read_some(room).value() == 0);
            (void)go_on.first.send(true);
            CHECK(busy.join().body == "done");
            CHECK(stopped.join());
        });
        CHECK_FALSE(weft::net::dial(address));
    });
}

TEST_CASE("what does not end in time when stopping is cancelled, and stop() says so") {
    World world;
    auto began = weft::channel<bool>(4);
    world.router.add(Method::get, "/stuck", Access::open("test"),
                     [&](Request&) -> Result<Reply> {
                         (void)began.first.send(true);
                         weft::sleep(1h);
                         return Reply::empty();
                     },
                     {.deadline = 1h});
    world.run([&](Server& server, const std::string& address) {
        weft::scope([&](weft::Scope& s) {
            s.go([&] { (void)HttpClient{address}.get("/stuck"); });
            CHECK(began.second.recv());
            const auto stopped = server.stop(10ms);
            REQUIRE_FALSE(stopped);
            CHECK(stopped.error().kind == ErrorKind::timeout);
        });
    });
}

}  // namespace cohort::http
