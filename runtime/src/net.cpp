// SPDX-License-Identifier: Apache-2.0
#include "weft/net.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/src/address.h"
#include "runtime/src/socket.h"

namespace weft::inline abi1::net {

using detail::Direction;
using detail::Socket;

Result<std::size_t> Connection::read_some(std::span<std::byte> into, std::source_location where) {
    return socket_->retry(Direction::read, socket_->read_deadline.load(), where,
                          [&](int fd) { return ::recv(fd, into.data(), into.size(), 0); });
}

Result<std::size_t> Connection::write_some(std::span<const std::byte> from,
                                           std::source_location where) {
    return socket_->retry(Direction::write, socket_->write_deadline.load(), where, [&](int fd) {
        return ::send(fd, from.data(), from.size(), MSG_NOSIGNAL);
    });
}

Result<void> Connection::write_all(std::span<const std::byte> from, std::source_location where) {
    while (!from.empty()) from = from.subspan(TRY(write_some(from, where)));
    return {};
}

void Connection::set_read_deadline(TimePoint when) noexcept {
    socket_->read_deadline.store(when);
}
void Connection::set_write_deadline(TimePoint when) noexcept {
    socket_->write_deadline.store(when);
}

void Connection::shutdown_write() noexcept {
    if (!socket_->begin()) return;
    ::shutdown(socket_->fd(), SHUT_WR);
    socket_->end();
}

void Connection::close() noexcept {
    if (socket_) socket_->close();
}

void Connection::abort() noexcept {
    if (!socket_ || !socket_->begin()) return;
    const linger at_once{1, 0};
    setsockopt(socket_->fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_->end();
    socket_->close();
}

bool Connection::wait_closed(std::source_location where) {
    std::byte one{};
    const auto got = socket_->retry(Direction::read, TimePoint::max(), where,
                                    [&](int fd) { return ::recv(fd, &one, 1, MSG_PEEK); });
    return !got || *got == 0;
}

std::string Connection::peer() const {
    return detail::name_of(socket_, &::getpeername, true);
}
std::string Connection::peer_host() const {
    return detail::name_of(socket_, &::getpeername, false);
}
std::string Connection::local() const {
    return detail::name_of(socket_, &::getsockname, true);
}
int Connection::fd() const noexcept {
    return socket_->fd();
}

Result<Connection> Listener::accept(std::source_location where) {
    const auto fd = TRY(socket_->retry(Direction::read, TimePoint::max(), where, [](int listening) {
        return ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }));
    detail::tune(static_cast<int>(fd));
    return Connection(std::make_shared<Socket>(static_cast<int>(fd)));
}

void Listener::close() noexcept {
    if (socket_) socket_->close();
}
std::string Listener::address() const {
    return detail::name_of(socket_, &::getsockname, true);
}
int Listener::fd() const noexcept {
    return socket_->fd();
}

namespace {

Result<detail::Address> own_address(const std::string& text) {
    if (auto local = detail::unix_address(text)) return *local;
    const auto address = detail::numeric(TRY(detail::split(text)));
    if (!address) return Error{ErrorKind::invalid, "address", "listen() takes a numeric address"};
    return *address;
}

}  // namespace

Result<Listener> listen(const std::string& address, int backlog) {
    const auto at = TRY(own_address(address));
    const int fd = TRY(detail::stream_socket(at));
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, at.raw(), at.length) != 0 || ::listen(fd, backlog) != 0) {
        const int code = errno;
        ::close(fd);
        return detail::network_error(code);
    }
    auto socket = std::make_shared<Socket>(fd);
    if (address.starts_with("unix:/")) socket->unlink_path = address.substr(5);
    return Listener(std::move(socket));
}

Result<Listener> listen_on(int fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
        return Error{ErrorKind::invalid, "descriptor", "the descriptor is no listening socket"};
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    return Listener(std::make_shared<Socket>(fd));
}

}  // namespace weft::inline abi1::net
