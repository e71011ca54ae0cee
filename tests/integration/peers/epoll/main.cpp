// SPDX-License-Identifier: Apache-2.0
// The least a program can do for a plain GET: one thread, one epoll, no parsing beyond the end of
// the head, the same bytes each time. What a server costs beyond this is its own.
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>

namespace {

const std::string answer =
    "HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nContent-Length: 379\r\n\r\n" +
    std::string(379, ' ');

int listen_somewhere() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (bind(listener, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
        listen(listener, 1024) != 0 ||
        getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) != 0)
        return -1;
    std::printf("epoll is ready at http://127.0.0.1:%d/\n", ntohs(at.sin_port));
    std::fflush(stdout);
    return listener;
}

void watch(int poller, int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
}

// False: it has gone.
bool serve(int socket, std::string& head) {
    std::array<char, 4096> bytes;
    const ssize_t n = read(socket, bytes.data(), bytes.size());
    if (n <= 0) return false;
    head.append(bytes.data(), static_cast<std::size_t>(n));
    if (!std::string_view(head).ends_with("\r\n\r\n")) return true;
    head.clear();
    return write(socket, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size());
}

}  // namespace

int main() {
    const int listener = listen_somewhere();
    if (listener < 0) return 1;
    const int poller = epoll_create1(EPOLL_CLOEXEC);
    watch(poller, listener);
    std::unordered_map<int, std::string> heads;
    std::array<epoll_event, 256> ready;
    for (;;) {
        const int n = epoll_wait(poller, ready.data(), ready.size(), -1);
        for (int i = 0; i < n; ++i) {
            const int socket = ready[i].data.fd;
            if (socket == listener) {
                const int caller =
                    accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
                const int on = 1;
                setsockopt(caller, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                if (caller >= 0) watch(poller, caller);
            } else if (!serve(socket, heads[socket])) {
                heads.erase(socket);
                close(socket);
            }
        }
    }
}
