// SPDX-License-Identifier: Apache-2.0
// What C++ keeps per thread and goroutines must not trip over.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/no_park.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

Options migrating() {
    Options options;
    options.workers = 4;
    options.migrate_always = true;
    return options;
}

// Not inlined: glibc declares pthread_self() constant, so the compiler may keep its answer across a
// park.
[[gnu::noinline]] std::thread::id thread_id() {
    asm volatile("");
    return std::this_thread::get_id();
}

// A kilobyte of stack for each call, as a C library that recurses takes it.
[[gnu::noinline]] int go_deep(int calls) {
    volatile char frame[1024];
    frame[0] = 1;
    return calls == 0 ? 0 : go_deep(calls - 1) + frame[0];
}

// Parks until another goroutine has run, on whichever worker takes it next.
void bounce(Sender<int>& tx, Receiver<int>& rx) {
    CHECK(tx.send(1));
    CHECK(rx.recv().has_value());
}

template <class F>
void against_partner(F f) {
    auto [tx, partner_rx] = channel<int>();
    auto [partner_tx, rx] = channel<int>();
    scope([&](Scope& s) {
        s.go("partner", [rx = std::move(partner_rx), tx = std::move(partner_tx)]() mutable {
            while (auto v = rx.recv())
                if (!tx.send(*v)) return;
        });
        f(tx, rx);
        {
            auto closed = std::move(tx);
        }
    });
}

}  // namespace

TEST_CASE(
    "exceptions thrown, nested and rethrown across parks on changing threads stay one's own") {
    run(migrating(), [] {
        scope([](Scope& s) {
            for (int i = 0; i < 8; ++i)
                s.go("thrower", [i] {
                    against_partner([i](Sender<int>& tx, Receiver<int>& rx) {
                        for (int k = 0; k < 50; ++k) try {
                                throw std::runtime_error(std::to_string(i));
                            } catch (const std::runtime_error& outer) {
                                bounce(tx, rx);
                                try {
                                    throw i * 1000 + k;
                                } catch (int inner) {
                                    bounce(tx, rx);
                                    CHECK(inner == i * 1000 + k);
                                }
                                bounce(tx, rx);
                                try {
                                    throw;
                                } catch (const std::runtime_error& again) {
                                    CHECK(std::string(again.what()) == std::to_string(i));
                                }
                                CHECK(std::string(outer.what()) == std::to_string(i));
                            }
                        CHECK(std::uncaught_exceptions() == 0);
                        CHECK(std::current_exception() == nullptr);
                    });
                });
        });
    });
}

TEST_CASE("with migration forced a goroutine does run on several threads") {
    CHECK(run(migrating(), [] {
              against_partner([](Sender<int>& tx, Receiver<int>& rx) {
                  const auto first = thread_id();
                  // Its first wakes may find no other worker yet, whose thread is still to begin.
                  do {
                      bounce(tx, rx);
                  } while (thread_id() == first);
              });
          }) == 0);
}

TEST_CASE(
    "an exception that crosses a park and a thread arrives with its type and its nested one") {
    run(migrating(), [] {
        against_partner([](Sender<int>& tx, Receiver<int>& rx) {
            for (int k = 0; k < 50; ++k) {
                std::exception_ptr kept;
                try {
                    try {
                        throw std::invalid_argument("inner");
                    } catch (const std::invalid_argument&) {
                        bounce(tx, rx);
                        std::throw_with_nested(std::runtime_error("outer"));
                    }
                } catch (const std::runtime_error& outer) {
                    bounce(tx, rx);
                    kept = std::current_exception();
                    CHECK(std::string(outer.what()) == "outer");
                    CHECK_THROWS_AS(std::rethrow_if_nested(outer), std::invalid_argument);
                }
                bounce(tx, rx);
                CHECK_THROWS_AS(std::rethrow_exception(kept), std::runtime_error);
            }
        });
    });
}

