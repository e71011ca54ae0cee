// SPDX-License-Identifier: Apache-2.0
#include "weft/net.h"

#include <string>
#include <unistd.h>
#include <vector>

#include "weft/detail/spawn.h"
#include "weft/run.h"

#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

std::string read_until_end(net::Connection& c) {
    std::string all;
    std::vector<std::byte> buffer(4096);
    for (;;) {
        auto n = c.read_some(buffer);
        REQUIRE(n.ok());
        if (*n == 0) return all;
        all.append(reinterpret_cast<const char*>(buffer.data()), *n);
    }
}

}  // namespace

TEST_CASE("what one side writes the other reads, to the end") {
    run([] {
        auto listener = net::listen("127.0.0.1:0").value();
        detail::spawn({.name = "client"}, [address = listener.address()] {
            auto c = net::dial(address).value();
            CHECK(c.write_all(std::string(300'000, 'x')).ok());
            c.shutdown_write();
            CHECK(read_until_end(c) == "got 300000");
        });
        auto server = listener.accept().value();
        const std::string all = read_until_end(server);
        CHECK(server.write_all("got " + std::to_string(all.size())).ok());
    });
}

TEST_CASE("a read past its deadline fails with timeout and the connection still works") {
    run([] {
        auto listener = net::listen("127.0.0.1:0").value();
        auto client = net::dial(listener.address()).value();
        auto server = listener.accept().value();
        std::byte one[1];
        server.set_read_deadline(Clock::now() + 1ms);
        auto late = server.read_some(one);
        REQUIRE(!late.ok());
        CHECK(late.error().kind == ErrorKind::timeout);
        server.set_read_deadline(TimePoint::max());
        CHECK(client.write_all("a").ok());
        CHECK(server.read_some(one).value() == 1);
    });
}

TEST_CASE("closing a connection wakes its reader with closed") {
    Options options;
    options.workers = 2;
    run(options, [] {
        auto listener = net::listen("127.0.0.1:0").value();
        auto client = net::dial(listener.address()).value();
        auto server = listener.accept().value();
        detail::spawn({}, [server]() mutable { server.close(); });
        std::byte one[1];
        auto got = server.read_some(one);
        REQUIRE(!got.ok());
        CHECK(got.error().code == "closed");
    });
}

TEST_CASE("closing a listener wakes accept") {
    run([] {
        auto listener = net::listen("127.0.0.1:0").value();
        detail::spawn({}, [listener]() mutable { listener.close(); });
        auto got = listener.accept();
        REQUIRE(!got.ok());
        CHECK(got.error().code == "closed");
    });
}

TEST_CASE("a socket that listens already is taken over, and who came meanwhile is taken in") {
    run([] {
        auto before = net::listen("127.0.0.1:0").value();
        const int left = ::dup(before.fd());
        const std::string address = before.address();
        before.close();
        auto caller = net::dial(address).value();
        auto after = net::listen_on(left).value();
        CHECK(after.address() == address);
        CHECK(after.accept().ok());
        const auto none = net::listen_on(caller.fd());
        REQUIRE(!none.ok());
        CHECK(none.error().code == "descriptor");
    });
}

TEST_CASE("dialling a port that nobody listens on is refused") {
    run([] {
        auto listener = net::listen("127.0.0.1:0").value();
        const std::string address = listener.address();
        listener.close();
        auto got = net::dial(address);
        REQUIRE(!got.ok());
        CHECK(got.error().code == "refused");
    });
}

TEST_CASE("a bad address is named before anything is tried") {
    run([] {
        for (const char* bad : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:8a"}) {
            auto got = net::listen(bad);
            REQUIRE(!got.ok());
            CHECK(got.error().code == "address");
        }
    });
}

TEST_CASE("five hundred connections echo at once") {
    run([] {
        auto listener = net::listen("127.0.0.1:0").value();
        constexpr int n = 500;
        detail::spawn({.name = "accept"}, [listener]() mutable {
            for (;;) {
                auto c = listener.accept();
                if (!c) return;
                detail::spawn({.name = "echo"}, [c = std::move(*c)]() mutable {
                    std::byte buffer[64];
                    for (;;) {
                        auto got = c.read_some(buffer);
                        if (!got || *got == 0) return;
                        if (!c.write_all({buffer, *got})) return;
                    }
                });
            }
        });
        std::vector<net::Connection> clients;
        for (int i = 0; i < n; ++i) clients.push_back(net::dial(listener.address()).value());
        int right = 0;
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < n; ++i) CHECK(clients[i].write_all(std::to_string(i + 1000)).ok());
            for (int i = 0; i < n; ++i) {
                std::byte buffer[64];
                const auto got = clients[i].read_some(buffer).value();
                const std::string text(reinterpret_cast<const char*>(buffer), got);
                right += text == std::to_string(i + 1000);
            }
        }
        CHECK(right == 3 * n);
        for (auto& client : clients) client.close();
        listener.close();
    });
}

}  // namespace weft
