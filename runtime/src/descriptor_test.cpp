// SPDX-License-Identifier: Apache-2.0
#include "weft/descriptor.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

struct Pipe {
    Pipe() { REQUIRE(::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) == 0); }
    ~Pipe() {
        ::close(ends[0]);
        if (ends[1] >= 0) ::close(ends[1]);
    }
    int out() const { return ends[0]; }
    int in() const { return ends[1]; }
    void write(const std::string& text) const {
        CHECK(::write(in(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    char read() const {
        char one = 0;
        return ::read(out(), &one, 1) == 1 ? one : '\0';
    }
    std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("who waits for somebody else's descriptor wakes when there is something to read") {
    test::for_each_worker_count([] {
        const Pipe pipe;
        net::Descriptor watched(pipe.out());
        scope([&](Scope& s) {
            s.go([&] { pipe.write("a"); });
            CHECK(watched.readable());
            CHECK(pipe.read() == 'a');
        });
    });
}

TEST_CASE("what was left unread is still there for the next wait") {
    test::for_each_worker_count([] {
        const Pipe pipe;
        pipe.write("abc");
        net::Descriptor watched(pipe.out());
        std::string got;
        for (int i = 0; i < 3; ++i) {
            CHECK(watched.readable());
            CHECK(watched.readable());
            got += pipe.read();
        }
        CHECK(got == "abc");
        // Every change has been told of by now, and yet there is nothing to read.
        const auto nothing = watched.readable(Clock::now() + 1ms);
        CHECK(nothing.error().code == "deadline");
    });
}

TEST_CASE("a full pipe is writable once somebody has read from it") {
    test::for_each_worker_count([] {
        const Pipe pipe;
        const std::vector<char> page(4096);
        while (::write(pipe.in(), page.data(), page.size()) > 0) {
        }
        CHECK(errno == EAGAIN);
        net::Descriptor watched(pipe.in());
        bool read = false;
        scope([&](Scope& s) {
            s.go([&] {
                std::vector<char> into(1 << 20);
                read = ::read(pipe.out(), into.data(), into.size()) > 0;
            });
            CHECK(watched.writable());
        });
        CHECK(read);
    });
}

TEST_CASE("the end of the other side is something to read") {
    test::for_each_worker_count([] {
        Pipe pipe;
        net::Descriptor watched(pipe.out());
        scope([&](Scope& s) {
            s.go([&] { ::close(std::exchange(pipe.ends[1], -1)); });
            CHECK(watched.readable());
        });
    });
}

TEST_CASE("a cancel ends the wait and leaves the descriptor open and usable") {
    test::for_each_worker_count([] {
        const Pipe pipe;
        {
            net::Descriptor watched(pipe.out());
            const auto ended = timeout(1ms, [&] { (void)watched.readable(); });
            CHECK(ended.error().code == "deadline");
            pipe.write("x");
            CHECK(watched.readable());
        }
        CHECK(pipe.read() == 'x');
        net::Descriptor again(pipe.out());  // the number may be watched anew
        CHECK(again.readable(Clock::now() + 1ms).error().code == "deadline");
    });
}

TEST_CASE("watching a descriptor twice is a contract breach") {
    const auto end = test::in_child([] {
        return run([] {
            const Pipe pipe;
            const net::Descriptor first(pipe.out());
            const net::Descriptor second(pipe.out());
        });
    });
    CHECK(end.died());
    CHECK(end.said("a descriptor is watched twice"));
}

}  // namespace weft