TEST_CASE("a noexcept destructor that parks on changing threads lets the exception through whole") {
    struct Parks {
        Sender<int>& tx;
        Receiver<int>& rx;
        ~Parks() {
            CHECK(std::uncaught_exceptions() == 1);
            bounce(tx, rx);
            CHECK(std::uncaught_exceptions() == 1);
        }
    };
    run(migrating(), [] {
        scope([](Scope& s) {
            for (int i = 0; i < 4; ++i)
                s.go("unwinds", [i] {
                    against_partner([i](Sender<int>& tx, Receiver<int>& rx) {
                        for (int k = 0; k < 50; ++k) {
                            int caught = -1;
                            try {
                                const Parks outer{tx, rx};
                                const Parks inner{tx, rx};
                                throw i;
                            } catch (int value) {
                                caught = value;
                            }
                            CHECK(caught == i);
                            CHECK(std::uncaught_exceptions() == 0);
                        }
                    });
                });
        });
    });
}

TEST_CASE("a goroutine may capture what is over-aligned") {
    struct alignas(256) Wide {
        int value = 7;
    };
    run(migrating(), [] {
        scope([](Scope& s) {
            for (int i = 0; i < 10; ++i)
                s.go("wide", [wide = Wide()] {
                    CHECK(reinterpret_cast<std::uintptr_t>(&wide) % 256 == 0);
                    yield();
                    CHECK(wide.value == 7);
                });
        });
    });
}

TEST_CASE("a C library may call back into code that parks") {
    run(migrating(), [] {
        against_partner([](Sender<int>& tx, Receiver<int>& rx) {
            static Sender<int>* out;  // qsort passes no context on
            static Receiver<int>* in;
            out = &tx;
            in = &rx;
            int values[] = {5, 3, 4, 1, 2};
            std::qsort(values, 5, sizeof(int), [](const void* a, const void* b) {
                bounce(*out, *in);
                return *static_cast<const int*>(a) - *static_cast<const int*>(b);
            });
            for (int i = 0; i < 5; ++i) CHECK(values[i] == i + 1);
        });
    });
}

TEST_CASE("what goes deep has room on a goroutine that was given it, and in blocking") {
    Options options = migrating();
    options.stack_bytes = std::size_t{8} << 20;
    run(options, [] {
        scope([](Scope& s) {
            for (int i = 0; i < 3; ++i) s.go("deep", [] { CHECK(go_deep(2000) == 2000); });
        });
    });
    run([] { CHECK(blocking("deep", [] { return go_deep(2000); }) == 2000); });
}

TEST_CASE("a goroutine may fork and exec, and the new program dies of SIGPIPE as it should") {
    run(migrating(), [] {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        const pid_t pid = fork();
        if (pid == 0) {
            dup2(ends[1], STDOUT_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            execlp("yes", "yes", static_cast<char*>(nullptr));
            _exit(127);
        }
        ::close(ends[1]);
        char first = 0;
        CHECK(blocking("read", [&] { return ::read(ends[0], &first, 1); }) == 1);
        CHECK(first == 'y');
        ::close(ends[0]);
        int status = 0;
        CHECK(blocking("waitpid", [&] { return waitpid(pid, &status, 0); }) == pid);
        CHECK(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == SIGPIPE);
    });
}

TEST_CASE("writing to a pipe that nobody reads is an error, not the end of the process") {
    run([] {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        ::close(ends[0]);
        CHECK(::write(ends[1], "x", 1) == -1);
        CHECK(errno == EPIPE);
        ::close(ends[1]);
    });
}

TEST_CASE("parking where it is forbidden is a contract breach") {
    const auto end = test::in_child([] {
        return run([] {
            NoPark guard;
            sleep(1ms);
        });
    });
    CHECK(end.died());
    CHECK(end.said("parking is forbidden here"));
}

TEST_CASE("a run inside a run is a contract breach") {
    const auto end = test::in_child([] { return run([] { run([] {}); }); });
    CHECK(end.died());
    CHECK(end.said("weft::run inside weft::run"));
}

TEST_CASE("starting a goroutine outside run is a contract breach") {
    const auto end = test::in_child([] {
        detail::spawn({}, [] {});
        return 0;
    });
    CHECK(end.died());
    CHECK(end.said("outside weft::run"));
}

}  // namespace weft
