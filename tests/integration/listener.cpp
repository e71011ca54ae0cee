// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/listener.h"

#include <array>

#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

Listener::Listener(const std::string& address, const std::string& token, const std::string& path,
                   const std::string& last_heard)
    : connection_(weft::net::dial(address).value()) {
    std::string head = "GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\n";
    for (const auto& [name, value] : headers_of(token)) head += name + ": " + value + "\r\n";
    if (!last_heard.empty()) head += "Last-Event-ID: " + last_heard + "\r\n";
    CHECK(connection_.write_all(head + "\r\n"));
    status = take("\r\n\r\n").substr(9, 3);
}

std::string Listener::hear() {
    std::string event = ":";
    while (event.starts_with(":")) event = take("\n\n");
    return event;
}

std::string Listener::take(const std::string& end) {
    while (unread_.find(end) == std::string::npos) {
        std::array<std::byte, 4096> bytes{};
        const auto got = connection_.read_some(bytes);
        if (!got || *got == 0) return {};
        unread_.append(reinterpret_cast<const char*>(bytes.data()), *got);
    }
    const std::size_t size = unread_.find(end) + end.size();
    const std::string piece = unread_.substr(0, size);
    unread_.erase(0, size);
    return piece;
}

static std::string field_of(const std::string& event, const std::string& name) {
    const std::size_t at = event.find(name);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size();
    return event.substr(begin, event.find('\n', begin) - begin);
}

std::string id_of(const std::string& event) {
    return field_of(event, "id: ");
}

std::string data_of(const std::string& event) {
    return field_of(event, "data: ");
}

}  // namespace tests
