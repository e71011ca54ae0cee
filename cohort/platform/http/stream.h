// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "weft/time.h"

#include "cohort/base/result.h"

namespace cohort::http {

/// A connection's bytes: a socket, or memory in tests and in the simulator.
class Stream {
  public:
    virtual ~Stream() = default;

    /// Waits for at least one byte. Shape: 0 at the end.
    /// Errors: timeout when `until` passes first; unavailable when the peer is gone.
    virtual Result<std::size_t> read_some(std::span<char> into, weft::TimePoint until) = 0;

    /// Sends all of it.
    /// Errors: timeout, unavailable.
    virtual Result<void> write_all(std::string_view bytes, weft::TimePoint until) = 0;

    /// Whether the peer has hung up, asked without waiting. From any goroutine.
    virtual bool peer_gone() noexcept = 0;

    /// Whether bytes of the peer have come that nobody has read, or its end. Asked without waiting,
    /// from any goroutine.
    virtual bool has_input() noexcept = 0;

    /// Ends a read that waits, and every later one, as if the peer had sent its last byte. From any
    /// goroutine.
    virtual void stop_reading() noexcept = 0;

    /// Tells the peer that no more comes; what it still sends can be read.
    virtual void finish_writing() noexcept = 0;
};

}  // namespace cohort::http
