// SPDX-License-Identifier: Apache-2.0
#include "weft/udp.h"

#include <cerrno>
#include <sys/uio.h>
#include <unistd.h>

#include "runtime/src/address.h"
#include "runtime/src/socket.h"

namespace weft::inline abi1::net {

using detail::Address;
using detail::Direction;
using detail::Socket;

Result<UdpSocket::Received> UdpSocket::receive(std::span<std::byte> into,
                                               std::source_location where) {
    Address from;
    iovec room{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &room;
    message.msg_iovlen = 1;
    Received received;
    received.size =
        TRY(socket_->retry(Direction::read, socket_->read_deadline.load(), where, [&](int fd) {
            message.msg_name = from.raw();
            message.msg_namelen = sizeof from.storage;
            return ::recvmsg(fd, &message, 0);
        }));
    from.length = message.msg_namelen;
    received.truncated = (message.msg_flags & MSG_TRUNC) != 0;
    received.from = detail::text_of(from, true);
    return received;
}

Result<void> UdpSocket::transmit(const void* to, unsigned length, std::span<const std::byte> bytes,
                                 std::source_location where) {
    bool too_large = false;
    const auto sent = socket_->retry(Direction::write, TimePoint::max(), where, [&](int fd) {
        const auto n = ::sendto(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL,
                                static_cast<const sockaddr*>(to), length);
        too_large = n < 0 && errno == EMSGSIZE;
        return n;
    });
    if (too_large)
        return Error{ErrorKind::refused, "too-large", "a datagram of this size cannot be sent"};
    if (!sent) return sent.error();
    return {};
}

Result<void> UdpSocket::send_to(const std::string& address, std::span<const std::byte> bytes,
                                std::source_location where) {
    const auto to = detail::numeric(TRY(detail::split(address)));
    if (!to) return Error{ErrorKind::invalid, "address", "send_to() takes a numeric address"};
    return transmit(to->raw(), to->length, bytes, where);
}

Result<void> UdpSocket::send(std::span<const std::byte> bytes, std::source_location where) {
    return transmit(nullptr, 0, bytes, where);
}

void UdpSocket::set_read_deadline(TimePoint when) noexcept {
    socket_->read_deadline.store(when);
}
void UdpSocket::close() noexcept {
    socket_->close();
}
std::string UdpSocket::local() const {
    return detail::name_of(socket_, &::getsockname, true);
}

namespace {

using Attach = int (*)(int, const sockaddr*, socklen_t);

Result<UdpSocket> make(const Address& address, Attach attach) {
    const int fd = ::socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return detail::network_error(errno);
    if (attach(fd, address.raw(), address.length) != 0) {
        const int code = errno;
        ::close(fd);
        return detail::network_error(code);
    }
    return UdpSocket(std::make_shared<Socket>(fd));
}

}  // namespace

Result<UdpSocket> bind_udp(const std::string& address) {
    const auto at = detail::numeric(TRY(detail::split(address)));
    if (!at) return Error{ErrorKind::invalid, "address", "bind_udp() takes a numeric address"};
    return make(*at, &::bind);
}

Result<UdpSocket> dial_udp(const std::string& address, std::source_location where) {
    return make(TRY(detail::look_up(address, where)).front(), &::connect);
}

}  // namespace weft::inline abi1::net
