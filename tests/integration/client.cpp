// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/client.h"

#include <array>

namespace tests {

bool Client::send(const std::string& bytes) {
    if (!connection_) {
        auto dialled = weft::net::dial(address_);
        if (!dialled) return false;
        connection_ = std::move(*dialled);
    }
    return connection_.write_all(bytes).ok();
}

Answer Client::receive() {
    std::string text;
    std::size_t head = std::string::npos;
    std::size_t length = 0;
    while (head == std::string::npos || text.size() < head + 4 + length) {
        std::array<std::byte, 16 * 1024> bytes{};
        const auto got = connection_.read_some(bytes);
        if (!got || *got == 0) return {};
        text.append(reinterpret_cast<const char*>(bytes.data()), *got);
        if (head != std::string::npos) continue;
        head = text.find("\r\n\r\n");
        const std::size_t at = text.find("Content-Length: ");
        if (head != std::string::npos && at < head) length = std::stoul(text.substr(at + 16));
    }
    Answer answer;
    answer.status = std::stoi(text.substr(9, 3));
    if (auto body = cohort::json::parse(text.substr(head + 4, length)))
        answer.body = std::move(*body);
    return answer;
}

Answer Client::ask(const std::string& method, const std::string& target, const std::string& body,
                   const cohort::http::Pairs& headers) {
    std::string request = method + " " + target + " HTTP/1.1\r\nHost: " + address_ + "\r\n";
    for (const auto& list : {headers_of(token_), headers})
        for (const auto& [name, value] : list) request += name + ": " + value + "\r\n";
    if (!body.empty())
        request +=
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n";
    Answer answer;
    if (send(request + "\r\n" + body)) answer = receive();
    if (answer.status == 0) connection_ = {};
    return answer;
}

}  // namespace tests
