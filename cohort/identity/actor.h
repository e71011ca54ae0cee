// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cohort/base/id.h"
#include "cohort/platform/http/request.h"

namespace cohort::identity {

/// Who does something and by what way, for the audit.
struct Actor {
    UserId user;          ///< empty: `part` acts
    std::string part;     ///< a part of the server without a user: "first-start", "command-line"
    std::string role;     ///< the role that gave the right
    std::string address;  ///< where from: the network address
    std::string client;   ///< where from: the program
    std::string how;      ///< "api", "cli"

    /// The user's id, or the part's name.
    const std::string& name() const noexcept { return user.empty() ? part : user.text; }
};

/// The caller of a request that authorise() has let through.
Actor actor_of(const http::Request& request);

/// The operator at the machine itself, who needs no session.
Actor command_line();

}  // namespace cohort::identity
