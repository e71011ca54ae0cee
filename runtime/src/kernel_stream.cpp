// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/kernel_stream.h"

#include <sys/socket.h>

#include "runtime/src/address.h"

namespace weft::inline abi1::detail {

Result<std::size_t> KernelStream::read_some(std::span<std::byte> into,
                                            const std::source_location& where) {
    return socket_->retry(Direction::read, socket_->read_deadline.load(), where,
                          [&](int fd) { return ::recv(fd, into.data(), into.size(), 0); });
}

Result<std::size_t> KernelStream::write_some(std::span<const std::byte> from,
                                             const std::source_location& where) {
    return socket_->retry(Direction::write, socket_->write_deadline.load(), where, [&](int fd) {
        return ::send(fd, from.data(), from.size(), MSG_NOSIGNAL);
    });
}

void KernelStream::shutdown_write() noexcept {
    if (!socket_->begin()) return;
    ::shutdown(socket_->fd(), SHUT_WR);
    socket_->end();
}

void KernelStream::abort() noexcept {
    if (!socket_->begin()) return;
    const linger at_once{1, 0};
    setsockopt(socket_->fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_->end();
    socket_->close();
}

bool KernelStream::wait_closed(const std::source_location& where) {
    std::byte one{};
    const auto got = socket_->retry(
        Direction::read, TimePoint::max(), where,
        [&](int fd) { return ::recv(fd, &one, 1, MSG_PEEK); }, Endless::intended);
    return !got || *got == 0;
}

std::string KernelStream::peer(bool with_port) const {
    return name_of(socket_, &::getpeername, with_port);
}
std::string KernelStream::local() const {
    return name_of(socket_, &::getsockname, true);
}

Result<net::Connection> KernelListener::accept(const std::source_location& where) {
    const auto next = [](int listening) {
        return ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    };
    const auto fd =
        TRY(socket_->retry(Direction::read, TimePoint::max(), where, next, Endless::intended));
    tune(static_cast<int>(fd));
    return net::Connection(
        std::make_shared<KernelStream>(std::make_shared<Socket>(static_cast<int>(fd))));
}

std::string KernelListener::address() const {
    return name_of(socket_, &::getsockname, true);
}

}  // namespace weft::inline abi1::detail
