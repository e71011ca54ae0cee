// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "weft/report.h"

namespace weft::inline abi1 {

/// How the low end of a goroutine's stack is protected.
enum class Guard : std::uint8_t {
    automatic,  ///< the best this kernel has
    install,    ///< MADV_GUARD_INSTALL (Linux 6.13): no cost in mappings
    protect,    ///< mprotect, while mappings are few (a quarter of vm.max_map_count), then canary
    canary,     ///< a pattern that is checked when the goroutine parks and ends
};

/// What is done about a call that may wait for ever because no deadline is in force.
enum class RequireDeadline : std::uint8_t {
    off,
    smell,        ///< it is told of, once for each call site
    throw_error,  ///< it throws NoDeadlineError instead of waiting
};

/// What is done about a report, by its class. Misuse always ends the process.
struct Reactions {
    Action closing = Action::throw_error;  ///< a call that would wait for itself; PROVEN
    Action proven = Action::report;        ///< PROVEN otherwise
    Action likely = Action::report;
    Action smell = Action::report;

    /// What tests want: the first proven report is the end.
    static Reactions of_tests() noexcept {
        return {Action::abort, Action::abort, Action::report, Action::report};
    }
};

/// How a runtime is started. The defaults are what a server wants.
struct Options {
    unsigned workers =
        0;  ///< threads that run goroutines; 0: as many as this process may use processors
    std::size_t stack_bytes =
        0;  ///< of a goroutine, 64 KiB to 8 MiB; 0: 256 KiB reserved, committed as touched
    Guard guard = Guard::automatic;
    unsigned blocking_max = 64;  ///< threads for blocking(); further calls queue
    std::chrono::nanoseconds grace =
        std::chrono::seconds(10);  ///< for detached goroutines once main has returned
    bool signals =
        true;  ///< SIGQUIT prints all goroutines; stack overflow is reported; SIGPIPE does nothing
    /// Called with the report of a goroutine that blocks its worker (weft notices within 10 ms),
    /// once for each place in the program; not set: it goes to standard error. Runs on a thread of
    /// weft's own, which does not watch meanwhile.
    std::function<void(const std::string& report)> on_blocked_worker = {};
    bool migrate_always = false;  ///< debug: every wake goes to another worker if there is one
    Reactions reactions = {};
    /// Whether weft looks for what hangs though others go on, or could one day: circles of waits,
    /// the order of locks, who is held up or stuck, crowds, blocked workers. Without it broken
    /// contracts are reported all the same, and so is that all are asleep, and stuck() answers.
    bool diagnosis = true;
    /// How soon it is said, from a thread that looks twice in this time, that some goroutines hang
    /// though others go on. 0: only stuck() says so.
    std::chrono::nanoseconds stuck_after = std::chrono::seconds(1);
    /// Whether what is found stuck is searched for by memory before it is said, see stuck(): it is
    /// then `proven`, or not said.
    bool search_memory = false;
    /// From how many goroutines on it is said that ever more of those started at one line wait at
    /// one line, and the first of them is never let go. 0: never.
    std::size_t crowd = 1000;
    /// What is done about I/O and blocking() that begin to wait while no deadline is in force: none
    /// of the ambient context, and none of the connection's own. Waits in channels and for locks
    /// are not meant, nor accept(), wait_closed(), wait_signal(), what a detached goroutine does,
    /// and plain threads.
    RequireDeadline require_deadline = RequireDeadline::off;
    /// Gets each report instead of stderr; what ends the process is written there all the same.
    /// Runs where the report was made: it must not park, nor call back into what is reported.
    std::function<void(const Report&)> on_report = {};
    /// Called instead of ending the process with code 2 when every goroutine is asleep for ever.
    /// Runs on a worker; run() then returns 2 without joining what is stuck.
    std::function<void(const std::string& report)> on_deadlock = {};
};

}  // namespace weft::inline abi1
