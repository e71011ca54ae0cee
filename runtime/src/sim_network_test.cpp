// SPDX-License-Identifier: Apache-2.0
#include "weft/sim_network.h"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include "weft/context.h"
#include "weft/explore.h"
#include "weft/net.h"
#include "weft/scope.h"
#include "weft/sim.h"

#include "tests/support/environment.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

constexpr const char* ward = "ward.example:80";

std::string read_all(net::Connection& from) {
    std::string text;
    std::byte buffer[7];
    for (;;) {
        const auto n = from.read_some(buffer);
        if (!n) return text + " [" + n.error().code + "]";
        if (*n == 0) return text;
        text.append(reinterpret_cast<const char*>(buffer), *n);
    }
}

// Takes one connection, and gives what comes back, until the end.
void echo_once(net::Listener& listener) {
    auto connection = listener.accept();
    if (!connection) return;
    std::byte buffer[16];
    for (;;) {
        const auto n = connection->read_some(buffer);
        if (!n || *n == 0 || !connection->write_all(std::span(buffer).first(*n))) break;
    }
    connection->shutdown_write();
}

template <class F>
void simulated(F body) {
    for (std::uint64_t seed = 1; seed <= test::seeds(30); ++seed) {
        INFO("seed: ", seed);
        CHECK(sim::run(seed, [&] { body(); }) == 0);
    }
}

}  // namespace

TEST_CASE("whatever befalls it, what was written is read, whole and in order") {
    simulated([] {
        const sim::SimNetwork network(
            {.delay_max = 50ms, .short_writes = true, .lose_one_in = 3, .buffer = 64});
        auto listener = net::listen(ward).value();
        scope([&](Scope& s) {
            s.go("ward", [&] { echo_once(listener); });
            auto connection = net::dial(ward).value();
            std::string sent;
            for (int i = 0; i < 100; ++i) sent += std::to_string(i) + ' ';
            s.go("writes", [&] {
                CHECK(connection.write_all(sent));
                connection.shutdown_write();
            });
            CHECK(read_all(connection) == sent);
            CHECK(connection.peer() == ward);
            CHECK(connection.peer_host() == "ward.example");
            CHECK(connection.fd() == -1);
        });
    });
}

TEST_CASE("the network's time is virtual: what is a second away takes a second, and no time") {
    simulated([] {
        const sim::SimNetwork network({.delay_min = 1s, .delay_max = 1s});
        auto listener = net::listen(ward).value();
        scope([&](Scope& s) {
            s.go("ward", [&] { echo_once(listener); });
            const TimePoint begin = Clock::now();
            auto connection = net::dial(ward).value();
            CHECK(Clock::now() - begin == 2s);
            CHECK(connection.write_all("ping"));
            std::byte buffer[4];
            CHECK(connection.read_some(buffer).value() == 4);
            CHECK(Clock::now() - begin == 4s);
            connection.shutdown_write();
        });
    });
}

TEST_CASE("nobody listens: refused; somebody listens already: address-in-use; closed: closed") {
    simulated([] {
        const sim::SimNetwork network;
        CHECK(net::dial(ward).error().code == "refused");
        auto listener = net::listen(ward).value();
        CHECK(net::listen(ward).error().code == "address-in-use");
        scope([&](Scope& s) {
            s.go("accepts", [&] { CHECK(listener.accept().error().code == "closed"); });
            sleep(1s);
            listener.close();
        });
        CHECK(net::dial(ward).error().code == "refused");
        auto again = net::listen(ward);
        CHECK(again.ok());
    });
}

TEST_CASE("an address with port 0 is given a port, and who dials any host of a port finds it") {
    simulated([] {
        const sim::SimNetwork network;
        auto one = net::listen("127.0.0.1:0").value();
        auto other = net::listen("127.0.0.1:0").value();
        CHECK(one.address() != other.address());
        CHECK(net::dial(one.address()).ok());
        auto everywhere = net::listen(":8080").value();
        CHECK(net::dial("lab.example:8080").ok());
    });
}

