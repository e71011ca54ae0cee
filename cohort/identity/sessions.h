// SPDX-License-Identifier: Apache-2.0
// Who is signed in. The browser holds a random token; the store holds only its hash.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/identity/rights.h"
#include "cohort/platform/db/tx.h"

namespace cohort::identity {

using SessionId = Id<struct SessionTag>;

inline constexpr std::string_view session_cookie = "cohort_session";

/// How long a session lasts.
struct Lifetimes {
    std::chrono::seconds idle{30 * 60};           ///< without any request
    std::chrono::seconds absolute{12 * 60 * 60};  ///< whatever happens
};

struct Session {
    SessionId id;
    UserId user;
    std::string login;
    std::string name;
    Instant last_seen_at;
    Instant expires_at;  ///< the absolute end
    Rights rights;       ///< as they were when the session was read

    bool alive(Instant at, const Lifetimes& lifetimes) const noexcept;
};

/// Whether a text may be a token at all: looked at before the store is asked.
bool is_token(std::string_view text) noexcept;

/// The CSRF token of a session. Derived from the session's token, so that it needs no storage, is
/// new with each session, and cannot lead back to it.
std::string csrf_of(std::string_view token);

/// A session that was just opened; `token` is nowhere else.
struct NewSession {
    SessionId id;
    std::string token;
};

/// Opens a session and forgets those that ended long ago.
Result<NewSession> open_session(db::Tx& tx, const UserId& user, const Lifetimes& lifetimes);

/// The living session of a token, with the user's rights; nothing when there is none, it ended, it
/// ran out, or the account was disabled.
Result<std::optional<Session>> find_session(db::Tx& tx, std::string_view token,
                                            const Lifetimes& lifetimes);

/// Notes that the session is in use.
Result<void> touch_session(db::Tx& tx, const SessionId& session, Instant at);

/// Ends one session, if it lives. Shape: whose it was.
Result<std::optional<UserId>> end_session(db::Tx& tx, std::string_view token);

/// Ends every session of a user.
Result<void> end_sessions(db::Tx& tx, const UserId& user);

}  // namespace cohort::identity
