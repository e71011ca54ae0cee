// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <utility>

#include "weft/net.h"

namespace weft::inline abi1::detail {
class Socket;
}

namespace weft::inline abi1::net {

/// A socket for datagrams: each is sent and received whole, or not at all. A reader and a writer
/// may use it at the same time; close() may come from anywhere. Copies share the socket. Errors and
/// cancellation are those of net.h.
class UdpSocket {
  public:
    explicit UdpSocket(std::shared_ptr<detail::Socket> socket) : socket_(std::move(socket)) {}

    /// A datagram as it came.
    struct Received {
        std::size_t size = 0;    ///< as much of it as there was room for
        bool truncated = false;  ///< there was more
        std::string from;        ///< "203.0.113.7:40112"
    };

    /// Waits for the next datagram.
    Result<Received> receive(std::span<std::byte> into,
                             std::source_location where = std::source_location::current());

    /// Sends one datagram to a numeric address. An answer is not awaited: that it was sent does not
    /// say that it arrived.
    /// Errors: invalid/"address"; refused/"too-large".
    Result<void> send_to(const std::string& address, std::span<const std::byte> bytes,
                         std::source_location where = std::source_location::current());
    /// The same to the peer of dial_udp().
    Result<void> send(std::span<const std::byte> bytes,
                      std::source_location where = std::source_location::current());

    /// From then on a receive() that would have to wait fails with timeout/"deadline".
    void set_read_deadline(TimePoint when) noexcept;
    /// Wakes whoever waits with unavailable/"closed". Idempotent.
    void close() noexcept;
    std::string local() const;

  private:
    Result<void> transmit(const void* to, unsigned length, std::span<const std::byte> bytes,
                          std::source_location where);
    std::shared_ptr<detail::Socket> socket_;
};

/// A socket at a numeric address, with a port of its own for port 0: `bind_udp("127.0.0.1:0")`.
Result<UdpSocket> bind_udp(const std::string& address);

/// A socket that talks to one peer only; what others send to it is dropped. Names are resolved.
/// Errors: a peer that does not listen shows as unavailable/"refused" at a later call.
Result<UdpSocket> dial_udp(const std::string& address,
                           std::source_location where = std::source_location::current());

}  // namespace weft::inline abi1::net
