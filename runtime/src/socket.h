// SPDX-License-Identifier: Apache-2.0
// A descriptor with a poll entry. The descriptor is closed when the last call that uses it has
// returned, so that a number that the kernel gives out again is never used by an old call.
#pragma once

#include <atomic>

#include "weft/net.h"

#include "runtime/src/poller.h"

namespace weft::detail {

class Socket {
  public:
    explicit Socket(int fd);
    ~Socket();
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    void close() noexcept;
    int fd() const noexcept { return fd_; }

    /// Runs `call` (which returns >= 0, or -1 with errno) until it does not say "would block",
    /// parking in between.
    template <class Call>
    Result<std::size_t> retry(Direction direction, TimePoint deadline, std::source_location where,
                              Call call);

    /// Parks until ready. Throws Cancelled.
    Readiness wait(Direction direction, TimePoint deadline, std::source_location where);

    std::atomic<TimePoint> read_deadline{TimePoint::max()};
    std::atomic<TimePoint> write_deadline{TimePoint::max()};

    /// Keeps the descriptor open while a call uses it. False: it is closed.
    bool begin() noexcept;
    void end() noexcept;

  private:
    static constexpr std::uint32_t closed_bit = 1U << 31;
    void release() noexcept;
    const int fd_;
    PollEntry* entry_;
    std::atomic<std::uint32_t> users_{0};
};

Error network_error(int code);

}  // namespace weft::detail
