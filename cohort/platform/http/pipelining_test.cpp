// SPDX-License-Identifier: Apache-2.0
// What a connection does with what comes before it is asked for, or when others want its place.
#include <string>

#include "weft/channel.h"

#include "cohort/platform/http/test_connection.h"

namespace cohort::http {

using namespace std::chrono_literals;
using namespace test_connection;

TEST_CASE("requests sent ahead are answered in their order on one connection") {
    World world;
    world.get("/slow", [](Request&) -> Result<Reply> {
        weft::sleep(1s);
        return Reply::text(200, "slow");
    });
    const auto replies =
        world.exchange("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + get_ping +
                       "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    REQUIRE(replies.size() == 3);
    CHECK(replies[0].body == "slow");
    CHECK(replies[1].body == "pong");
    CHECK(replies[2].body == "abc");
}

TEST_CASE("a caller whose request has come, though nobody has read it, makes room for nobody") {
    // Input that nobody reads: as it is between the kernel's word and the goroutine's turn.
    class Unread final : public Stream {
      public:
        Result<std::size_t> read_some(std::span<char>, weft::TimePoint) override {
            (void)stop_.second.recv();
            return std::size_t{0};
        }
        Result<void> write_all(std::string_view, weft::TimePoint) override { return {}; }
        bool peer_gone() noexcept override { return false; }
        bool has_input() noexcept override { return has_some; }
        void stop_reading() noexcept override { (void)stop_.first.try_send('s'); }
        void finish_writing() noexcept override {}

        bool has_some = true;

      private:
        std::pair<weft::Sender<char>, weft::Receiver<char>> stop_ = weft::channel<char>(1, "stop");
    };
    World world;
    const int code = weft::sim::run(5, [&] {
        Dispatcher dispatcher{
            world.router, authorise, world.metrics, world.log, {.requests_max = 100}};
        Unread stream;
        Connection connection{stream, "x", dispatcher, world.limits, world.phase};
        weft::scope([&](weft::Scope& s) {
            s.go([&] { connection.serve(); });
            weft::sleep(1s);
            CHECK_FALSE(connection.give_way(true));
            CHECK_FALSE(connection.give_way(false));
            stream.has_some = false;
            CHECK(connection.give_way(true));
            CHECK_FALSE(connection.give_way(true));  // it goes already
        });
    });
    CHECK(code == 0);
}

TEST_CASE("what follows a request that asks to close is never taken for a request") {
    World world;
    const auto replies =
        world.exchange("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get_ping);
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].head.find("Connection: close\r\n") != std::string::npos);
    const auto old = World{}.exchange("GET /ping HTTP/1.0\r\n\r\n" + get_ping);
    CHECK(old.size() == 1);
}

TEST_CASE("who sends requests ahead and reads no answer is not read on, and given up in time") {
    World world;
    int answered = 0;
    world.get("/large", [&](Request&) -> Result<Reply> {
        ++answered;
        return Reply::text(200, std::string(100'000, 'a'));
    });
    const int code = weft::sim::run(5, [&] {
        Dispatcher dispatcher{
            world.router, authorise, world.metrics, world.log, {.requests_max = 100}};
        auto [stream, peer] = MemoryStream::make(1);  // takes one piece that nobody reads
        const auto began = weft::Clock::now();
        weft::scope([&, &stream = stream, &peer = peer](weft::Scope& s) {
            s.go([&] {
                Connection{*stream, "x", dispatcher, world.limits, world.phase}.serve();
                stream->finish_writing();
                stream->stop_reading();
            });
            std::string ahead;
            for (int i = 0; i < 100; ++i) ahead += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
            CHECK(peer.send(ahead));
        });
        // The grace and the time for 100,000 bytes at 1024 a second.
        CHECK(weft::Clock::now() - began >= 10s);
        CHECK(weft::Clock::now() - began < 110s);
    });
    CHECK(code == 0);
    CHECK(answered == 1);
}

TEST_CASE("a caller who leaves in the middle of its body is logged as 499 and nothing is done") {
    World world;
    bool called = false;
    world.router.add(Method::post, "/save", Access::open("test"),
                     [&](Request&) -> Result<Reply> {
                         called = true;
                         return Reply::empty();
                     },
                     {});
    const auto replies =
        world.exchange("POST /save HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    CHECK(replies.empty());
    CHECK_FALSE(called);
    REQUIRE(world.lines.size() == 1);
    CHECK(json::parse(world.lines[0])->as_object().at("status") == 499);
}

}  // namespace cohort::http
