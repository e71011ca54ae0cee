// SPDX-License-Identifier: Apache-2.0
// A descriptor with a poll entry. The descriptor is closed when the last call that uses it has
// returned, so that a number that the kernel gives out again is never used by an old call.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <string>

#include "weft/net.h"

#include "runtime/src/poller.h"

namespace weft::inline abi1::detail {

/// Of a wait without a deadline: whether it is meant so, as that of a server for who comes next.
enum class Endless : std::uint8_t { smells, intended };

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
                              Call call, Endless endless = Endless::smells);

    /// Parks until ready. Throws Cancelled, or NoDeadlineError.
    Readiness wait(Direction direction, TimePoint deadline, std::source_location where,
                   Endless endless);

    std::atomic<TimePoint> read_deadline{TimePoint::max()};
    std::atomic<TimePoint> write_deadline{TimePoint::max()};

    std::string unlink_path;  ///< of a Unix listener: goes with its descriptor

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

/// What is written goes out at once, however little it is.
void tune(int fd) noexcept;

template <class Call>
Result<std::size_t> Socket::retry(Direction direction, TimePoint deadline,
                                  std::source_location where, Call call, Endless endless) {
    if (!begin()) return Error{ErrorKind::unavailable, "closed", "the connection was closed here"};
    for (;;) {
        const auto n = call(fd_);
        const int code = n < 0 ? errno : 0;
        if (n >= 0 || (code != EAGAIN && code != EWOULDBLOCK && code != EINTR)) {
            end();
            if (n >= 0) return static_cast<std::size_t>(n);
            return network_error(code);
        }
        if (code == EINTR) continue;
        const Readiness answer = wait(direction, deadline, where, endless);
        if (answer == Readiness::ready) continue;
        end();
        if (answer == Readiness::timed_out)
            return Error{ErrorKind::timeout, "deadline", "the peer did not keep up"};
        return Error{ErrorKind::unavailable, "closed", "the connection was closed here"};
    }
}

}  // namespace weft::inline abi1::detail
