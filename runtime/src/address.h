// SPDX-License-Identifier: Apache-2.0
// Addresses as text and as the kernel wants them.
#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <sys/socket.h>
#include <vector>

#include "weft/result.h"

#include "runtime/src/socket.h"

namespace weft::inline abi1::detail {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    const sockaddr* raw() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
    sockaddr* raw() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    int family() const noexcept { return storage.ss_family; }
};

struct HostPort {
    std::string host;
    std::string port;
};

/// "host:port", "[v6]:port". Errors: invalid/address.
Result<HostPort> split(const std::string& address);

/// The address of numbers; nothing for a name.
std::optional<Address> numeric(const HostPort& parts);

/// "unix:/run/x" or "unix:@abstract". Nothing when the text does not begin so.
/// Errors: invalid/address: empty, or longer than the kernel takes.
std::optional<Result<Address>> unix_address(const std::string& text);

/// Numbers at once, names by getaddrinfo: at least one, in the order to try them in. Throws
/// Cancelled.
Result<std::vector<Address>> look_up(const std::string& address, const std::source_location& where);

/// A stream socket that listens for, or will connect to, an address of this family.
Result<int> stream_socket(const Address& address);

std::string text_of(const Address& address, bool with_port);

using NameCall = int (*)(int, sockaddr*, socklen_t*);
/// getsockname or getpeername as text; empty when the socket is closed.
std::string name_of(const std::shared_ptr<Socket>& socket, NameCall call, bool with_port);

}  // namespace weft::inline abi1::detail
