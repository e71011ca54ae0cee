// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/stack.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "weft/detail/spawn.h"
#include "weft/run.h"
#include "weft/time.h"

#include "runtime/src/fiber.h"
#include "runtime/src/goroutine.h"
#include "tests/support/child.h"
#include "tests/support/test.h"

namespace weft {
namespace {

// Uses about `bytes` of stack, a little at a time, and says so to nobody.
[[gnu::noinline]] int eat(std::size_t bytes) {
    volatile char page[1024];
    std::fill(std::begin(page), std::end(page), static_cast<char>(bytes));
    return bytes < sizeof page ? page[0] : eat(bytes - sizeof page) + page[1];
}

Options guarded_by(Guard guard) {
    Options options;
    options.workers = 1;
    options.guard = guard;
    return options;
}

[[maybe_unused]] int overflow_under(Guard guard) {
    return run(guarded_by(guard), [] {
        detail::spawn({.name = "deep-recursion"}, [] {
            eat(1024 * 1024);
            yield();
        });
    });
}

constexpr Guard kinds[] = {Guard::install, Guard::protect, Guard::canary};

}  // namespace

TEST_CASE("goroutines run, and use most of their stack, under every kind of guard") {
    for (Guard kind : kinds) {
        if (!detail::choose_guard(kind)) {
            MESSAGE("this kernel has no MADV_GUARD_INSTALL");
            continue;
        }
        int sum = 0;
        CHECK(run(guarded_by(kind), [&] {
                  for (int i = 0; i < 10; ++i)
                      detail::spawn({}, [&] {
                          eat(100 * 1024);
                          ++sum;
                      });
              }) == 0);
        CHECK(sum == 10);
    }
    detail::choose_guard(Guard::automatic);
}

TEST_CASE("a stack has the kind of guard that was forced") {
    if (detail::thread_sanitizer) return;  // it maps every stack alone, with mprotect
    for (Guard kind : kinds) {
        if (!detail::choose_guard(kind)) continue;
        const detail::Stack stack = detail::take_stack(0);
        CHECK(stack.guard == kind);
        detail::give_stack(stack);
    }
    detail::choose_guard(Guard::automatic);
}

TEST_CASE("a stack that is given back is the next one taken, and a larger class is another") {
    if (detail::thread_sanitizer) return;
    const detail::Stack first = detail::take_stack(0);
    detail::give_stack(first);
    const detail::Stack again = detail::take_stack(0);
    CHECK(again.low == first.low);
    const detail::Stack large = detail::take_stack(1024 * 1024);
    CHECK(large.bytes + detail::guard_bytes == 1024 * 1024);
    detail::give_stack(again);
    detail::give_stack(large);
}

TEST_CASE("a stack overflow is reported with the goroutine's name and where it was started") {
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
    MESSAGE("the sanitizer reports the fault itself");
#else
    const auto chosen = test::in_child([] { return overflow_under(Guard::automatic); });
    const auto forced = test::in_child([] { return overflow_under(Guard::protect); });
    for (const test::ChildEnd& end : {chosen, forced}) {
        CHECK(end.died());
        CHECK(end.said("goroutine stack overflow"));
        CHECK(end.said("\"deep-recursion\""));
    }
#endif
}

TEST_CASE("without a guard page an overflow is found when the goroutine parks") {
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
    MESSAGE("the sanitizer reports the write itself");
#else
    const auto end = test::in_child([] {
        return run(guarded_by(Guard::canary), [] {
            detail::spawn({.name = "deep-recursion"}, [] {
                // Just past the end: a real overflow would go on into the next stack.
                auto* low = detail::self_stack_low();
                std::memset(low, 0, 8);
                yield();
            });
        });
    });
    CHECK(end.died());
    CHECK(end.said("ran over the end of its stack"));
#endif
}

TEST_CASE("stacks of goroutines that ended are kept for the next ones") {
    if (detail::thread_sanitizer) return;
    const auto start_many = [] {
        run(guarded_by(Guard::automatic), [] {
            for (int i = 0; i < 500; ++i)
                detail::spawn({}, [] { sleep(std::chrono::milliseconds(1)); });
        });
    };
    start_many();
    const auto made = detail::stack_counts().made;
    start_many();
    CHECK(detail::stack_counts().made - made < 400);
}

TEST_CASE("stacks beyond those that are kept hot give their memory back") {
    if (detail::thread_sanitizer) return;
    constexpr std::size_t more_than_hot = 4096 + 200;
    std::vector<detail::Stack> stacks;
    const auto last_byte = [](const detail::Stack& s) { return s.low + s.bytes - 1; };
    for (std::size_t i = 0; i < more_than_hot; ++i) {
        stacks.push_back(detail::take_stack(0));
        *last_byte(stacks.back()) = std::byte{1};
    }
    for (const auto& stack : stacks) detail::give_stack(stack);
    std::size_t empty = 0;
    for (auto& stack : stacks) {
        stack = detail::take_stack(0);
        if (*last_byte(stack) == std::byte{}) ++empty;
    }
    CHECK(empty >= 128);
    CHECK(empty <= 200);
    for (const auto& stack : stacks) detail::give_stack(stack);
}

}  // namespace weft
