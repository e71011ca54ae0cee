// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cohort/platform/config/config.h"
#include "cohort/platform/mail/mail.h"

namespace cohort::mail {

/// How this server sends mails.
struct Sending {
    Server server;
    std::string from;   ///< its domain is that of the Message-IDs too
    std::string links;  ///< where people reach this server: "https://cohort.example"
};

/// What mail.* says; nothing when mail.server is empty: then no mails are sent.
/// Errors: invalid/bad-mail-server; invalid/bad-address of mail.from; invalid/bad-mail-links;
///         invalid/no-password: there is a user and no password file; those of auth::read_private()
///         of that file.
/// Blocks: its thread, to read the password.
Result<std::optional<Sending>> sending_of(const config::Config& config);

}  // namespace cohort::mail
