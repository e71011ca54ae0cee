// SPDX-License-Identifier: Apache-2.0
#include "weft/resolve.h"

#include <algorithm>
#include <netdb.h>

#include "weft/blocking.h"
#include "weft/detach.h"
#include "weft/promise.h"
#include "weft/semaphore.h"

#include "runtime/src/address.h"

namespace weft::inline abi1::net {
namespace {

using Hosts = std::vector<std::string>;

Semaphore& resolvers() {
    static auto* one = new Semaphore(16, "resolver");  // never destroyed: work may be left behind
    return *one;
}

Result<Hosts> ask(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (code == EAI_NONAME || code == EAI_NODATA)
        return Error{ErrorKind::not_found, "host", "there is no host of this name"};
    if (code != 0) return Error{ErrorKind::unavailable, "resolver", gai_strerror(code)};
    Hosts hosts;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        detail::Address address;
        std::copy_n(reinterpret_cast<const std::byte*>(at->ai_addr), at->ai_addrlen,
                    reinterpret_cast<std::byte*>(&address.storage));
        address.length = at->ai_addrlen;
        std::string text = detail::text_of(address, false);
        if (!text.empty() && std::find(hosts.begin(), hosts.end(), text) == hosts.end())
            hosts.push_back(std::move(text));
    }
    freeaddrinfo(found);
    if (hosts.empty()) return Error{ErrorKind::not_found, "host", "the name has no address"};
    return hosts;
}

}  // namespace

Result<Hosts> resolve(const std::string& host, const std::source_location& where) {
    if (detail::numeric({host, "0"}) && !host.empty()) return Hosts{host};
    auto ends = promise<Hosts>("resolve", where);
    detach(
        "getaddrinfo",
        [host, done = std::move(ends.first)]() mutable {
            const auto permit = resolvers().acquire();
            done.set(blocking("getaddrinfo", [&] { return ask(host); }));
        },
        where);
    return ends.second.get(where);
}

}  // namespace weft::inline abi1::net
