// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/sessions.h"

#include <algorithm>

#include "cohort/identity/grants.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/platform/auth/random.h"

namespace cohort::identity {

namespace {

// An ended session's row is of no use after a day: the audit says who was here when.
constexpr std::int64_t kept_ms = 24 * 60 * 60 * 1000;

std::string hash_of(std::string_view token) {
    return auth::sha256_hex(token);
}

std::int64_t ms(std::chrono::seconds duration) {
    return std::chrono::milliseconds(duration).count();
}

}  // namespace

bool Session::alive(Instant at, const Lifetimes& lifetimes) const noexcept {
    return at < expires_at && at.ms < last_seen_at.ms + ms(lifetimes.idle);
}

bool is_token(std::string_view text) noexcept {
    return text.size() == 43 && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
           });
}

std::string csrf_of(std::string_view token) {
    return auth::to_base64url(auth::as_bytes(auth::hmac_sha256(token, "cohort csrf v1")));
}

Result<NewSession> open_session(db::Tx& tx, const UserId& user, const Lifetimes& lifetimes) {
    const Instant at = now();
    TRY(tx.put("DELETE FROM session WHERE expires_at < ?", Instant{at.ms - kept_ms}));
    const NewSession session{new_id<SessionId>(), auth::random_token()};
    TRY(tx.put(
        "INSERT INTO session (id, token_hash, user_id, created_at, last_seen_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        session.id, hash_of(session.token), user, at, at, Instant{at.ms + ms(lifetimes.absolute)}));
    TRY(tx.put("UPDATE user_account SET last_login_at = ? WHERE id = ?", at, user));
    return session;
}

Result<std::optional<Session>> find_session(db::Tx& tx, std::string_view token,
                                            const Lifetimes& lifetimes) {
    if (!is_token(token)) return std::optional<Session>{};
    const auto row =
        TRY(tx.maybe("SELECT session.id, session.user_id, user_account.login, user_account.name,"
                     " session.last_seen_at, session.expires_at FROM session"
                     " JOIN user_account ON user_account.id = session.user_id"
                     " WHERE session.token_hash = ? AND session.ended_at IS NULL"
                     " AND user_account.disabled_at IS NULL",
                     hash_of(token)));
    if (!row) return std::optional<Session>{};
    Session session{.id = row->get<SessionId>(0),
                    .user = row->get<UserId>(1),
                    .login = row->get<std::string>(2),
                    .name = row->get<std::string>(3),
                    .last_seen_at = row->get<Instant>(4),
                    .expires_at = row->get<Instant>(5),
                    .rights = {}};
    const Instant at = now();
    if (!session.alive(at, lifetimes)) return std::optional<Session>{};
    session.rights = TRY(rights_of(tx, session.user, at));
    return std::optional<Session>{std::move(session)};
}

Result<void> touch_session(db::Tx& tx, const SessionId& session, Instant at) {
    TRY(tx.put("UPDATE session SET last_seen_at = ? WHERE id = ? AND last_seen_at < ?", at, session,
               at));
    return {};
}

Result<std::optional<UserId>> end_session(db::Tx& tx, std::string_view token) {
    if (!is_token(token)) return std::optional<UserId>{};
    const auto row =
        TRY(tx.maybe("SELECT id, user_id FROM session WHERE token_hash = ? AND ended_at IS NULL",
                     hash_of(token)));
    if (!row) return std::optional<UserId>{};
    TRY(tx.put("UPDATE session SET ended_at = ? WHERE id = ?", now(), row->get<SessionId>(0)));
    return std::optional<UserId>{row->get<UserId>(1)};
}

Result<void> end_sessions(db::Tx& tx, const UserId& user) {
    TRY(tx.put("UPDATE session SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL", now(),
               user));
    return {};
}

}  // namespace cohort::identity
