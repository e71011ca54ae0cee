// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/net_stream.h"

#include <poll.h>
#include <sys/socket.h>

namespace cohort::http {

Result<std::size_t> NetStream::read_some(std::span<char> into, weft::TimePoint until) {
    connection_.set_read_deadline(until);
    return connection_.read_some(std::as_writable_bytes(into));
}

Result<void> NetStream::write_all(std::string_view bytes, weft::TimePoint until) {
    connection_.set_write_deadline(until);
    return connection_.write_all(bytes);
}

static bool polled(const weft::net::Connection& connection, short events) noexcept {
    pollfd state{.fd = connection.fd(), .events = events, .revents = 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & (events | POLLHUP | POLLERR)) != 0;
}

bool has_hung_up(const weft::net::Connection& connection) noexcept {
    return polled(connection, POLLRDHUP);
}

bool has_unread(const weft::net::Connection& connection) noexcept {
    return polled(connection, POLLIN);
}

void shut_reading(const weft::net::Connection& connection) noexcept {
    ::shutdown(connection.fd(), SHUT_RD);
}

}  // namespace cohort::http
