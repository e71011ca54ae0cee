// SPDX-License-Identifier: Apache-2.0
// The connection loop in the simulator.
#include "cohort/platform/http/connection.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "cohort/platform/http/test_connection.h"

namespace cohort::http {

using namespace std::chrono_literals;
using namespace test_connection;

TEST_CASE("a request that arrives byte by byte is answered like any other") {
    World world;
    world.run([&](MemoryStream::Peer& peer) {
        for (const char c :
             std::string{"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"}) {
            peer.send(std::string(1, c));
        }
        auto bytes = peer.receive().value();
        CHECK(take_reply(bytes)->body == "hello");
    });
}

TEST_CASE("an unacceptable request is answered with its problem and the connection ends") {
    struct Row {
        std::string bytes;
        int status;
        const char* code;
    };
    const std::string host = " HTTP/1.1\r\nHost: x\r\n";
    const std::vector<Row> rows{
        {"GET /ping HTTP/1.1\nHost: x\n\n", 400, "bad-line-ending"},
        {"POST /echo" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400, "bad-transfer-encoding"},
        {"POST /echo" + host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400,
         "bad-content-length"},
        {"GET /ping" + host + "A: b\r\n c\r\n\r\n", 400, "folded-header"},
        {"POST /echo" + host + "Content-Length: 1001\r\n\r\n", 413, "body-too-large"},
        {"POST /echo" + host + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", 413, "body-too-large"},
        {"POST /echo" + host + "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400, "bad-chunk"},
        {"GET /ping HTTP/3.0\r\n\r\n", 505, "http-version-unsupported"},
        {"POST /echo" + host + "Expect: 200-ok\r\n\r\n", 417, "unknown-expectation"},
        {"POST /echo" + host + "Transfer-Encoding: br\r\n\r\n", 501, "unknown-transfer-encoding"},
        {"GET /" + std::string(9000, 'a') + host + "\r\n", 414, "path-too-long"},
        {"GET /ping" + host + "A: " + std::string(20'000, 'a') + "\r\n\r\n", 431,
         "headers-too-large"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.bytes.substr(0, 100));
        World world;
        const auto replies = world.exchange(row.bytes + get_ping);
        REQUIRE(replies.size() == 1);  // what follows is never taken for a request
        CHECK(replies[0].status == row.status);
        CHECK(code_of(replies[0]) == row.code);
        CHECK(replies[0].head.find("Connection: close\r\n") != std::string::npos);
        CHECK(replies[0].head.find("Content-Type: application/problem+json\r\n") !=
              std::string::npos);
    }
}

TEST_CASE("a problem carries the request's id, the same as the header and the log line") {
    World world;
    const auto replies = world.exchange("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].status == 404);
    const std::string id{json::parse(replies[0].body)->as_object().at("instance").as_string()};
    CHECK(replies[0].head.find("X-Request-Id: " + id + "\r\n") != std::string::npos);
    REQUIRE(world.lines.size() == 1);
    CHECK(json::parse(world.lines[0])->as_object().at("request") == json::string{id});
    CHECK(world.lines[0].find("nowhere") == std::string::npos);  // a path may hold anything
}

TEST_CASE("wrong methods, unknown methods and OPTIONS are answered without ending the connection") {
    World world;
    const auto replies = world.exchange(
        "DELETE /ping HTTP/1.1\r\nHost: x\r\n\r\nBREW /ping HTTP/1.1\r\nHost: x\r\n\r\n"
        "OPTIONS /ping HTTP/1.1\r\nHost: x\r\n\r\nGET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n" +
        get_ping);
    REQUIRE(replies.size() == 5);
    CHECK(replies[0].status == 405);
    CHECK(replies[0].head.find("Allow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
    CHECK(replies[1].status == 501);
    CHECK(replies[2].status == 204);
    CHECK(replies[3].status == 400);
    CHECK(code_of(replies[3]) == "bad-path");
    CHECK(replies[4].status == 200);
}

TEST_CASE("HEAD gives GET's headers and no body") {
    World world;
    world.run([&](MemoryStream::Peer& peer) {
        peer.send("HEAD /ping HTTP/1.1\r\nHost: x\r\n\r\n");
        auto bytes = peer.receive().value();
        const auto reply = take_reply(bytes, true);
        CHECK(reply->status == 200);
        CHECK(reply->head.find("Content-Length: 4\r\n") != std::string::npos);
        CHECK(bytes.empty());
    });
}

TEST_CASE("a body over the limit is refused before any of it is sent") {
    World world;
    world.run([&](MemoryStream::Peer& peer) {
        peer.send(
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\nExpect: "
            "100-continue\r\n\r\n");
        auto bytes = peer.receive().value();
        CHECK(take_reply(bytes)->status == 413);
        CHECK_FALSE(peer.receive());
    });
}

TEST_CASE("who expects 100-continue is told to go on only when the body is wanted") {
    World world;
    world.run([&](MemoryStream::Peer& peer) {
        peer.send(
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        CHECK(peer.receive() == "HTTP/1.1 100 Continue\r\n\r\n");
        peer.send("abc");
        auto bytes = peer.receive().value();
        CHECK(take_reply(bytes)->body == "abc");
    });
}

TEST_CASE("a stranger's body is not waited for") {
    World world;
    world.router.add(Method::post, "/private", Access::signed_in(),
                     [](Request&) -> Result<Reply> { return Reply::text(200, "secret"); },
                     {.body_bytes_max = 1 << 30});
    world.run([&](MemoryStream::Peer& peer) {
        peer.send("POST /private HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n");
        auto bytes = peer.receive().value();
        const auto reply = take_reply(bytes);
        CHECK(reply->status == 401);
        CHECK(code_of(*reply) == "no-session");
    });
}

TEST_CASE("a right that the body decides is checked after reading it") {
    World world;
    std::string seen;
    world.router.add(Method::post, "/scoped",
                     Access::needs_in_body(Permission::subject_create,
                                           [&](Request& request) -> Result<Scope> {
                                               seen = request.body;
                                               return Scope{};
                                           }),
                     [](Request& request) -> Result<Reply> {
                         return Reply::text(200, request.principal().login);
                     },
                     {});
    const auto replies = world.exchange(
        "POST /scoped HTTP/1.1\r\nHost: x\r\nCookie: session=1\r\nContent-Length: 4\r\n\r\nsite");
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].body == "nurse");
    CHECK(seen == "site");
}

TEST_CASE("a handler that throws costs one request a 500 and the process nothing") {
    World world;
    world.get("/throw", [](Request&) -> Result<Reply> {
        throw std::runtime_error("patient 0815 is unwell");
    });
    world.get("/throw-int", [](Request&) -> Result<Reply> { throw 42; });
    const auto replies = world.exchange(
        "GET /throw HTTP/1.1\r\nHost: x\r\n\r\nGET /throw-int "
        "HTTP/1.1\r\nHost: x\r\n\r\n" +
        get_ping);
    REQUIRE(replies.size() == 3);
    CHECK(replies[0].status == 500);
    CHECK(code_of(replies[0]) == "internal");
    CHECK(replies[1].status == 500);
    CHECK(replies[2].status == 200);
    for (const std::string& line : world.lines) CHECK(line.find("0815") == std::string::npos);
    for (const auto& reply : replies) CHECK(reply.body.find("0815") == std::string::npos);
    CHECK(world.lines[0].find("std::runtime_error") != std::string::npos);
}

TEST_CASE("a handler over its deadline is cancelled and the caller told 504") {
    World world;
    bool unwound = false;
    world.get("/slow",
              [&](Request&) -> Result<Reply> {
                  struct Notice {
                      bool& flag;
                      ~Notice() { flag = true; }
                  } notice{unwound};
                  weft::sleep(1h);
                  return Reply::empty();
              },
              {.deadline = 50ms});
    const auto replies = world.exchange("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + get_ping);
    REQUIRE(replies.size() == 2);
    CHECK(replies[0].status == 504);
    CHECK(code_of(replies[0]) == "deadline");
    CHECK(unwound);
    CHECK(replies[1].status == 200);
}

TEST_CASE("when the caller hangs up its handler is cancelled within 50 ms and logged as 499") {
    World world;
    weft::Duration took{};
    world.get("/slow", [&](Request&) -> Result<Reply> {
        struct Clocked {
            weft::Duration& took;
            weft::TimePoint began = weft::Clock::now();
            ~Clocked() { took = weft::Clock::now() - began; }
        } clocked{took};
        weft::sleep(10s);
        return Reply::empty();
    });
    world.run([&](MemoryStream::Peer& peer) {
        peer.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
        weft::sleep(1s);
        peer.hang_up();
    });
    CHECK(took >= 1s);
    CHECK(took <= 1050ms);
    REQUIRE(world.lines.size() == 2);  // the second says that it was slow too
    CHECK(world.lines[1].find("\"http.slow\"") != std::string::npos);
    CHECK(json::parse(world.lines[0])->as_object().at("status") == 499);
}

TEST_CASE("a head that does not end within its time is answered 408") {
    World world;
    world.run([&](MemoryStream::Peer& peer) {
        peer.send("GET /ping HT");
        const auto began = weft::Clock::now();
        auto bytes = peer.receive().value();
        CHECK(weft::Clock::now() - began == 10s);
        CHECK(take_reply(bytes)->status == 408);
        CHECK_FALSE(peer.receive());
    });
}

TEST_CASE("dripping one byte a second does not stretch the time for a head") {
    World world;
    world.run([&](MemoryStream::Peer& peer) {
        const auto began = weft::Clock::now();
        for (int i = 0; i < 9; ++i) {
            peer.send(i == 0 ? "GET /" : "a");
            weft::sleep(1s);
        }
        auto bytes = peer.receive().value();
        CHECK(weft::Clock::now() - began == 10s);
        CHECK(take_reply(bytes)->status == 408);
    });
}

TEST_CASE("a body slower than the minimum rate is given up with 408") {
    World world;
    world.router.add(Method::post, "/large", Access::open("test"),
                     [](Request& r) -> Result<Reply> { return Reply::text(200, r.body); },
                     {.body_bytes_max = 1 << 20});
    world.run([&](MemoryStream::Peer& peer) {
        const auto began = weft::Clock::now();
        peer.send("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
        std::string bytes;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                for (int i = 0; i < 60; ++i) {  // 100 bytes a second, where 1024 are asked for
                    weft::sleep(1s);
                    if (!peer.send(std::string(100, 'a'))) break;
                }
            });
            bytes = peer.receive().value();
            s.cancel();
        });
        CHECK(weft::Clock::now() - began < 13s);
        auto reply = take_reply(bytes);
        CHECK(reply->status == 408);
        CHECK(code_of(*reply) == "request-timeout");
    });
}

TEST_CASE("a connection without a request is closed quietly after the idle time") {
    World world;
    world.run([&](MemoryStream::Peer& peer) {
        const auto began = weft::Clock::now();
        CHECK_FALSE(peer.receive());
        CHECK(weft::Clock::now() - began == 60s);
    });
    CHECK(world.lines.empty());
}

TEST_CASE("over the bound of running requests the caller is told to come back, before the body") {
    World world;
    world.bounds.requests_max = 0;
    const auto replies = world.exchange(get_ping);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].status == 503);
    CHECK(code_of(replies[0]) == "overloaded");
    CHECK(replies[0].head.find("Retry-After: 1\r\n") != std::string::npos);
    CHECK(world.metrics.refused[static_cast<std::size_t>(Refusal::running)] == 1);
}

TEST_CASE("a header with a line break in it ends in a 500, never in a second header") {
    World world;
    world.get("/redirect",
              [](Request& request) -> Result<Reply> {
                  return std::move(Reply::empty(302).set(
                      "Location", std::string{*request.query("to")} + "\r\nX: y"));
              },
              {.query = {{.name = "to", .what = "Where to go"}}});
    const auto replies = world.exchange("GET /redirect?to=a HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].status == 500);
    CHECK(replies[0].head.find("X: y") == std::string::npos);
}

TEST_CASE("an unread body that is small leaves the connection usable, a large one ends it") {
    World world;
    const auto small =
        world.exchange("POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + get_ping);
    REQUIRE(small.size() == 2);
    CHECK(small[0].status == 405);
    CHECK(small[1].status == 200);
    const auto large =
        World{}.exchange("POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" +
                         std::string(99'999, 'a') + get_ping);
    REQUIRE(large.size() == 1);
    CHECK(large[0].status == 405);
}

TEST_CASE("a repeated key is answered 409 while its first request runs") {
    World world;
    world.router.add(Method::post, "/create", Access::open("test"),
                     [](Request&) -> Result<Reply> {
                         weft::sleep(1s);
                         return Reply::text(201, "made");
                     },
                     {});
    const auto post = [](const std::string& body) {
        return "POST /create HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body;
    };
    std::vector<int> statuses;
    const int code = weft::sim::run(3, [&] {
        Dispatcher dispatcher{
            world.router, authorise, world.metrics, world.log, {.requests_max = 100}};
        weft::scope([&](weft::Scope& s) {
            for (const std::string& bytes : {post("a"), post("a"), post("b")}) {
                s.go([&, bytes] {
                    auto [stream, peer] = MemoryStream::make();
                    peer.send(bytes);
                    peer.finish_sending();
                    Connection{*stream, "x", dispatcher, world.limits, world.phase}.serve();
                    stream->finish_writing();
                    auto answer = take_all(peer.receive_all());
                    REQUIRE(answer.size() == 1);
                    statuses.push_back(answer[0].status);
                });
            }
        });
    });
    CHECK(code == 0);
    std::sort(statuses.begin(), statuses.end());
    CHECK(statuses.size() == 3);
    CHECK(std::count(statuses.begin(), statuses.end(), 201) == 1);
    CHECK(std::count_if(statuses.begin(), statuses.end(),
                        [](int s) { return s == 409 || s == 422; }) == 2);
}

TEST_CASE("stopping ends a connection that waits and lets a running request finish") {
    World world;
    weft::Duration took{};
    world.get("/slow", [](Request&) -> Result<Reply> {
        weft::sleep(2s);
        return Reply::text(200, "done");
    });
    const int code = weft::sim::run(5, [&] {
        Dispatcher dispatcher{
            world.router, authorise, world.metrics, world.log, {.requests_max = 100}};
        auto idle = MemoryStream::make();
        auto busy = MemoryStream::make();
        Connection waiting{*idle.first, "x", dispatcher, world.limits, world.phase};
        Connection working{*busy.first, "x", dispatcher, world.limits, world.phase};
        const auto began = weft::Clock::now();
        weft::scope([&](weft::Scope& s) {
            s.go([&] { waiting.serve(); });
            s.go([&] {
                working.serve();
                took = weft::Clock::now() - began;
            });
            busy.second.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
            busy.second.finish_sending();
            weft::sleep(1s);
            world.phase = Phase::stopping;
            waiting.stop_if_idle();
            working.stop_if_idle();
            auto bytes = busy.second.receive().value();
            const auto reply = take_reply(bytes);
            CHECK(reply->body == "done");
            CHECK(reply->head.find("Connection: close\r\n") != std::string::npos);
        });
    });
    CHECK(code == 0);
    CHECK(took == 2s);
}

}  // namespace cohort::http
