// SPDX-License-Identifier: Apache-2.0
// What is refused before its body is read, and what the caller is told.
#include <optional>
#include <string>
#include <vector>

#include "weft/scope.h"

#include "cohort/platform/http/problem.h"
#include "cohort/platform/http/test_connection.h"

namespace cohort::http {

using namespace std::chrono_literals;
using namespace test_connection;

namespace {

// Many callers of one server, each with a connection of its own.
class Callers {
  public:
    explicit Callers(World& world) : world_(world) {}

    Received ask(const std::string& request, const std::string& peer_name = "192.0.2.1") {
        auto [stream, peer] = MemoryStream::make();
        std::optional<Received> reply;
        weft::scope([&, &stream = stream, &peer = peer](weft::Scope& s) {
            s.go([&] {
                Connection{*stream, peer_name, *dispatcher, world_.limits, world_.phase}.serve();
                stream->finish_writing();
            });
            peer.send(request);
            std::string bytes;
            while (!reply) {
                const auto more = peer.receive();
                if (!more) break;
                bytes += *more;
                reply = take_reply(bytes);
            }
            peer.hang_up();
        });
        REQUIRE(reply);
        return *reply;
    }

    void run(const std::function<void()>& body) {
        const int code = weft::sim::run(7, [&] {
            Dispatcher one{world_.router, authorise, world_.metrics, world_.log, world_.bounds};
            dispatcher = &one;
            weft::scope([&](weft::Scope& s) {
                s.go([&] { one.watch_hangups(); });
                body();
                s.cancel();
            });
        });
        CHECK(code == 0);
    }

    Dispatcher* dispatcher = nullptr;

  private:
    World& world_;
};

std::string get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

// Announces a body that never comes: it would be waited for if anybody read it.
std::string post_without_body(const std::string& path) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n";
}

// A caller that was told to wait sends more at once; then something is done to its connection,
// which ends without another moment passing and without another answer.
void with_refused(World& world, const std::function<void(Connection&)>& act) {
    Callers callers{world};
    callers.run([&] {
        auto [stream, peer] = MemoryStream::make();
        Connection connection{*stream, "192.0.2.1", *callers.dispatcher, world.limits, world.phase};
        weft::scope([&, &stream = stream, &peer = peer](weft::Scope& s) {
            s.go([&] {
                connection.serve();
                stream->finish_writing();
            });
            peer.send(get_ping + get_ping);
            std::string bytes;
            for (int expected : {200, 429}) {
                std::optional<Received> reply;
                while (!(reply = take_reply(bytes))) bytes += peer.receive().value();
                CHECK(reply->status == expected);
            }
            peer.send(get_ping);
            const auto began = weft::Clock::now();
            weft::sleep(1ms);
            act(connection);
            peer.finish_sending();
            CHECK(peer.receive_all().empty());
            CHECK(weft::Clock::now() - began == 1ms);
        });
    });
}

std::string retry_after(const Received& reply) {
    const auto at = reply.head.find("Retry-After: ");
    return at == reply.head.npos
               ? ""
               : reply.head.substr(at + 13, reply.head.find("\r\n", at) - at - 13);
}

}  // namespace

TEST_CASE("when reads fill their share what somebody has entered is still taken") {
    World world;
    world.bounds.requests_max = 10;
    world.get("/slow", [](Request&) -> Result<Reply> {
        weft::sleep(5s);
        return Reply::text(200, "done");
    });
    world.router.add(Method::post, "/submit", Access::open("test"),
                     [](Request&) -> Result<Reply> { return Reply::text(201, "kept"); }, {});
    world.get("/export", [](Request&) -> Result<Reply> { return Reply::text(200, "all"); },
              {.priority = resilience::Priority::bulk});
    world.get("/alive", [](Request&) -> Result<Reply> { return Reply::text(200, "yes"); },
              {.priority = resilience::Priority::vital});
    Callers callers{world};
    callers.run([&] {
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 8; ++i)
                s.go([&] { CHECK(callers.ask(get("/slow")).status == 200); });
            weft::sleep(1s);
            const auto refused = callers.ask(get("/ping"));
            CHECK(refused.status == 503);
            CHECK(code_of(refused) == "overloaded");
            CHECK(retry_after(refused) == "1");
            CHECK(callers.ask(get("/export")).status == 503);
            CHECK(callers
                      .ask("POST /submit HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                           "Content-Length: 0\r\n\r\n")
                      .status == 201);
            CHECK(callers.ask(get("/alive")).status == 200);
        });
        CHECK(callers.ask(get("/ping")).status == 200);
    });
}

