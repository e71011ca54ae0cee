// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

#include "weft/result.h"
#include "weft/time.h"

namespace weft::inline abi1::detail {
class StreamEnd;
class StreamSource;
}  // namespace weft::inline abi1::detail

/// TCP and Unix stream sockets whose calls park the goroutine instead of blocking its thread. All
/// calls need a running weft::run, or a SimNetwork in the simulator (sim_network.h); they are
/// cancellation points (they throw Cancelled when the ambient context ends) and report failures as
/// unavailable/CODE: "refused", "reset", "unreachable", "address-in-use", "closed", "descriptors",
/// "network"; a passed deadline as timeout/"deadline".
namespace weft::inline abi1::net {

/// One connection. A reader and a writer may use it at the same time; close() may come from
/// anywhere. Copies share the connection.
class Connection {
  public:
    Connection() = default;
    explicit Connection(std::shared_ptr<detail::StreamEnd> end) : end_(std::move(end)) {}

    /// Reads what there is, at least one byte. 0: the peer has finished sending.
    Result<std::size_t> read_some(std::span<std::byte> into,
                                  std::source_location where = std::source_location::current());
    /// Writes at least one byte.
    Result<std::size_t> write_some(std::span<const std::byte> from,
                                   std::source_location where = std::source_location::current());
    /// Writes all of it. Cancelled or failed, a part of it may have been sent.
    Result<void> write_all(std::span<const std::byte> from,
                           std::source_location where = std::source_location::current());
    Result<void> write_all(std::string_view text,
                           std::source_location where = std::source_location::current()) {
        return write_all(std::as_bytes(std::span(text.data(), text.size())), where);
    }

    /// From then on a read (write) that would have to wait fails with timeout/"deadline".
    /// TimePoint::max(): none.
    void set_read_deadline(TimePoint when) noexcept;
    void set_write_deadline(TimePoint when) noexcept;

    /// No more will be sent; the peer reads to the end.
    void shutdown_write() noexcept;
    /// Ends the connection and wakes whoever waits on it with unavailable/"closed". Idempotent.
    void close() noexcept;
    /// Ends it at once, discarding what was not sent (the peer sees a reset).
    void abort() noexcept;

    /// Parks until the peer has closed or reset the connection, or until close(): to cancel work
    /// for a caller who has gone. Must not run beside a read. False: there is data to read instead.
    bool wait_closed(std::source_location where = std::source_location::current());

    std::string peer() const;       ///< "203.0.113.7:40112"
    std::string peer_host() const;  ///< without the port
    std::string local() const;
    int fd() const noexcept;  ///< -1 in a SimNetwork
    explicit operator bool() const noexcept { return end_ != nullptr; }

  private:
    std::shared_ptr<detail::StreamEnd> end_;
};

/// Takes connections in. Several goroutines may accept(); close() may come from anywhere. Copies
/// share the socket.
class Listener {
  public:
    Listener() = default;
    explicit Listener(std::shared_ptr<detail::StreamSource> source) : source_(std::move(source)) {}

    /// Waits for the next connection. unavailable/"closed" after close(); unavailable/"descriptors"
    /// when the process has none left (try again later).
    Result<Connection> accept(std::source_location where = std::source_location::current());
    /// No more is accepted; wakes who waits in accept() with unavailable/"closed". Idempotent.
    void close() noexcept;
    std::string address() const;  ///< with the port that was given for port 0
    int fd() const noexcept;      ///< -1 in a SimNetwork
    explicit operator bool() const noexcept { return source_ != nullptr; }

  private:
    std::shared_ptr<detail::StreamSource> source_;
};

/// `address`: "127.0.0.1:8080", "[::1]:0", ":8080" (all interfaces), "unix:/run/name" (whose file
/// goes with the Listener) or "unix:@name" (Linux's abstract names). Names of hosts are not
/// resolved here. Errors: invalid/"address"; unavailable as above.
Result<Listener> listen(const std::string& address, int backlog = 1024);

/// A socket that listens already: left by a service manager, or by the program before. It is closed
/// with the Listener. Errors: invalid/"descriptor": it is none.
Result<Listener> listen_on(int fd);

/// Connects. `address` as for listen(), or a name ("db.local:5432"), whose addresses are
/// tried in turn (see resolve()), each for an equal share of what the ambient deadline leaves.
/// Errors: also those of resolve(); when every address fails, the text names each.
Result<Connection> dial(const std::string& address,
                        std::source_location where = std::source_location::current());

}  // namespace weft::inline abi1::net
