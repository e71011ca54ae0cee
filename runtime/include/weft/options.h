// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace weft::inline abi1 {

/// How the low end of a goroutine's stack is protected.
enum class Guard : std::uint8_t {
    automatic,  ///< the best this kernel has
    install,    ///< MADV_GUARD_INSTALL (Linux 6.13): no cost in mappings
    protect,    ///< mprotect, while mappings are few (a quarter of vm.max_map_count), then canary
    canary,     ///< a pattern that is checked when the goroutine parks and ends
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
    bool migrate_always = false;  ///< debug: every wake goes to another worker if there is one
    /// Called instead of ending the process with code 2 when every goroutine is asleep for ever.
    /// Runs on a worker; run() then returns 2 without joining what is stuck.
    std::function<void(const std::string& report)> on_deadlock = {};
};

}  // namespace weft::inline abi1
