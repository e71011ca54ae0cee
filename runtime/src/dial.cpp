// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/dial.h"

#include <cerrno>
#include <memory>
#include <sys/socket.h>

#include "weft/context.h"

#include "runtime/src/kernel_stream.h"
#include "runtime/src/sim_streams.h"

namespace weft::inline abi1::detail {
namespace {

Result<std::shared_ptr<Socket>> connect_to(const Address& to, TimePoint until,
                                           const std::source_location& where) {
    auto socket = std::make_shared<Socket>(TRY(stream_socket(to)));
    tune(socket->fd());
    bool begun = false;
    TRY(socket->retry(Direction::write, until, where, [&](int number) {
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
    return socket;
}

}  // namespace

TimePoint give_up_at(TimePoint now, std::optional<TimePoint> deadline, std::size_t left) noexcept {
    if (!deadline || left <= 1) return TimePoint::max();  // a deadline cancels by itself
    return now + (*deadline - now) / static_cast<std::int64_t>(left);
}

Result<net::Connection> dial_in_turn(const std::vector<Address>& addresses,
                                     const std::source_location& where) {
    std::optional<Error> failed;
    std::string all;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto until = give_up_at(Clock::now(), current_deadline(), addresses.size() - i);
        auto socket = connect_to(addresses[i], until, where);
        if (socket) return net::Connection(std::make_shared<KernelStream>(std::move(*socket)));
        all += (i > 0 ? "; " : "") + text_of(addresses[i], true) + ": " + socket.error().text;
        if (!failed) failed = socket.error();
    }
    if (!failed) return Error{ErrorKind::unavailable, "no-address", "there is no address to use"};
    if (addresses.size() > 1) failed->text = all;
    return *failed;
}

}  // namespace weft::inline abi1::detail

namespace weft::inline abi1::net {

Result<Connection> dial(const std::string& address, std::source_location where) {
    if (detail::SimStreams* simulated = detail::sim_streams())
        return simulated->dial(address, where);
    return detail::dial_in_turn(TRY(detail::look_up(address, where)), where);
}

}  // namespace weft::inline abi1::net
