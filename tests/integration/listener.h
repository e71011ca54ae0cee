// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "weft/net.h"

namespace tests {

/// Somebody who listens to server-sent events over a real connection.
class Listener {
  public:
    Listener(const std::string& address, const std::string& token, const std::string& path,
             const std::string& last_heard = {});

    /// The next event, comments apart; empty once the stream has ended.
    std::string hear();

    std::string status;

  private:
    std::string take(const std::string& end);

    weft::net::Connection connection_;
    std::string unread_;
};

/// What stands behind "id: " and "data: ".
std::string id_of(const std::string& event);
std::string data_of(const std::string& event);

}  // namespace tests
