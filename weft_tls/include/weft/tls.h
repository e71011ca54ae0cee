// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

#include "weft/net.h"

/// TLS 1.2 and 1.3 over a net::Connection, by OpenSSL: a library of its own (weft_tls), so that
/// weft needs no OpenSSL. Calls park, are cancelled and fail as those of net.h; further errors are
/// unavailable/"tls" (the peer does not speak it, or broke it) and forbidden/"certificate" (it does
/// not prove who it is).
namespace weft::inline abi1::net {

namespace detail {
struct TlsSettings;
struct TlsState;
}  // namespace detail

/// Whom to trust and who one is. Made once, shared by any number of streams.
class TlsContext {
  public:
    /// For dialling. `authorities`: a PEM file of those to trust; empty: those of the system.
    /// Errors: invalid/"certificate": the file cannot be read as such.
    static Result<TlsContext> client(const std::string& authorities = {});
    /// For accepting, with PEM files of the certificate (and its chain) and of its key.
    /// Errors: as client(); invalid/"key": it cannot be read, or does not belong to the
    /// certificate.
    static Result<TlsContext> server(const std::string& certificate, const std::string& key);

  private:
    friend class TlsStream;
    explicit TlsContext(std::shared_ptr<detail::TlsSettings> settings)
        : settings_(std::move(settings)) {}
    std::shared_ptr<detail::TlsSettings> settings_;
};

/// One encrypted connection. A reader and a writer may use it at the same time; close() may come
/// from anywhere. Copies share the connection.
class TlsStream {
  public:
    /// Shakes hands as the one who dialled, and checks that the peer is `host` (a name or a numeric
    /// address).
    static Result<TlsStream> connect(
        const TlsContext& context, Connection connection, const std::string& host,
        const std::source_location& where = std::source_location::current());
    /// Shakes hands as the one who was dialled.
    static Result<TlsStream> accept(
        const TlsContext& context, Connection connection,
        const std::source_location& where = std::source_location::current());

    /// Reads what there is, at least one byte. 0: the peer has said that it is done. A connection
    /// that ends without that word was cut: unavailable/"reset".
    Result<std::size_t> read_some(std::span<std::byte> into, const std::source_location& where =
                                                                 std::source_location::current());
    /// Cancels: throws Cancelled; part of it may have been sent, and the stream cannot be used for
    /// writing any more (unavailable/"tls").
    Result<void> write_all(std::span<const std::byte> from,
                           const std::source_location& where = std::source_location::current());
    Result<void> write_all(std::string_view text,
                           const std::source_location& where = std::source_location::current()) {
        return write_all(std::as_bytes(std::span(text.data(), text.size())), where);
    }
    /// Says that no more will be sent. The peer may still send.
    Result<void> shutdown_write(
        const std::source_location& where = std::source_location::current());
    /// Ends the connection at once and wakes whoever waits on it. Idempotent.
    void close() noexcept;

    /// The connection below, for its deadlines and addresses.
    Connection& connection() noexcept;
    std::string version() const;  ///< "TLSv1.3"

  private:
    explicit TlsStream(std::shared_ptr<detail::TlsState> state) : state_(std::move(state)) {}
    std::shared_ptr<detail::TlsState> state_;
};

}  // namespace weft::inline abi1::net
