// SPDX-License-Identifier: Apache-2.0
// What close() does to those who wait, and what a descriptor's number that is given out again does
// not do to them.
#include <atomic>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "weft/context.h"
#include "weft/event.h"
#include "weft/net.h"
#include "weft/scope.h"
#include "weft/udp.h"

#include "tests/support/goroutines.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

struct Pair {
    net::Connection client;
    net::Connection server;
};

Pair connect(net::Listener& listener) {
    Pair pair;
    scope([&](Scope& s) {
        s.go([&] { pair.server = listener.accept().value(); });
        pair.client = net::dial(listener.address()).value();
    });
    return pair;
}

std::size_t open_descriptors() {
    std::size_t n = 0;
    for (int fd = 0; fd < 1024; ++fd) n += ::fcntl(fd, F_GETFD) >= 0;
    return n;
}

}  // namespace

TEST_CASE("close wakes a blocked reader, a blocked writer and a blocked accept, each with closed") {
    test::for_each_worker_count([] {
        auto listener = net::listen("127.0.0.1:0").value();
        auto pair = connect(listener);
        std::atomic<int> closed{0};
        scope([&](Scope& s) {
            s.go([&] {
                std::byte buffer[16];
                const auto got = pair.client.read_some(buffer);
                if (!got && got.error().code == "closed") ++closed;
            });
            s.go([&] {
                const std::vector<std::byte> much(64 << 20);
                const auto sent = pair.client.write_all(much);
                if (!sent && sent.error().code == "closed") ++closed;
            });
            s.go([&] {
                const auto got = listener.accept();
                if (!got && got.error().code == "closed") ++closed;
            });
            while (stats().waiting_for_io < 3) yield();
            pair.client.close();
            listener.close();
        });
        CHECK(closed == 3);
        std::byte buffer[16];
        const auto again = pair.client.read_some(buffer);
        CHECK(again.error().code == "closed");
        pair.client.close();
    });
}

TEST_CASE(
    "a call that was waiting when its socket was closed never touches the number's next owner") {
    test::for_each_worker_count([] {
        auto listener = net::listen("127.0.0.1:0").value();
        for (int round = 0; round < 20; ++round) {
            auto old = connect(listener);
            const int number = old.client.fd();
            std::atomic<bool> stolen{false};
            scope([&](Scope& s) {
                s.go([&] {
                    std::byte buffer[16];
                    if (old.client.read_some(buffer)) stolen = true;
                });
                while (stats().waiting_for_io < 1) yield();
                old.client.close();
                // While the reader has not returned, the number is still taken.
                auto fresh = connect(listener);
                CHECK(fresh.server.write_all("hello"));
                std::byte buffer[16];
                const auto got = fresh.client.read_some(buffer);
                CHECK(*got == 5);
            });
            CHECK_FALSE(stolen);
            CHECK(number >= 0);
        }
    });
}

TEST_CASE("closing from many sides at once closes the descriptor once") {
    test::for_each_worker_count([] {
        auto listener = net::listen("127.0.0.1:0").value();
        const std::size_t before = open_descriptors();
        for (int round = 0; round < 20; ++round) {
            auto pair = connect(listener);
            scope([&](Scope& s) {
                s.go([&] {
                    std::byte buffer[16];
                    (void)pair.client.read_some(buffer);
                });
                for (int k = 0; k < 4; ++k) s.go([&] { pair.client.close(); });
                pair.server.close();
            });
        }
        CHECK(open_descriptors() == before);
    });
}

TEST_CASE("a cancelled read leaves the connection usable") {
    test::for_each_worker_count([] {
        auto listener = net::listen("127.0.0.1:0").value();
        auto pair = connect(listener);
        std::byte buffer[16];
        const auto ended = timeout(2ms, [&] { (void)pair.client.read_some(buffer); });
        CHECK_FALSE(ended);
        CHECK(pair.server.write_all("late"));
        const auto got = pair.client.read_some(buffer);
        CHECK(*got == 4);
    });
}

TEST_CASE("Unix sockets carry bytes like TCP, by path and by abstract name, and the file goes") {
    test::for_each_worker_count([] {
        const test::TempFolder folder;
        for (const std::string& address :
             {"unix:" + folder / "s", "unix:@weft-test-" + std::to_string(::getpid())}) {
            auto listener = net::listen(address).value();
            CHECK(listener.address() == address);
            auto pair = connect(listener);
            CHECK(pair.client.peer() == address);
            CHECK(pair.client.write_all("ward 3"));
            std::byte buffer[16];
            const auto got = pair.server.read_some(buffer);
            CHECK(*got == 6);
            const auto second = net::listen(address);
            CHECK(second.error().code == "address-in-use");
            listener.close();
            const auto gone = net::dial(address);
            CHECK(gone.error().code != "");
        }
        CHECK(::access((folder / "s").c_str(), F_OK) != 0);
    });
}

TEST_CASE("a Unix address that is empty or too long is named before anything is tried") {
    run([] {
        for (const std::string& bad :
             {std::string("unix:"), std::string("unix:@"), "unix:/" + std::string(120, 'x')}) {
            const auto got = net::listen(bad);
            CHECK(got.error().code == "address");
            const auto dialled = net::dial(bad);
            CHECK(dialled.error().code == "address");
        }
        const auto nobody = net::dial("unix:/nowhere/at/all");
        CHECK_FALSE(nobody);
    });
}

}  // namespace weft