TEST_CASE("a reset reaches both sides, and what was on its way is lost") {
    simulated([] {
        sim::SimNetwork network({.delay_min = 1s, .delay_max = 1s});
        auto listener = net::listen(ward).value();
        scope([&](Scope& s) {
            s.go("ward", [&] {
                auto connection = listener.accept().value();
                CHECK(read_all(connection) == " [reset]");
            });
            auto connection = net::dial(ward).value();
            CHECK(connection.write_all("too late"));
            network.reset(ward);
            CHECK(read_all(connection) == " [reset]");
            CHECK(connection.write_all("gone").error().code == "reset");
        });
    });
}

TEST_CASE("abort() is a reset for the peer; close() lets it read what was sent") {
    simulated([] {
        const sim::SimNetwork network;
        auto listener = net::listen(ward).value();
        for (const bool aborts : {false, true})
            scope([&](Scope& s) {
                s.go("ward", [&] {
                    auto connection = listener.accept().value();
                    CHECK(read_all(connection) == (aborts ? " [reset]" : "last words"));
                    CHECK(connection.write_all("anybody there?").error().code == "reset");
                });
                auto connection = net::dial(ward).value();
                CHECK(connection.write_all("last words"));
                if (aborts)
                    connection.abort();
                else
                    connection.close();
                CHECK(connection.write_all("more").error().code == "closed");
            });
    });
}

TEST_CASE("across a cut nothing arrives and nobody gets through, until it is mended") {
    simulated([] {
        sim::SimNetwork network;
        auto listener = net::listen(ward).value();
        scope([&](Scope& s) {
            s.go("ward", [&] { echo_once(listener); });
            auto connection = net::dial(ward).value();
            network.cut(ward);
            CHECK(connection.write_all("ping"));
            connection.set_read_deadline(Clock::now() + 1h);
            CHECK(read_all(connection) == " [deadline]");
            CHECK(net::dial(ward).error().kind == ErrorKind::timeout);
            CHECK(!timeout(1s, [] { return net::dial(ward).ok(); }));
            network.mend(ward);
            connection.set_read_deadline(TimePoint::max());
            connection.shutdown_write();
            CHECK(read_all(connection) == "ping");
        });
    });
}

TEST_CASE("a writer waits while the buffer is full, and its deadline and a cancel end that") {
    simulated([] {
        const sim::SimNetwork network({.buffer = 8});
        auto listener = net::listen(ward).value();
        auto connection = net::dial(ward).value();
        CHECK(connection.write_all("12345678"));
        connection.set_write_deadline(Clock::now() + 1s);
        CHECK(connection.write_all("9").error().code == "deadline");
        connection.set_write_deadline(TimePoint::max());
        CHECK(!timeout(1s, [&] { return connection.write_all("9").ok(); }));
        auto peer = listener.accept().value();
        std::byte buffer[8];
        CHECK(peer.read_some(buffer).value() == 8);
        CHECK(connection.write_all("9"));
        CHECK(!peer.wait_closed());
        connection.close();
        CHECK(peer.read_some(buffer).value() == 1);
        CHECK(peer.wait_closed());
    });
}

TEST_CASE("an exploration finds the reset that a client does not expect, and shortens it to that") {
    const auto explored = sim::explore({.on_failure = [](const sim::Failure&) {}}, [] {
        const sim::SimNetwork network({.reset_one_in = 20});
        auto listener = net::listen(ward).value();
        scope([&](Scope& s) {
            s.go("ward", [&] { echo_once(listener); });
            auto connection = net::dial(ward).value();
            const bool sent = connection.write_all("one").ok() && connection.write_all("two").ok();
            connection.shutdown_write();
            if (!sent || read_all(connection) != "onetwo")
                throw std::runtime_error("the echo is not what was sent");
        });
    });
    REQUIRE(explored.failure);
    CHECK(explored.failure->what == "the test threw: the echo is not what was sent");
    CHECK(explored.failure->text.find("what the network does: 20 of 20") != std::string::npos);
}

}  // namespace weft
