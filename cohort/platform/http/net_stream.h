// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weft/net.h"

#include "cohort/platform/http/stream.h"

namespace cohort::http {

/// Whether the peer has shut down its side: a browser that navigates away looks like that, and so
/// does every client library that gives up. Bytes it sent ahead do not hide it.
bool has_hung_up(const weft::net::Connection& connection) noexcept;

/// Whether a read would not wait.
bool has_unread(const weft::net::Connection& connection) noexcept;

/// Ends reads that wait, and later ones, as if the peer had sent its last byte.
void shut_reading(const weft::net::Connection& connection) noexcept;

/// A socket as a Stream. Closes it when it goes.
class NetStream final : public Stream {
  public:
    explicit NetStream(weft::net::Connection connection) : connection_(std::move(connection)) {}
    ~NetStream() override { connection_.close(); }

    Result<std::size_t> read_some(std::span<char> into, weft::TimePoint until) override;
    Result<void> write_all(std::string_view bytes, weft::TimePoint until) override;
    bool peer_gone() noexcept override { return has_hung_up(connection_); }
    bool has_input() noexcept override { return has_unread(connection_); }
    void stop_reading() noexcept override { shut_reading(connection_); }
    void finish_writing() noexcept override { connection_.shutdown_write(); }

  private:
    weft::net::Connection connection_;
};

}  // namespace cohort::http
