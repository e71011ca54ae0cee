// SPDX-License-Identifier: Apache-2.0
// Streams of events in the simulator, where hours take no time.
#include "cohort/platform/http/event_stream.h"

#include <string>

#include "cohort/platform/http/test_connection.h"

namespace cohort::http {

using namespace std::chrono_literals;
using namespace test_connection;

namespace {

// Counts on from the Last-Event-ID, one a second.
Result<Reply> count_up(Request& request) {
    const std::string from{request.header("last-event-id").value_or("0")};
    return Reply::stream([n = std::stoi(from)](EventSink& sink) mutable -> Result<void> {
        for (;;) {
            TRY(sink.send({.id = std::to_string(++n), .data = "n"}));
            TRY(sink.pause(1s));
        }
    });
}

// Says nothing by itself.
Result<Reply> stay_silent(Request&) {
    return Reply::stream([](EventSink& sink) -> Result<void> {
        for (;;) TRY(sink.pause(1s));
    });
}

const std::string listen = "GET /events HTTP/1.1\r\nHost: x\r\n";

std::string code_of_end(const World& world) {
    return std::string{json::parse(world.lines.back())->as_object().at("code").as_string()};
}

}  // namespace

TEST_CASE("an event is written so that no text of it becomes a field of its own") {
    CHECK(to_text({.id = "7", .name = "changed", .data = "{}"}) ==
          "id: 7\nevent: changed\ndata: {}\n\n");
    CHECK(to_text({.data = "a\nid: 9\r\nb\rc"}) == "data: a\ndata: id: 9\ndata: b\ndata: c\n\n");
    CHECK(to_text({.id = "7\nretry: 0", .data = ""}) == "id: 7\ndata: \n\n");
}

TEST_CASE("a caller who comes back with Last-Event-ID hears what follows, and nothing twice") {
    World world;
    world.get("/events", count_up);
    world.run([&](MemoryStream::Peer& peer) {
        peer.send(listen + "Last-Event-ID: 41\r\n\r\n");
        const auto head = peer.receive().value();
        CHECK(head.find("Content-Type: text/event-stream\r\n") != head.npos);
        CHECK(head.find("Cache-Control: no-store\r\n") != head.npos);
        CHECK(head.find("Connection: close\r\n") != head.npos);
        CHECK(head.find("Content-Length") == head.npos);
        CHECK(peer.receive() == "id: 42\ndata: n\n\n");
        CHECK(peer.receive() == "id: 43\ndata: n\n\n");
    });
    CHECK(world.metrics.event_streams == 0);
}

TEST_CASE("a caller who reads too slowly is ended, and one beside it hears everything") {
    World world;
    world.get("/events", count_up);
    const int code = weft::sim::run(5, [&] {
        Dispatcher dispatcher{
            world.router, authorise, world.metrics, world.log, {.requests_max = 100}};
        auto slow = MemoryStream::make(3);
        auto quick = MemoryStream::make();
        const auto began = weft::Clock::now();
        weft::scope([&](weft::Scope& s) {
            auto slow_end = s.go([&] {
                Connection{*slow.first, "x", dispatcher, world.limits, world.phase}.serve();
                return weft::Clock::now() - began;
            });
            s.go([&] {
                Connection{*quick.first, "y", dispatcher, world.limits, world.phase}.serve();
            });
            slow.second.send(listen + "\r\n");
            quick.second.send(listen + "\r\n");
            // The head and two events fit; the third waits for its ten seconds.
            CHECK(slow_end.join() == 12s);
            CHECK(world.metrics.event_streams == 1);
            (void)quick.second.receive();
            for (int i = 1; i <= 12; ++i)
                CHECK(quick.second.receive() == "id: " + std::to_string(i) + "\ndata: n\n\n");
            world.phase = Phase::stopping;
        });
    });
    CHECK(code == 0);
}

TEST_CASE("who loses the right to listen is ended within five seconds") {
    World world;
    bool may = true;
    int asked = 0;
    const int code = weft::sim::run(5, [&] {
        world.router.add(Method::get, "/events", Access::signed_in(), stay_silent, {});
        const auto ask = [&](Request& request, const Access&) -> Result<void> {
            CHECK(request.is_repeated == (asked++ > 0));
            if (may) return {};
            return unauthenticated("no-session", "The session has ended.");
        };
        Dispatcher dispatcher{world.router, ask, world.metrics, world.log, {.requests_max = 100}};
        auto [stream, peer] = MemoryStream::make();
        weft::Duration took{};
        weft::scope([&, &stream = stream, &peer = peer](weft::Scope& s) {
            s.go([&] { Connection{*stream, "x", dispatcher, world.limits, world.phase}.serve(); });
            peer.send(listen + "\r\n");
            weft::sleep(61s);
            CHECK(world.metrics.event_streams == 1);
            may = false;
            const auto at = weft::Clock::now();
            (void)peer.receive_all();
            took = weft::Clock::now() - at;
        });
        CHECK(took > 0s);
        CHECK(took <= 5s);
    });
    CHECK(code == 0);
    CHECK(code_of_end(world) == "no-session");
}

TEST_CASE("a silent stream sends a comment every fifteen seconds, and ends when the server stops") {
    World world;
    world.get("/events", stay_silent);
    world.run([&](MemoryStream::Peer& peer) {
        peer.send(listen + "\r\n");
        (void)peer.receive();
        const auto began = weft::Clock::now();
        CHECK(peer.receive() == ":\n\n");
        CHECK(weft::Clock::now() - began == 15s);
        world.phase = Phase::stopping;
        CHECK_FALSE(peer.receive());
        CHECK(weft::Clock::now() - began == 16s);
    });
    CHECK(code_of_end(world) == "stopping");
}

TEST_CASE("the feed of a caller who hangs up is cancelled within 50 ms") {
    World world;
    weft::Duration took{};
    world.get("/events", [&](Request&) -> Result<Reply> {
        return Reply::stream([&](EventSink&) -> Result<void> {
            struct Clocked {
                weft::Duration& took;
                weft::TimePoint began = weft::Clock::now();
                ~Clocked() { took = weft::Clock::now() - began; }
            } clocked{took};
            weft::sleep(1h);
            return {};
        });
    });
    world.run([&](MemoryStream::Peer& peer) {
        peer.send(listen + "\r\n");
        (void)peer.receive();
        weft::sleep(1s);
        peer.hang_up();
    });
    CHECK(took >= 1s);
    CHECK(took <= 1050ms);
}

}  // namespace cohort::http
