// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "weft/net.h"

#include "cohort/platform/http/stream.h"

namespace cohort::http {

/// A socket as a Stream. Closes it when it goes.
class NetStream final : public Stream {
  public:
    explicit NetStream(weft::net::Connection connection) : connection_(std::move(connection)) {}
    ~NetStream() override { connection_.close(); }

    Result<std::size_t> read_some(std::span<char> into, weft::TimePoint until) override;
    Result<void> write_all(std::string_view bytes, weft::TimePoint until) override;
    bool peer_gone() noexcept override;
    void stop_reading() noexcept override;
    void finish_writing() noexcept override { connection_.shutdown_write(); }

  private:
    weft::net::Connection connection_;
};

}  // namespace cohort::http
