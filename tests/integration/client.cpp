// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/client.h"

#include <array>
#include <sstream>

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
    std::istringstream lines(text.substr(0, head));
    std::string line;
    for (std::getline(lines, line); std::getline(lines, line);)
        if (const std::size_t colon = line.find(": "); colon != std::string::npos)
            answer.headers.emplace_back(line.substr(0, colon),
                                        line.substr(colon + 2, line.find('\r') - colon - 2));
    answer.text = text.substr(head + 4, length);
    if (auto body = cohort::json::parse(answer.text)) answer.body = std::move(*body);
    return answer;
}

std::string Client::head_of(const std::string& method, const std::string& target,
                            const cohort::http::Pairs& headers) const {
    auto all = token_.empty() ? cohort::http::Pairs() : headers_of(token_);
    if (!sends_csrf_) std::erase_if(all, [](const auto& one) { return one.first != "cookie"; });
    all.insert(all.end(), headers.begin(), headers.end());
    std::string head = method + " " + target + " HTTP/1.1\r\nHost: " + address_ + "\r\n";
    for (const auto& [name, value] : all) head += name + ": " + value + "\r\n";
    return head + "\r\n";
}

Answer Client::ask(const std::string& method, const std::string& target, const std::string& body,
                   const cohort::http::Pairs& headers, const std::string& content_type) {
    cohort::http::Pairs all = headers;
    if (!body.empty()) all.emplace_back("Content-Type", content_type);
    if (!body.empty() || method != "GET")
        all.emplace_back("Content-Length", std::to_string(body.size()));
    Answer answer;
    if (send(head_of(method, target, all) + body)) answer = receive();
    if (answer.status == 0 || answer.header("Connection") == "close") connection_ = {};
    return answer;
}

Answer Client::ask_head(const std::string& method, const std::string& target,
                        const cohort::http::Pairs& headers) {
    return send(head_of(method, target, headers)) ? receive() : Answer();
}

bool Client::begin(const std::string& method, const std::string& target, const std::string& body) {
    return ask_head(method, target,
                    {{"Content-Type", "application/json"},
                     {"Content-Length", std::to_string(body.size())},
                     {"Expect", "100-continue"}})
               .status == 100;
}

Answer Client::finish(const std::string& body) {
    return send(body) ? receive() : Answer();
}

Answer add_subject(const std::string& address, const Ground& ground, const std::string& key) {
    return Client(address, ground.tokens.at("ann"))
        .ask("POST", "/api/v1/studies/" + ground.study.text + "/subjects",
             R"({"site":")" + ground.site_a.text + R"("})", {{"idempotency-key", key}});
}

}  // namespace tests
