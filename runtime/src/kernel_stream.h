// SPDX-License-Identifier: Apache-2.0
// The ends of streams that the kernel carries.
#pragma once

#include <memory>

#include "runtime/src/socket.h"
#include "runtime/src/stream_end.h"

namespace weft::inline abi1::detail {

class KernelStream final : public StreamEnd {
  public:
    explicit KernelStream(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}

    Result<std::size_t> read_some(std::span<std::byte> into,
                                  const std::source_location& where) override;
    Result<std::size_t> write_some(std::span<const std::byte> from,
                                   const std::source_location& where) override;
    void set_read_deadline(TimePoint when) noexcept override { socket_->read_deadline.store(when); }
    void set_write_deadline(TimePoint when) noexcept override {
        socket_->write_deadline.store(when);
    }
    void shutdown_write() noexcept override;
    void close() noexcept override { socket_->close(); }
    void abort() noexcept override;
    bool wait_closed(const std::source_location& where) override;
    std::string peer(bool with_port) const override;
    std::string local() const override;
    int fd() const noexcept override { return socket_->fd(); }

  private:
    const std::shared_ptr<Socket> socket_;
};

class KernelListener final : public StreamSource {
  public:
    explicit KernelListener(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}

    Result<net::Connection> accept(const std::source_location& where) override;
    void close() noexcept override { socket_->close(); }
    std::string address() const override;
    int fd() const noexcept override { return socket_->fd(); }

  private:
    const std::shared_ptr<Socket> socket_;
};

}  // namespace weft::inline abi1::detail
