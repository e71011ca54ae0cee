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

    /// From here on only the cookie is sent, as another site's page could make a browser do.
    void without_csrf() { sends_csrf_ = false; }

  private:
    bool send(const std::string& bytes);
    Answer receive();

    std::string address_;
    std::string token_;
    bool sends_csrf_ = true;
    weft::net::Connection connection_;
};

}  // namespace tests
