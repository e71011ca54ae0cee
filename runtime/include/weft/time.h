// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <source_location>

namespace weft::inline abi1 {

/// Monotonic time, virtual in the simulator. The only monotonic clock outside the runtime.
struct Clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;
    static time_point now() noexcept;
};
using Duration = Clock::duration;
using TimePoint = Clock::time_point;

/// Calendar time (UTC), for records and people; virtual in the simulator. Milliseconds since 1970.
std::chrono::sys_time<std::chrono::milliseconds> wall_now() noexcept;

/// Parks the caller for at least this long. Blocks: the goroutine, never its thread.
/// Cancels: throws Cancelled when the ambient context ends first.
void sleep(Duration duration, std::source_location where = std::source_location::current());
void sleep_until(TimePoint when, std::source_location where = std::source_location::current());

}  // namespace weft::inline abi1
