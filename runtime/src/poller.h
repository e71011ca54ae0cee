// SPDX-License-Identifier: Apache-2.0
// Readiness of file descriptors: one epoll instance, edge-triggered. A PollEntry belongs to a
// socket; entries come from a pool that is never unmapped, because an event may be on its way when
// one is given back.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

#include "weft/detail/park.h"
#include "weft/detail/spin_lock.h"
#include "weft/time.h"

namespace weft::inline abi1::detail {

enum class Direction : std::uint8_t { read, write };
enum class Readiness : std::uint8_t { ready, timed_out, closed, interrupted };

struct PollEntry {
    SpinLock lock;
    bool closed = false;
    std::uint32_t generation = 0;
    struct Side {
        bool ready = false;  // an edge that nobody has consumed
        bool waiting = false;
        Ticket ticket;
        bool timed_out = false;
    } side[2];
    int fd = -1;
    PollEntry* next = nullptr;
};

class Poller {
  public:
    Poller();
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    /// Begins to watch a non-blocking descriptor.
    PollEntry* add(int fd);
    /// Wakes whoever waits with `closed`, and stops watching. The descriptor is the caller's to
    /// close afterwards.
    void close(PollEntry* entry) noexcept;
    /// Gives the entry back once nobody uses the socket.
    void remove(PollEntry* entry) noexcept;

    /// Parks until the descriptor may be ready, `deadline` passes (TimePoint::max(): none), it is
    /// closed, or the ambient context ends.
    Readiness wait(PollEntry* entry, Direction direction, TimePoint deadline,
                   std::source_location where) noexcept;

    /// Makes the waiters of whatever is ready runnable. `timeout_ns` < 0: for ever, 0: only look.
    /// True when anybody was woken.
    bool poll(std::int64_t timeout_ns) noexcept;
    void interrupt() noexcept;  ///< ends a poll() in progress

    /// How many goroutines wait for I/O: each may be woken from outside.
    std::uint32_t waiting() const noexcept { return waiting_.load(std::memory_order_acquire); }
    bool used() const noexcept { return entries_.load(std::memory_order_acquire) != 0; }

  private:
    void deliver(PollEntry* entry, std::uint32_t generation, std::uint32_t events) noexcept;
    int epoll_ = -1;
    int event_ = -1;
    std::atomic<std::uint32_t> waiting_{0};
    std::atomic<std::uint32_t> entries_{0};
};

}  // namespace weft::inline abi1::detail
