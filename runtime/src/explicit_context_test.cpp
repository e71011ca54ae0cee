// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "weft/after_func.h"
#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

struct RequestId {
    using Value = std::string;
};
struct User {
    using Value = int;
};

}  // namespace

TEST_CASE("cancelling a child ends it and what hangs under it, not its parent") {
    test::everywhere([] {
        const auto root = Context::background();
        const auto [middle, cancel] = root.with_cancel();
        const auto leaf = middle.with_timeout(1h);
        CHECK_FALSE(leaf.error());
        cancel.cancel();
        cancel.cancel();
        CHECK(middle.cancelled());
        CHECK(leaf.cancelled());
        CHECK_FALSE(root.cancelled());
        CHECK(leaf.error()->code == "cancelled");
    });
}

TEST_CASE("the cause says where the cancel was called, and carries the error it was given") {
    test::everywhere([] {
        const auto [context, cancel] = Context::background().with_cancel();
        cancel.cancel(Error{ErrorKind::conflict, "superseded", "a newer one came"});
        const unsigned line = __LINE__ - 1;
        const auto cause = context.cause();
        REQUIRE(cause);
        CHECK(cause->reason == EndReason::cancelled);
        CHECK(cause->where.line() == line);
        CHECK(std::string(cause->where.file_name()).ends_with("explicit_context_test.cpp"));
        REQUIRE(cause->error);
        CHECK(cause->error->code == "superseded");
        const auto ended = context.try_run([] { checkpoint(); });
        CHECK(ended.error().code == "superseded");
        const auto outer = cancellable([](CancelHandle& handle) {
            handle.cancel(Error{ErrorKind::refused, "quota-full", ""});
            checkpoint();
        });
        CHECK(outer.error().code == "quota-full");
    });
}

TEST_CASE("a child outlives the handle and the parent value it was made from") {
    test::everywhere([] {
        std::optional<Context> leaf;
        std::optional<CancelHandle> cancel;
        {
            auto made = Context::background().with_cancel();
            leaf = made.first.with_value<User>(7).with_value<RequestId>("r-1");
            cancel = made.second;
        }
        CHECK_FALSE(leaf->cancelled());
        CHECK(*leaf->value<User>() == 7);
        CHECK(*leaf->value<RequestId>() == "r-1");
        cancel->cancel();
        CHECK(leaf->cancelled());
    });
}

TEST_CASE("run puts a context in force in place of the caller's own") {
    test::everywhere([] {
        const auto context =
            Context::background().with_value<User>(3).with_deadline(Clock::now() + 5ms);
        const auto ended = timeout(1ms, [&] {
            const auto inner = context.try_run([&] {
                CHECK(*value<User>() == 3);
                CHECK(current_deadline() == context.deadline());
                sleep(1h);
            });
            CHECK(inner.error().code == "deadline");
            return 1;
        });
        CHECK(ended);
        CHECK(context.cause()->reason == EndReason::deadline);
    });
}

TEST_CASE("the earlier deadline counts, whichever way round") {
    test::everywhere([] {
        const auto early = Context::background().with_timeout(1ms);
        const auto late = early.with_timeout(1h);
        CHECK(late.deadline() == early.deadline());
        const auto ended = late.try_run([] { sleep(1h); });
        CHECK(ended.error().code == "deadline");
        CHECK(late.cancelled());
        const auto never = early.with_cancel().first;
        CHECK(never.cancelled());
        const auto past = Context::background().with_deadline(Clock::now() - 1ms);
        CHECK(past.cause()->reason == EndReason::deadline);
    });
}

TEST_CASE("without_cancel keeps the values and nothing else") {
    test::everywhere([] {
        const auto [context, cancel] =
            Context::background().with_value<User>(3).with_timeout(1ms).with_cancel();
        const auto kept = context.without_cancel();
        cancel.cancel();
        CHECK(context.cancelled());
        CHECK_FALSE(kept.cancelled());
        CHECK_FALSE(kept.deadline());
        CHECK(*kept.value<User>() == 3);
    });
}

TEST_CASE("a context carried away ends when the frame it was taken from is left") {
    test::everywhere([] {
        std::optional<Context> carried;
        CHECK(timeout(1h, [&] { carried = Context::current(); }));
        REQUIRE(carried->cause());
        CHECK(carried->cause()->reason == EndReason::left);
    });
}

