// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/network.h"

#include <algorithm>
#include <vector>

namespace cohort::http {

static std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> groups;
    while (!text.empty()) {
        const auto end = std::min(text.find(':'), text.size());
        groups.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return groups;
}

std::string network_of(std::string_view peer) {
    if (std::ranges::count(peer, ':') < 2) return std::string{peer};  // IPv4, or a name
    if (peer.find('.') != std::string_view::npos)                     // IPv4 in an IPv6 socket
        return std::string{peer.substr(peer.rfind(':') + 1)};
    const auto gap = peer.find("::");
    auto groups = split(peer.substr(0, gap));
    if (gap != std::string_view::npos) {
        const auto tail = split(peer.substr(gap + 2));
        groups.resize(
            std::max<std::size_t>(groups.size(), 8 - std::min<std::size_t>(8, tail.size())), "0");
        groups.insert(groups.end(), tail.begin(), tail.end());
    }
    groups.resize(4, "0");
    std::string network;
    for (const auto& group : groups) network += group + ":";
    return network + ":/64";
}

}  // namespace cohort::http
