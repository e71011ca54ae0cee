// SPDX-License-Identifier: Apache-2.0
#include "weft/task_set.h"

#include <atomic>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/detach.h"
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

}  // namespace

TEST_CASE("drain returns once all tasks have ended by themselves") {
    test::everywhere([] {
        TaskSet tasks("workers");
        std::atomic<int> ended = 0;
        for (int k = 0; k < 5; ++k)
            tasks.go("worker", [&, k] {
                sleep(std::chrono::milliseconds(k));
                ++ended;
            });
        CHECK(tasks.size() == 5);
        CHECK(tasks.drain(1h));
        CHECK(ended == 5);
        CHECK(tasks.size() == 0);
        CHECK(tasks.drain(1h));
    });
}

TEST_CASE("drain cancels what has not ended in time, waits for it and says so") {
    test::everywhere([] {
        TaskSet tasks("workers");
        bool cancelled = false;
        tasks.go("stubborn", [&] {
            try {
                sleep(1h);
            } catch (const Cancelled&) {
                shield([] { sleep(2ms); });
                cancelled = true;
                throw;
            }
        });
        test::until_waiting(1, "sleep");
        const auto drained = tasks.drain(1ms);
        REQUIRE_FALSE(drained);
        CHECK(drained.error().code == "drain");
        CHECK(drained.error().kind == ErrorKind::timeout);
        CHECK(cancelled);
    });
}

TEST_CASE("tasks may start tasks of the same set, and drain waits for those too") {
    test::everywhere([] {
        TaskSet tasks("workers");
        std::atomic<int> ran{0};
        tasks.go("first", [&] {
            tasks.go("second", [&] {
                yield();
                go([&] { ++ran; });
            });
            ++ran;
        });
        CHECK(tasks.drain(1h));
        CHECK(ran == 2);
    });
}

TEST_CASE("a failed task leaves the others alone, and drain answers it") {
    test::everywhere([] {
        TaskSet tasks("workers");
        bool other = false;
        tasks.go("failing", [] { throw std::runtime_error("disk on fire"); });
        tasks.go("other", [&] {
            sleep(1ms);
            other = true;
        });
        const auto drained = tasks.drain(1h);
        REQUIRE_FALSE(drained);
        CHECK(drained.error().code == "task-failed");
        CHECK(drained.error().text.find("disk on fire") != std::string::npos);
        CHECK(other);
    });
}

TEST_CASE("the destructor cancels and waits, also while its owner is cancelled") {
    test::everywhere([] {
        bool ended = false;
        CHECK_FALSE(timeout(1ms, [&] {
            TaskSet tasks("workers");
            tasks.go("worker", [&] {
                try {
                    sleep(1h);
                } catch (const Cancelled&) {
                    shield([] { sleep(5ms); });
                    ended = true;
                    throw;
                }
            });
            sleep(1h);
        }));
        CHECK(ended);
    });
}

TEST_CASE("work started by a request outlives the request's deadline but keeps its values") {
    test::everywhere([] {
        std::string seen;
        std::optional<TaskSet> tasks;
        with_value<RequestId>("r1", [&] {
            CHECK_FALSE(timeout(1ms, [&] {
                tasks.emplace("background");
                tasks->go("report", [&] {
                    sleep(5ms);
                    seen = *value<RequestId>();
                });
                sleep(1h);
            }));
        });
        CHECK(tasks->drain(1h));
        CHECK(seen == "r1");
    });
}

TEST_CASE("detached work goes on after its starter's context has ended, with its values") {
    test::everywhere([] {
        auto [tx, rx] = channel<std::string>(1);
        with_value<RequestId>("r2", [&, &tx = tx] {
            CHECK_FALSE(timeout(1ms, [&] {
                detach("send the receipt", [tx = std::move(tx)]() mutable {
                    sleep(5ms);
                    CHECK(current_deadline() == std::nullopt);
                    CHECK(tx.send(*value<RequestId>()));
                });
                CHECK(detached() == std::vector<std::string>{"send the receipt"});
                sleep(1h);
            }));
        });
        CHECK(rx.recv() == "r2");
        CHECK(rx.recv() == std::nullopt);
        test::yield_until([] { return detached().empty(); });
    });
}

TEST_CASE(
    "detached work that is left when main returns is listed by its reason, and the code is 1") {
    const auto end = test::in_child([] {
        Options options;
        options.grace = 1ms;
        return run(options, [] { detach("ghost task", [] { sleep(1h); }); });
    });
    CHECK(end.exit_code == 1);
    CHECK(end.said("ghost task"));
}

TEST_CASE("an exception that leaves detached work is reported") {
    const auto end = test::in_child(
        [] { return run([] { detach("mail", [] { throw std::runtime_error("no route"); }); }); });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("mail"));
    CHECK(end.said("no route"));
}

}  // namespace weft
