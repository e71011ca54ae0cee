// SPDX-License-Identifier: Apache-2.0
#include "weft/dump.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <unistd.h>

#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/ensure.h"
#include "weft/event.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

namespace weft {
namespace {

std::string grouped() {
    std::string text;
    dump_grouped([&](std::string_view piece) { text += piece; });
    return text;
}

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(of, at)) != std::string::npos; at += of.size())
        ++found;
    return found;
}

// Two ways to the same wait.
[[gnu::noinline]] void by_the_ward(Event& event) {
    event.wait();
    asm volatile("");
}
[[gnu::noinline]] void by_the_laboratory(Event& event) {
    event.wait();
    asm volatile("");
}

}  // namespace

TEST_CASE("goroutines in the same place are told once, with their number") {
    test::everywhere([] {
        Event end;
        scope([&](Scope& s) {
            for (int i = 0; i < 500; ++i) s.go("reader", [&] { end.wait(); });
            while (occurrences(grouped(), "500 goroutines [event") != 1) yield();
            const std::string text = grouped();
            CHECK(text.starts_with("weft: 501 goroutines in 2 places\n"));
            CHECK(text.find("one of them: ") != std::string::npos);
            CHECK(text.find("\"reader\"") != std::string::npos);
            CHECK(text.find("dump_test.cpp") != std::string::npos);
            end.set();
        });
    });
}

TEST_CASE("who came to the same wait by another way is in another place") {
    test::for_each_worker_count([] {
        Event end;
        scope([&](Scope& s) {
            for (int i = 0; i < 30; ++i)
                s.go("asks", [&, i] { i % 3 == 0 ? by_the_ward(end) : by_the_laboratory(end); });
            while (occurrences(grouped(), "0 goroutines [event") != 2) yield();
            const std::string text = grouped();
            const auto laboratory = text.find("20 goroutines [event");
            const auto ward = text.find("10 goroutines [event");
            CHECK(laboratory < ward);
            CHECK(text.find("by_the_laboratory") < text.find("by_the_ward"));
            end.set();
        });
    });
}

TEST_CASE("a place that is one goroutine's shows its name and its wait") {
    test::everywhere([] {
        auto [out, never] = channel<int>(0, "orders");
        scope([&, &never = never](Scope& s) {
            s.go("pharmacy", [&] { (void)never.recv(); });
            while (grouped().find("1 goroutine [receive \"orders\"") == std::string::npos) yield();
            CHECK(grouped().find("\"pharmacy\"") != std::string::npos);
            {
                auto gone = std::move(out);
            }
        });
    });
}

TEST_CASE("SIGQUIT among very many goroutines prints them by groups") {
    const auto end = test::in_child([] {
        return run([] {
            constexpr int many = 1200;
            std::array<int, 2> ends{};
            ENSURE(::pipe(ends.data()) == 0 && ::dup2(ends[1], STDERR_FILENO) >= 0, "no pipe");
            Event over;
            scope([&](Scope& s) {
                for (int i = 0; i < many; ++i) s.go("waits", [&] { over.wait(); });
                while (grouped().find("1200 goroutines [event") == std::string::npos) yield();
                const std::string said = blocking("read", [&] {
                    ::raise(SIGQUIT);
                    std::string text;
                    std::array<char, 4096> part{};
                    while (text.find("1200 goroutines [event") == std::string::npos) {
                        const auto n = ::read(ends[0], part.data(), part.size());
                        ENSURE(n > 0, "the report ended early");
                        text.append(part.data(), static_cast<std::size_t>(n));
                    }
                    return text;
                });
                std::fputs(said.c_str(), stdout);
                over.set();
            });
            return 7;
        });
    });
    CHECK(end.exit_code == 7);
    CHECK(end.said("those in the same place together"));
    CHECK_FALSE(end.said("\"waits\" [event"));  // nobody by himself
}

}  // namespace weft