TEST_CASE("while there is too much a caller that floods is refused, and others are not") {
    World world;
    world.bounds.is_overloaded = [] { return true; };
    world.router.add(Method::post, "/slow", Access::open("test"),
                     [](Request&) -> Result<Reply> {
                         weft::sleep(5s);
                         return Reply::text(200, "done");
                     },
                     {});
    const std::string slow =
        "POST /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    Callers callers{world};
    callers.run([&] {
        CHECK(callers.ask(get("/ping")).status == 200);  // so that what it can do is known
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 64; ++i) s.go([&] { CHECK(callers.ask(slow).status == 200); });
            weft::sleep(1s);
            const auto alone = callers.ask(post_without_body("/echo"));
            CHECK(alone.status == 503);
            CHECK(code_of(alone) == "overloaded");
            CHECK(callers.ask(get("/ping"), "192.0.2.2").status == 200);
            s.go([&] { CHECK(callers.ask(slow, "192.0.2.2").status == 200); });
            weft::sleep(1s);
            const auto refused = callers.ask(post_without_body("/echo"));
            CHECK(refused.status == 429);
            CHECK(code_of(refused) == "over-share");
            CHECK(retry_after(refused) == "1");
            const std::string text = world.metrics.to_text();
            CHECK(text.find("cohort_http_refused_total{reason=\"share\"} 1\n") != text.npos);
            CHECK(text.find("cohort_http_refused_total{reason=\"running\"} 1\n") != text.npos);
        });
    });
}

TEST_CASE("who was told to wait is not heard for half a second at least, and a second at most") {
    World world;
    world.bounds.requests_per_second = 0.5;
    world.run([&](MemoryStream::Peer& peer) {
        const auto began = weft::Clock::now();
        peer.send(get_ping + get_ping + get_ping);
        peer.finish_sending();
        const auto replies = take_all(peer.receive_all());
        REQUIRE(replies.size() == 3);
        CHECK(replies[0].status == 200);
        CHECK(replies[1].status == 429);
        CHECK(replies[2].status == 429);
        const auto passed = weft::Clock::now() - began;
        CHECK(passed >= 1s);
        CHECK(passed < 2s);
    });
}

TEST_CASE("who was told to wait keeps its place for so long, though it has closed its connection") {
    World world;
    world.bounds.requests_per_second = 0.5;
    Callers callers{world};
    callers.run([&] {
        CHECK(callers.ask(get("/ping")).status == 200);
        const auto began = weft::Clock::now();
        CHECK(callers.ask(get("/ping")).status == 429);
        CHECK(weft::Clock::now() - began >= 500ms);
    });
}

TEST_CASE(
    "of many that are told to wait an address has one line in ten seconds, with their number") {
    World world;
    world.bounds.requests_per_second = 0.1;
    Callers callers{world};
    callers.run([&] {
        CHECK(callers.ask(get("/ping")).status == 200);
        for (int i = 0; i < 40; ++i)  // each is not heard for half a second and more
            (void)callers.ask(get("/ping"));
        CHECK(callers.ask(get("/ping"), "192.0.2.2").status == 200);
    });
    std::int64_t lines = 0;
    std::int64_t times = 0;
    std::int64_t requests = 0;
    for (const std::string& text : world.lines) {
        const auto line = json::parse(text).value();
        requests += line.at("event") == "http.request" ? 1 : 0;
        if (line.at("event") != "http.told-to-wait") continue;
        CHECK(line.at("peer") == "192.0.2.1");
        ++lines;
        times += line.at("times").as_int64();
    }
    CHECK(lines >= 3);
    CHECK(lines <= 5);
    CHECK(times + requests <= 42);
    CHECK(times + requests > 42 - 20);  // those since the last line are not told yet
}

