// SPDX-License-Identifier: Apache-2.0
#include "weft/net.h"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/src/address.h"
#include "runtime/src/socket.h"

namespace weft::inline abi1 {
namespace detail {

namespace {

void tune(int fd) noexcept {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace
}  // namespace detail

namespace net {

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

// A stream socket that listens for, or will connect to, an address of this family.
Result<int> stream_socket(const detail::Address& address) {
    const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return detail::network_error(errno);
    return fd;
}

Result<detail::Address> own_address(const std::string& text) {
    if (auto local = detail::unix_address(text)) return *local;
    const auto address = detail::numeric(TRY(detail::split(text)));
    if (!address) return Error{ErrorKind::invalid, "address", "listen() takes a numeric address"};
    return *address;
}

}  // namespace

Result<Listener> listen(const std::string& address, int backlog) {
    const auto at = TRY(own_address(address));
    const int fd = TRY(stream_socket(at));
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

Result<Connection> dial(const std::string& address, std::source_location where) {
    const auto to = TRY(detail::look_up(address, where));
    const int fd = TRY(stream_socket(to));
    detail::tune(fd);
    auto socket = std::make_shared<Socket>(fd);
    bool begun = false;
    TRY(socket->retry(Direction::write, TimePoint::max(), where, [&](int number) {
        if (!begun) {
            begun = true;
            const int got = ::connect(number, to.raw(), to.length);
            // A Unix listener whose queue is full says so at once, and nothing is under way then.
            if (got != 0 && errno == EAGAIN) errno = ECONNREFUSED;
            if (got != 0 && errno == EINPROGRESS) errno = EAGAIN;
            return got;
        }
        int code = 0;
        socklen_t length = sizeof code;
        getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length);
        errno = code;
        if (code != 0) return -1;
        // An edge may come before the handshake ends: only a peer's name says that it has.
        sockaddr_storage peer{};
        socklen_t peer_length = sizeof peer;
        if (getpeername(number, reinterpret_cast<sockaddr*>(&peer), &peer_length) == 0) return 0;
        errno = EAGAIN;
        return -1;
    }));
    return Connection(std::move(socket));
}

}  // namespace net
}  // namespace weft::inline abi1
