// SPDX-License-Identifier: Apache-2.0
#include "weft/net.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/src/address.h"
#include "runtime/src/kernel_stream.h"
#include "runtime/src/sim_streams.h"

namespace weft::inline abi1::net {

using detail::KernelListener;
using detail::Socket;

Result<std::size_t> Connection::read_some(std::span<std::byte> into, std::source_location where) {
    return end_->read_some(into, where);
}

Result<std::size_t> Connection::write_some(std::span<const std::byte> from,
                                           std::source_location where) {
    return end_->write_some(from, where);
}

Result<void> Connection::write_all(std::span<const std::byte> from, std::source_location where) {
    while (!from.empty()) from = from.subspan(TRY(write_some(from, where)));
    return {};
}

void Connection::set_read_deadline(TimePoint when) noexcept {
    end_->set_read_deadline(when);
}
void Connection::set_write_deadline(TimePoint when) noexcept {
    end_->set_write_deadline(when);
}

void Connection::shutdown_write() noexcept {
    end_->shutdown_write();
}

void Connection::close() noexcept {
    if (end_) end_->close();
}

void Connection::abort() noexcept {
    if (end_) end_->abort();
}

bool Connection::wait_closed(std::source_location where) {
    return end_->wait_closed(where);
}

std::string Connection::peer() const {
    return end_ ? end_->peer(true) : std::string();
}
std::string Connection::peer_host() const {
    return end_ ? end_->peer(false) : std::string();
}
std::string Connection::local() const {
    return end_ ? end_->local() : std::string();
}
int Connection::fd() const noexcept {
    return end_->fd();
}

Result<Connection> Listener::accept(std::source_location where) {
    return source_->accept(where);
}

void Listener::close() noexcept {
    if (source_) source_->close();
}
std::string Listener::address() const {
    return source_ ? source_->address() : std::string();
}
int Listener::fd() const noexcept {
    return source_->fd();
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
    if (detail::SimStreams* simulated = detail::sim_streams())
        return simulated->listen(address, backlog);
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
    return Listener(std::make_shared<KernelListener>(std::move(socket)));
}

Result<Listener> listen_on(int fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
        return Error{ErrorKind::invalid, "descriptor", "the descriptor is no listening socket"};
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    return Listener(std::make_shared<KernelListener>(std::make_shared<Socket>(fd)));
}

}  // namespace weft::inline abi1::net
