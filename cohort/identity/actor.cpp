// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/actor.h"

#include <algorithm>

namespace cohort::identity {

namespace {

// A program may send any length as its name; the audit keeps what identifies it.
constexpr std::size_t client_bytes_max = 200;

}  // namespace

Actor actor_of(const http::Request& request) {
    Actor actor;
    if (request.caller) {
        actor.user = request.caller->user;
        actor.role = request.caller->role;
    }
    actor.address = request.peer;
    const auto program = request.header("user-agent").value_or("");
    for (const char c : program.substr(0, client_bytes_max))
        actor.client += c >= ' ' && c <= '~' ? c : '?';
    actor.how = "api";
    return actor;
}

Actor command_line() {
    Actor actor;
    actor.part = "command-line";
    actor.how = "cli";
    return actor;
}

}  // namespace cohort::identity