TEST_CASE("a context carried into a plain thread cancels its waits there") {
    CHECK(run([] {
              auto [tx, rx] = channel<int>();
              const auto [context, cancel] = Context::current().with_cancel();
              Event waiting;
              std::optional<std::string> ended;
              std::thread other([&, context = context] {
                  const auto result = context.try_run([&] {
                      waiting.set();
                      (void)rx.recv();
                  });
                  if (!result) ended = result.error().code;
              });
              waiting.wait();
              cancel.cancel();
              blocking("join", [&] { other.join(); });
              CHECK(ended == "cancelled");
          }) == 0);
}

TEST_CASE("cancels of parents and children that race end every wait") {
    test::everywhere([] {
        for (int round = 0; round < 30; ++round) {
            const auto [root, cancel_root] = Context::background().with_cancel();
            std::atomic<int> ended{0};
            scope([&](Scope& s) {
                for (int k = 0; k < 8; ++k) {
                    const auto [child, cancel_child] = root.with_cancel();
                    s.go([&, child = child] {
                        const auto result = child.try_run([] { sleep(1h); });
                        if (!result) ++ended;
                    });
                    if (k % 2 == 0) s.go([cancel = cancel_child] { cancel.cancel(); });
                }
                yield();
                s.go([cancel = cancel_root] { cancel.cancel(); });
            });
            CHECK(ended == 8);
        }
    });
}

TEST_CASE("after_func runs once when the context ends, with its values and not its end") {
    test::everywhere([] {
        const auto [context, cancel] = Context::background().with_value<User>(4).with_cancel();
        Event ran;
        std::atomic<int> times{0};
        {
            auto hook = after_func(context, [&] {
                CHECK_FALSE(cancelled());
                CHECK(*value<User>() == 4);
                ++times;
                ran.set();
            });
            yield();
            CHECK(times == 0);
            cancel.cancel();
            ran.wait();
            CHECK_FALSE(hook.stop());
        }
        CHECK(times == 1);
    });
}

TEST_CASE("after_func of an ended context runs at once; dropping the handle waits for it") {
    test::everywhere([] {
        const auto [context, cancel] = Context::background().with_cancel();
        cancel.cancel();
        bool ended = false;
        {
            const auto hook = after_func(context, [&] {
                yield();
                ended = true;
            });
        }
        CHECK(ended);
    });
}

TEST_CASE("a stopped after_func does not run, and only one stop says that it was in time") {
    test::everywhere([] {
        const auto [context, cancel] = Context::background().with_cancel();
        std::atomic<int> times{0};
        auto hook = after_func(context, [&] { ++times; });
        CHECK(hook.stop());
        CHECK_FALSE(hook.stop());
        cancel.cancel();
        {
            const auto dropped = after_func(Context::background(), [&] { ++times; });
        }
        yield();
        CHECK(times == 0);
    });
}

TEST_CASE("stop that races the end: the function runs if and only if stop says no") {
    test::everywhere([] {
        for (int i = 0; i < 20; ++i) {
            const auto [context, cancel] = Context::background().with_cancel();
            std::atomic<bool> ran{false};
            bool stopped = false;
            {
                auto hook = after_func(context, [&] { ran = true; });
                scope([&](Scope& s) {
                    s.go([&, cancel = cancel] { cancel.cancel(); });
                    s.go([&] { stopped = hook.stop(); });
                });
            }
            CHECK(ran != stopped);
        }
    });
}

TEST_CASE("a deadline and the leaving of a frame fire after_func too") {
    test::everywhere([] {
        Event by_deadline;
        Event by_leaving;
        const auto timed = Context::background().with_timeout(1ms);
        const auto hook = after_func(timed, [&] { by_deadline.set(); });
        std::optional<AfterFunc> left;
        CHECK(
            timeout(1h, [&] { left = after_func(Context::current(), [&] { by_leaving.set(); }); }));
        by_leaving.wait();
        by_deadline.wait();
    });
}

TEST_CASE("an exception that leaves the function of after_func is reported") {
    const auto end = test::in_child([] {
        return run([] {
            const auto [context, cancel] = Context::background().with_cancel();
            const auto hook = after_func(context, [] { throw std::runtime_error("x"); });
            cancel.cancel();
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("an exception left the function of after_func()"));
}

}  // namespace weft
