// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/address.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>

#include "weft/resolve.h"

namespace weft::inline abi1::detail {

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

std::optional<Result<Address>> unix_address(const std::string& text) {
    constexpr std::string_view scheme = "unix:";
    if (!text.starts_with(scheme)) return std::nullopt;
    const std::string path = text.substr(scheme.size());
    Address address;
    auto* local = reinterpret_cast<sockaddr_un*>(&address.storage);
    if (path.empty() || path == "@" || path.size() >= sizeof local->sun_path)
        return Result<Address>(Error{ErrorKind::invalid, "address",
                                     "a Unix address looks like unix:/run/name or unix:@name, "
                                     "with at most 107 characters of path"});
    local->sun_family = AF_UNIX;
    std::memcpy(local->sun_path, path.data(), path.size());
    address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    if (path.front() == '@')
        local->sun_path[0] = '\0';  // abstract: no file, the length counts
    else
        ++address.length;
    return Result<Address>(address);
}

Result<std::vector<Address>> look_up(const std::string& address,
                                     const std::source_location& where) {
    if (auto local = unix_address(address)) return std::vector{TRY(*local)};
    const HostPort parts = TRY(split(address));
    if (auto found = numeric(parts)) return std::vector{*found};
    std::vector<Address> all;
    // A link-local address with a scope is resolved and is no address to us.
    for (const std::string& host : TRY(net::resolve(parts.host, where)))
        if (auto found = numeric({host, parts.port})) all.push_back(*found);
    if (!all.empty()) return all;
    return Error{ErrorKind::unavailable, "no-address", parts.host + " has no address to use"};
}

Result<int> stream_socket(const Address& address) {
    const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return network_error(errno);
    return fd;
}

std::string text_of(const Address& address, bool with_port) {
    char host[INET6_ADDRSTRLEN] = "";
    if (address.family() == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        return with_port ? std::string(host) + ":" + std::to_string(ntohs(v4->sin_port)) : host;
    }
    if (address.family() == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        return with_port ? "[" + std::string(host) + "]:" + std::to_string(ntohs(v6->sin6_port))
                         : host;
    }
    if (address.family() == AF_UNIX) {
        const auto* local = reinterpret_cast<const sockaddr_un*>(&address.storage);
        std::string path(local->sun_path, address.length - offsetof(sockaddr_un, sun_path));
        if (path.empty()) return {};
        if (path.front() == '\0')
            path.front() = '@';
        else
            path = path.c_str();
        return "unix:" + path;
    }
    return {};
}

std::string name_of(const std::shared_ptr<Socket>& socket, NameCall call, bool with_port) {
    if (!socket || !socket->begin()) return {};
    Address address;
    address.length = sizeof address.storage;
    const int got = call(socket->fd(), address.raw(), &address.length);
    socket->end();
    return got == 0 ? text_of(address, with_port) : std::string();
}

}  // namespace weft::inline abi1::detail
