// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "weft/detail/spawn.h"
#include "weft/options.h"
#include "weft/scope.h"

namespace weft::inline abi1 {

namespace detail {
int run_raw(const Options& options, const Body& body, void* closure);
int run_simulated(std::uint64_t seed, const Options& options, const Body& body, void* closure);
void main_ended() noexcept;

/// Wraps main so that its value and its exception come out of run().
template <class Start, class F>
int run_main(Start start, F main) {
    int code = 0;
    std::exception_ptr thrown;
    auto wrapped = [&] {
        try {
            if constexpr (std::is_convertible_v<std::invoke_result_t<F&>, int>)
                code = scope([&](Scope&) { return static_cast<int>(main()); });
            else
                scope([&](Scope&) { main(); });
        } catch (...) {
            thrown = std::current_exception();
        }
        main_ended();
    };
    using Wrapped = decltype(wrapped);
    static_assert(std::is_trivially_destructible_v<Wrapped>);
    constexpr auto move_wrapped = [](void* to, void* from) noexcept {
        ::new (to) Wrapped(std::move(*static_cast<Wrapped*>(from)));
    };
    static constexpr Body body{[](void* f) { (*static_cast<Wrapped*>(f))(); }, sizeof(Wrapped),
                               alignof(Wrapped), move_wrapped,
                               move_wrapped};  // there is nothing to destroy
    const int ended = start(body, &wrapped);
    if (thrown) std::rethrow_exception(thrown);
    return ended != 0 ? ended : code;
}
}  // namespace detail

/// Runs `main` as the first goroutine, on the calling thread and as many workers as the process may
/// use processors, and returns when it has ended and every goroutine with it.
///
/// Shape:  what main returns, if it returns an int; 1 when detached goroutines were still there
///         after Options::grace (they are listed on stderr); an exception of main comes out here.
///         When every goroutine is asleep for ever the process ends with code 2 after a report
///         (see Options::on_deadlock).
/// Blocks: the calling thread. One weft::run at a time in a process.
template <class F>
int run(const Options& options, F main) {
    return detail::run_main([&](const detail::Body& body,
                                void* closure) { return detail::run_raw(options, body, closure); },
                            std::move(main));
}
template <class F>
int run(F main) {
    return run(Options{}, std::move(main));
}

/// Counts of the running runtime, for a status page. Zeros outside run().
struct Stats {
    unsigned workers = 0;
    unsigned spare_workers = 0;  ///< at work just now in place of workers that are held up
    std::int64_t goroutines = 0;
    std::size_t stacks_made = 0;
    std::size_t stacks_cached = 0;
    std::uint32_t waiting_for_io = 0;
    std::uint32_t blocking_calls = 0;
};
Stats stats() noexcept;

/// Lets other goroutines run. Not a cancellation point.
inline void yield() noexcept {
    detail::yield();
}

/// All goroutines with wait, age, spawn site and stack, as text.
std::string dump();

}  // namespace weft::inline abi1