TEST_CASE("a server that stops does not let those out their time who were told to wait") {
    World world;
    world.bounds.requests_per_second = 0.5;
    with_refused(world, [&](Connection& connection) {
        world.phase = Phase::stopping;
        connection.stop_if_idle();
    });
}

TEST_CASE("in a full house who was told to wait makes room, whatever it has sent meanwhile") {
    World world;
    world.bounds.requests_per_second = 0.5;
    with_refused(world, [&](Connection& connection) { CHECK(connection.give_way(true)); });
}

TEST_CASE("all addresses of one IPv6 network have one rate, and those of another theirs") {
    World world;
    world.bounds.requests_per_second = 0.5;
    Callers callers{world};
    callers.run([&] {
        CHECK(callers.ask(get("/ping"), "2001:db8::1").status == 200);
        CHECK(callers.ask(get("/ping"), "2001:db8::a:2").status == 429);
        CHECK(callers.ask(get("/ping"), "2001:db8:0:1::1").status == 200);
    });
}

TEST_CASE("over its rate an address is told when to come back, before its body, and others not") {
    World world;
    world.bounds.requests_per_second = 0.5;  // a burst of one, then one in two seconds
    Callers callers{world};
    callers.run([&] {
        CHECK(callers.ask(get("/ping")).status == 200);
        const auto began = weft::Clock::now();
        const auto refused = callers.ask(post_without_body("/echo"));
        CHECK(refused.status == 429);
        CHECK(code_of(refused) == "too-many-requests");
        CHECK(retry_after(refused) == "2");
        CHECK(weft::Clock::now() - began < 2s);
        CHECK(callers.ask(get("/ping"), "192.0.2.2").status == 200);
        weft::sleep(2s);
        CHECK(callers.ask(get("/ping")).status == 200);
    });
}

TEST_CASE("a route whose store is away is held back at once, and comes back with it") {
    World world;
    bool is_away = true;
    int tried = 0;
    world.router.add(Method::post, "/save", Access::open("test"),
                     [&](Request&) -> Result<Reply> {
                         ++tried;
                         if (is_away) return unavailable("store-unreachable", "It is away.");
                         return Reply::text(200, "saved");
                     },
                     {});
    const std::string save =
        "POST /save HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    Callers callers{world};
    callers.run([&] {
        std::vector<std::string> codes;
        for (int i = 0; i < 100; ++i) codes.push_back(code_of(callers.ask(save)));
        CHECK(codes.front() == "store-unreachable");
        CHECK(tried < 50);
        CHECK(world.metrics.held_back == 100 - tried);
        Received refused;
        while (code_of(refused) != "held-back") refused = callers.ask(save);
        CHECK(refused.status == 503);
        CHECK(retry_after(refused) == "2");
        CHECK(callers.ask(get("/ping")).status == 200);  // another route is none the worse

        is_away = false;
        int saved = 0;
        for (int i = 0; i < 200; ++i, weft::sleep(10ms))  // within two seconds, as they were told
            saved = callers.ask(save).status == 200 ? saved + 1 : 0;
        CHECK(saved > 50);
    });
}

TEST_CASE("what a caller did wrong, or left, holds nobody back") {
    World world;
    world.get("/strict", [](Request&) -> Result<Reply> { return invalid("bad", "No."); });
    Callers callers{world};
    callers.run([&] {
        for (int i = 0; i < 100; ++i) CHECK(callers.ask(get("/strict")).status == 400);
        CHECK(world.metrics.held_back == 0);
    });
}

}  // namespace cohort::http
