// SPDX-License-Identifier: Apache-2.0
// What a net::Connection and a net::Listener are made of: a socket of the kernel, or a place in a
// simulated network.
#pragma once

#include <cstddef>
#include <source_location>
#include <span>
#include <string>

#include "weft/net.h"

namespace weft::inline abi1::detail {

/// One end of a stream of bytes. All as net::Connection says.
class StreamEnd {
  public:
    StreamEnd() = default;
    virtual ~StreamEnd() = default;
    StreamEnd(const StreamEnd&) = delete;
    StreamEnd& operator=(const StreamEnd&) = delete;

    virtual Result<std::size_t> read_some(std::span<std::byte> into,
                                          const std::source_location& where) = 0;
    virtual Result<std::size_t> write_some(std::span<const std::byte> from,
                                           const std::source_location& where) = 0;
    virtual void set_read_deadline(TimePoint when) noexcept = 0;
    virtual void set_write_deadline(TimePoint when) noexcept = 0;
    virtual void shutdown_write() noexcept = 0;
    virtual void close() noexcept = 0;
    virtual void abort() noexcept = 0;
    virtual bool wait_closed(const std::source_location& where) = 0;
    virtual std::string peer(bool with_port) const = 0;
    virtual std::string local() const = 0;
    virtual int fd() const noexcept = 0;
};

/// Where streams come in. All as net::Listener says.
class StreamSource {
  public:
    StreamSource() = default;
    virtual ~StreamSource() = default;
    StreamSource(const StreamSource&) = delete;
    StreamSource& operator=(const StreamSource&) = delete;

    virtual Result<net::Connection> accept(const std::source_location& where) = 0;
    virtual void close() noexcept = 0;
    virtual std::string address() const = 0;
    virtual int fd() const noexcept = 0;
};

}  // namespace weft::inline abi1::detail
