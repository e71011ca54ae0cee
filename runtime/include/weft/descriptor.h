// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>

#include "weft/result.h"
#include "weft/time.h"

namespace weft::inline abi1::detail {
struct PollEntry;
}

namespace weft::inline abi1::net {

/// Somebody else's descriptor on weft's poller, for C libraries that never block and say which
/// descriptor they wait for (libpq, inotify, timerfd). Nothing is read from it or written to it,
/// and it is not closed. It must stay open as long as this lives, one Descriptor for each number.
/// Needs a running weft::run (not the simulator).
///
/// Example: runtime/examples/recipes/libpq.cpp
class Descriptor {
  public:
    explicit Descriptor(int fd);
    ~Descriptor();  ///< nobody may be waiting
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    /// Waits until a read would not block: there is data, or the end, or an error. Whoever reads
    /// only a part of it need not fear to wait for the rest for ever: it is what poll() would say.
    ///
    /// Errors:  timeout/"deadline".
    /// Blocks:  the goroutine, never its thread. One goroutine for each direction.
    /// Cancels: throws Cancelled.
    /// Source:  poll(2), POLLIN.
    Result<void> readable(TimePoint deadline = TimePoint::max(),
                          const std::source_location& where = std::source_location::current());
    /// The same for writing.
    Result<void> writable(TimePoint deadline = TimePoint::max(),
                          const std::source_location& where = std::source_location::current());

  private:
    const int fd_;
    detail::PollEntry* entry_;
};

}  // namespace weft::inline abi1::net
