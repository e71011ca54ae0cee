// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weft/net.h"

#include "tests/world/world.h"

namespace tests {

/// A caller over a real connection that stays open. Status 0 once the server is gone: then nobody
/// knows whether the request was carried out.
class Client {
  public:
    Client(std::string address, std::string token)
        : address_(std::move(address)), token_(std::move(token)) {}

    Answer ask(const std::string& method, const std::string& target, const std::string& body = {},
               const cohort::http::Pairs& headers = {},
               const std::string& content_type = "application/json");

    /// Sends a head alone, as somebody who announces a body and waits; then reads the answer.
    Answer ask_head(const std::string& method, const std::string& target,
                    const cohort::http::Pairs& headers);

    /// Announces a body; true once the server has let the request in and waits for the body, which
    /// `finish` then sends.
    bool begin(const std::string& method, const std::string& target, const std::string& body);
    Answer finish(const std::string& body);

    /// From here on only the cookie is sent, as another site's page could make a browser do.
    void without_csrf() { sends_csrf_ = false; }

  private:
    std::string head_of(const std::string& method, const std::string& target,
                        const cohort::http::Pairs& headers) const;
    bool send(const std::string& bytes);
    Answer receive();

    std::string address_;
    std::string token_;
    bool sends_csrf_ = true;
    weft::net::Connection connection_;
};

/// A new subject at the first site, by ann.
Answer add_subject(const std::string& address, const Ground& ground, const std::string& key);

}  // namespace tests
