// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/service_manager.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "weft/time.h"

namespace cohort::app {

// Set before the process began and never changed, so reading them is safe on any thread.
static std::string_view environment(const char* name) noexcept {
    const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

void tell_service_manager(std::string_view state) noexcept {
    const std::string_view path = environment("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() < 2 || path.size() > sizeof address.sun_path) return;
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    if (path.front() == '@') address.sun_path[0] = '\0';  // a name without a file
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket < 0) return;
    const auto length = offsetof(sockaddr_un, sun_path) + path.size();
    (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(length));
    ::close(socket);
}

// Nothing when nobody watches this process.
static std::chrono::microseconds watchdog_time() noexcept {
    const auto number = [](std::string_view text) {
        std::int64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    };
    const std::string_view process = environment("WATCHDOG_PID");
    if (!process.empty() && number(process) != ::getpid()) return {};
    return std::chrono::microseconds{number(environment("WATCHDOG_USEC"))};
}

void keep_service_manager_calm() {
    const auto time = watchdog_time();
    if (time.count() <= 0) return;
    for (;;) {
        tell_service_manager("WATCHDOG=1");
        weft::sleep(time / 2);
    }
}

}  // namespace cohort::app
