// SPDX-License-Identifier: Apache-2.0
#include "weft/tls.h"

#include <memory>
#include <string>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"

#include "tests/support/certificate.h"
#include "tests/support/goroutines.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

// Both ends of a connection, with what each side's handshake came to.
struct Ends {
    Result<net::TlsStream> client;
    Result<net::TlsStream> server;
};

Ends shake_hands(const net::TlsContext& client, const net::TlsContext& server,
                 const std::string& host) {
    auto listener = net::listen("127.0.0.1:0").value();
    Ends ends{Error{}, Error{}};
    scope([&](Scope& s) {
        s.go([&] { ends.server = net::TlsStream::accept(server, listener.accept().value()); });
        auto below = net::dial(listener.address()).value();
        ends.client = net::TlsStream::connect(client, below, host);
        if (!ends.client) below.close();
    });
    return ends;
}

struct World {
    test::TempFolder folder;
    test::Identity ward{folder, "ward.test"};
    net::TlsContext server = net::TlsContext::server(ward.certificate, ward.key).value();
    net::TlsContext client = net::TlsContext::client(ward.certificate).value();
};

std::string read_to_end(net::TlsStream& stream) {
    std::string all;
    std::vector<std::byte> buffer(10'000);
    for (;;) {
        const auto got = stream.read_some(buffer);
        REQUIRE(got);
        if (*got == 0) return all;
        all.append(reinterpret_cast<const char*>(buffer.data()), *got);
    }
}

}  // namespace

TEST_CASE("TLS: what one side writes the other reads, both ways at once, to the said end") {
    test::for_each_worker_count([] {
        World world;
        auto ends = shake_hands(world.client, world.server, "ward.test");
        REQUIRE(ends.client);
        REQUIRE(ends.server);
        CHECK(ends.client->version() == "TLSv1.3");
        std::string there;
        std::string back;
        scope([&](Scope& s) {
            s.go([&] {
                CHECK(ends.client->write_all(std::string(500'000, 'q')));
                CHECK(ends.client->shutdown_write());
            });
            s.go([&] { there = read_to_end(*ends.server); });
            s.go([&] {
                CHECK(ends.server->write_all(std::string(300'000, 'a')));
                CHECK(ends.server->shutdown_write());
            });
            s.go([&] { back = read_to_end(*ends.client); });
        });
        CHECK(there == std::string(500'000, 'q'));
        CHECK(back == std::string(300'000, 'a'));
    });
}

TEST_CASE("TLS: a peer that is not who it should be, or whom nobody vouches for, is refused") {
    run([] {
        World world;
        const auto wrong_name = shake_hands(world.client, world.server, "other.test");
        REQUIRE_FALSE(wrong_name.client);
        CHECK(wrong_name.client.error().kind == ErrorKind::forbidden);
        CHECK(wrong_name.client.error().code == "certificate");
        CHECK_FALSE(wrong_name.server);
        const test::Identity stranger(world.folder, "stranger.test");
        const auto trusts_others = net::TlsContext::client(stranger.certificate).value();
        const auto unknown = shake_hands(trusts_others, world.server, "ward.test");
        REQUIRE_FALSE(unknown.client);
        CHECK(unknown.client.error().code == "certificate");
    });
}

TEST_CASE("TLS: a connection that is cut is told from one that was ended") {
    run([] {
        World world;
        auto ends = shake_hands(world.client, world.server, "ward.test");
        REQUIRE(ends.server);
        ends.client->close();
        std::byte buffer[16];
        const auto got = ends.server->read_some(buffer);
        REQUIRE_FALSE(got);
        CHECK(got.error().code == "reset");
    });
}

TEST_CASE("TLS: a peer that does not speak it is an error, on either side") {
    run([] {
        World world;
        auto listener = net::listen("127.0.0.1:0").value();
        scope([&](Scope& s) {
            s.go([&] {
                auto plain = listener.accept().value();
                CHECK(plain.write_all("HTTP/1.1 400 Bad Request\r\n\r\n"));
                CHECK_FALSE(plain.wait_closed());
            });
            const auto got = net::TlsStream::connect(
                world.client, net::dial(listener.address()).value(), "ward.test");
            REQUIRE_FALSE(got);
            CHECK(got.error().code == "tls");
        });
    });
}

TEST_CASE("TLS: close and a cancel end a read that waits") {
    test::for_each_worker_count([] {
        World world;
        auto ends = shake_hands(world.client, world.server, "ward.test");
        REQUIRE(ends.client);
        REQUIRE(ends.server);
        std::byte buffer[16];
        const auto late = timeout(5ms, [&] { (void)ends.client->read_some(buffer); });
        CHECK_FALSE(late);
        CHECK(ends.server->write_all("still here"));
        const auto got = ends.client->read_some(buffer);
        CHECK(*got == 10);
        scope([&](Scope& s) {
            s.go([&] {
                const auto ended = ends.client->read_some(buffer);
                CHECK(ended.error().code == "closed");
            });
            while (stats().waiting_for_io < 1) yield();
            ends.client->close();
        });
    });
}

TEST_CASE("TLS: files that are no certificate or no key are named before anything is dialled") {
    const test::TempFolder folder;
    const test::Identity one(folder, "one.test");
    const test::Identity two(folder, "two.test");
    CHECK(net::TlsContext::client(one.key).error().code == "certificate");
    CHECK(net::TlsContext::client("/nowhere").error().code == "certificate");
    CHECK(net::TlsContext::server("/nowhere", one.key).error().code == "certificate");
    CHECK(net::TlsContext::server(one.certificate, two.key).error().code == "key");
}

}  // namespace weft
