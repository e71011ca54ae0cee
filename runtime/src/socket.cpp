// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/socket.h"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "weft/cancelled.h"
#include "weft/ensure.h"

#include "runtime/src/no_deadline.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1::detail {

namespace {
Poller& poller() noexcept {
    Runtime* runtime = Runtime::current();
    ENSURE(runtime != nullptr, "network calls need a running weft::run");
    return runtime->poller;
}
}  // namespace

void tune(int fd) noexcept {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Error network_error(int code) {
    const char* word = "network";
    switch (code) {
        case ECONNREFUSED:
            word = "refused";
            break;
        case ECONNRESET:
        case EPIPE:
        case ECONNABORTED:
            word = "reset";
            break;
        case ENETUNREACH:
        case EHOSTUNREACH:
            word = "unreachable";
            break;
        case EADDRINUSE:
            word = "address-in-use";
            break;
        case EMFILE:
        case ENFILE:
            word = "descriptors";
            break;
        case ETIMEDOUT:
            return {ErrorKind::timeout, "deadline", "the peer did not answer"};
        default:
            break;
    }
    char text[128];
    return {ErrorKind::unavailable, word, strerror_r(code, text, sizeof text)};
}

Socket::Socket(int fd) : fd_(fd), entry_(poller().add(fd)) {}

Socket::~Socket() {
    close();
}

bool Socket::begin() noexcept {
    auto users = users_.load(std::memory_order_relaxed);
    while ((users & closed_bit) == 0)
        if (users_.compare_exchange_weak(users, users + 1, std::memory_order_acq_rel)) return true;
    return false;
}

void Socket::end() noexcept {
    if (users_.fetch_sub(1, std::memory_order_acq_rel) == (closed_bit | 1)) release();
}

void Socket::close() noexcept {
    const auto before = users_.fetch_or(closed_bit, std::memory_order_acq_rel);
    if ((before & closed_bit) != 0) return;
    if (Runtime* runtime = Runtime::current()) runtime->poller.close(entry_);
    if (before == 0) release();
}

void Socket::release() noexcept {
    if (!unlink_path.empty()) ::unlink(unlink_path.c_str());
    ::close(fd_);
    // A socket that outlives its runtime has nobody left to wake; its entry's events went with the
    // poller.
    if (Runtime* runtime = Runtime::current()) runtime->poller.remove(entry_);
}

Readiness Socket::wait(Direction direction, TimePoint deadline, std::source_location where,
                       Endless endless) {
    try {
        if (deadline == TimePoint::max() && endless == Endless::smells)
            expect_deadline(direction == Direction::read ? "waits to read" : "waits to write",
                            "the other side never answer", where);
        const Readiness answer = poller().wait(entry_, direction, deadline, where);
        if (answer != Readiness::interrupted) return answer;
        throw_cancelled();
    } catch (...) {
        end();
        throw;
    }
}

}  // namespace weft::inline abi1::detail
