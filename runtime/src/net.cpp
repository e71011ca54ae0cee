// SPDX-License-Identifier: Apache-2.0
#include "weft/net.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

#include "weft/blocking.h"

#include "runtime/src/socket.h"

namespace weft {
namespace detail {

template <class Call>
Result<std::size_t> Socket::retry(Direction direction, TimePoint deadline,
                                  std::source_location where, Call call) {
    if (!begin()) return Error{ErrorKind::unavailable, "closed", "the connection was closed here"};
    for (;;) {
        const auto n = call(fd_);
        const int code = n < 0 ? errno : 0;
        if (n >= 0 || (code != EAGAIN && code != EWOULDBLOCK && code != EINTR)) {
            end();
            if (n >= 0) return static_cast<std::size_t>(n);
            return network_error(code);
        }
        if (code == EINTR) continue;
        const Readiness answer = wait(direction, deadline, where);
        if (answer == Readiness::ready) continue;
        end();
        if (answer == Readiness::timed_out)
            return Error{ErrorKind::timeout, "deadline", "the peer did not keep up"};
        return Error{ErrorKind::unavailable, "closed", "the connection was closed here"};
    }
}

namespace {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
};

struct HostPort {
    std::string host;
    std::string port;
};

Result<HostPort> split(const std::string& address) {
    const Error bad{ErrorKind::invalid, "address",
                    "an address looks like 127.0.0.1:8080 or [::1]:8080"};
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) return bad;
    HostPort parts{address.substr(0, colon), address.substr(colon + 1)};
    if (parts.host.starts_with('[') && parts.host.ends_with(']'))
        parts.host = parts.host.substr(1, parts.host.size() - 2);
    if (parts.port.empty() || parts.port.size() > 5 ||
        parts.port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoul(parts.port) > 65535)
        return bad;
    return parts;
}

std::optional<Address> numeric(const HostPort& parts) {
    Address address;
    const auto port = htons(static_cast<std::uint16_t>(std::stoul(parts.port)));
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    const std::string host = parts.host.empty() ? "0.0.0.0" : parts.host;
    if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = port;
        address.length = sizeof *v4;
        return address;
    }
    address = {};
    if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = port;
        address.length = sizeof *v6;
        return address;
    }
    return std::nullopt;
}

Result<Address> resolve(const HostPort& parts) {
    if (auto address = numeric(parts)) return *address;
    return blocking("getaddrinfo", [&]() -> Result<Address> {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        const int code = getaddrinfo(parts.host.c_str(), parts.port.c_str(), &hints, &found);
        if (code != 0) return Error{ErrorKind::unavailable, "unreachable", gai_strerror(code)};
        Address address;
        std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
        address.length = found->ai_addrlen;
        freeaddrinfo(found);
        return address;
    });
}

std::string text_of(const sockaddr_storage& storage, bool with_port) {
    char host[INET6_ADDRSTRLEN] = "";
    std::uint16_t port = 0;
    if (storage.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        port = ntohs(v4->sin_port);
        return with_port ? std::string(host) + ":" + std::to_string(port) : host;
    }
    if (storage.ss_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        port = ntohs(v6->sin6_port);
        return with_port ? "[" + std::string(host) + "]:" + std::to_string(port) : host;
    }
    return {};
}

using NameCall = int (*)(int, sockaddr*, socklen_t*);

std::string name_of(const std::shared_ptr<Socket>& socket, NameCall call, bool with_port) {
    if (!socket || !socket->begin()) return {};
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    const int got = call(socket->fd(), reinterpret_cast<sockaddr*>(&storage), &length);
    socket->end();
    return got == 0 ? text_of(storage, with_port) : std::string();
}

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

Result<Listener> listen(const std::string& address, int backlog) {
    const auto where = detail::numeric(TRY(detail::split(address)));
    if (!where) return Error{ErrorKind::invalid, "address", "listen() takes a numeric address"};
    const int fd =
        ::socket(where->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return detail::network_error(errno);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&where->storage), where->length) != 0 ||
        ::listen(fd, backlog) != 0) {
        const int code = errno;
        ::close(fd);
        return detail::network_error(code);
    }
    return Listener(std::make_shared<Socket>(fd));
}

Result<Connection> dial(const std::string& address, std::source_location where) {
    const auto to = TRY(detail::resolve(TRY(detail::split(address))));
    const int fd = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return detail::network_error(errno);
    detail::tune(fd);
    auto socket = std::make_shared<Socket>(fd);
    bool begun = false;
    TRY(socket->retry(Direction::write, TimePoint::max(), where, [&](int number) {
        if (!begun) {
            begun = true;
            const int got =
                ::connect(number, reinterpret_cast<const sockaddr*>(&to.storage), to.length);
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
}  // namespace weft
