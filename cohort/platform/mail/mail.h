// SPDX-License-Identifier: Apache-2.0
// Hands mails to a mail server over TLS, and says of each what is known of its fate. SMTP delivers
// at least once or not knowably: whoever repeats a mail of unknown fate may deliver it twice.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/mail/compose.h"

namespace cohort::mail {

struct Server {
    /// "smtps://HOST:465": TLS from the first byte. "smtp://HOST:587": TLS by STARTTLS, without
    /// which nothing is sent.
    std::string url;
    std::string user = {};  ///< empty: no login
    std::string password = {};
    std::string authorities = {};  ///< PEM file of those who may sign its certificate; empty: the
                                   ///< system's
    std::chrono::milliseconds limit{30'000};  ///< for one mail
};

/// Whether the URL is of one of the two kinds.
bool is_server(std::string_view url);

enum class Fate : std::uint8_t {
    sent,       ///< the server has taken it
    refused,    ///< the server says no, for good (5xx)
    try_later,  ///< it was certainly not taken: no connection, no TLS, or the server says later
    unknown,    ///< its text was handed over, and no answer came
};
std::string_view to_string(Fate fate) noexcept;

/// What became of a mail.
struct Handed {
    Fate fate = Fate::try_later;
    long code = 0;       ///< the server's last reply; 0: none
    std::string reason;  ///< that reply, or why there is none; printable, at most 200 characters
};

/// Hands over one mail, over a connection of its own.
/// Errors: those of compose(); invalid/bad-mail-server: the URL is neither smtps nor smtp.
/// Blocks: the goroutine, for at most `limit` and a farewell; a thread of the pool meanwhile.
/// Cancels: while it waits for a thread: throws Cancelled, nothing was sent. Later the transfer is
///         ended at once and its fate answered: it may have become unknown.
Result<Handed> send(const Server& server, const Mail& mail);

}  // namespace cohort::mail
