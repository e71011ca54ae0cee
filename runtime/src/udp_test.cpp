// SPDX-License-Identifier: Apache-2.0
#include "weft/udp.h"

#include <algorithm>
#include <string>
#include <vector>

#include "weft/context.h"
#include "weft/resolve.h"
#include "weft/scope.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::string text(const std::byte* from, std::size_t size) {
    return {reinterpret_cast<const char*>(from), size};
}

}  // namespace

TEST_CASE("a datagram arrives whole, with its sender's address, and can be answered") {
    test::for_each_worker_count([] {
        auto server = net::bind_udp("127.0.0.1:0").value();
        auto client = net::dial_udp(server.local()).value();
        scope([&](Scope& s) {
            s.go([&] {
                std::byte buffer[64];
                const auto got = server.receive(buffer).value();
                CHECK(text(buffer, got.size) == "question");
                CHECK(got.from == client.local());
                CHECK(server.send_to(got.from, bytes("answer")));
            });
            CHECK(client.send(bytes("question")));
            std::byte buffer[64];
            const auto got = client.receive(buffer).value();
            CHECK(text(buffer, got.size) == "answer");
            CHECK_FALSE(got.truncated);
        });
    });
}

TEST_CASE("a datagram longer than the room is cut and said so; an empty one is received") {
    run([] {
        auto server = net::bind_udp("127.0.0.1:0").value();
        auto client = net::bind_udp("127.0.0.1:0").value();
        CHECK(client.send_to(server.local(), bytes("0123456789")));
        std::byte buffer[4];
        const auto cut = server.receive(buffer).value();
        CHECK(cut.size == 4);
        CHECK(cut.truncated);
        CHECK(client.send_to(server.local(), {}));
        const auto empty = server.receive(buffer).value();
        CHECK(empty.size == 0);
        CHECK_FALSE(empty.truncated);
        const std::vector<std::byte> huge(70'000);
        const auto refused = client.send_to(server.local(), huge);
        CHECK(refused.error().code == "too-large");
    });
}

TEST_CASE("close and a deadline end a receive that waits") {
    test::for_each_worker_count([] {
        auto socket = net::bind_udp("127.0.0.1:0").value();
        std::byte buffer[16];
        socket.set_read_deadline(Clock::now() + 1ms);
        const auto late = socket.receive(buffer);
        CHECK(late.error().code == "deadline");
        socket.set_read_deadline(TimePoint::max());
        scope([&](Scope& s) {
            s.go([&] {
                std::byte inside[16];
                const auto got = socket.receive(inside);
                CHECK(got.error().code == "closed");
            });
            while (stats().waiting_for_io < 1) yield();
            socket.close();
        });
    });
}

TEST_CASE("a bad datagram address is named before anything is tried") {
    run([] {
        auto socket = net::bind_udp("127.0.0.1:0").value();
        for (const char* bad : {"", "127.0.0.1", "localhost:9", "127.0.0.1:99999"}) {
            const auto got = socket.send_to(bad, {});
            CHECK(got.error().code == "address");
        }
    });
}

TEST_CASE("a name is resolved off the workers, numbers are their own answer") {
    test::for_each_worker_count([] {
        const auto local = net::resolve("localhost");
        REQUIRE(local);
        CHECK(std::any_of(local->begin(), local->end(),
                          [](const auto& a) { return a == "127.0.0.1" || a == "::1"; }));
        CHECK(*net::resolve("192.0.2.7") == std::vector<std::string>{"192.0.2.7"});
        CHECK(*net::resolve("::1") == std::vector<std::string>{"::1"});
    });
}

TEST_CASE("a host that does not exist is an error, and a cancelled resolve returns") {
    run([] {
        // .invalid is reserved: with no name server at all the answer is "resolver".
        const auto nobody = net::resolve("no-such-host.invalid");
        REQUIRE_FALSE(nobody);
        CHECK((nobody.error().code == "host" || nobody.error().code == "resolver"));
        const auto ended = cancellable([](CancelHandle& handle) {
            handle.cancel();
            (void)net::resolve("localhost");
        });
        CHECK(ended.error().code == "cancelled");
    });
}

}  // namespace weft
