// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/identity.h"

#include "cohort/identity/memory.h"
#include "cohort/platform/auth/digest.h"

namespace cohort::identity {

namespace {

Error no_session() {
    return unauthenticated("no-session", "You are not signed in, or the session has ended.");
}

// One answer for "there is none" and "not for you": whoever guesses ids learns nothing.
Error nothing_there() {
    return not_found("unknown-object", "There is nothing with this id.");
}

}  // namespace

struct Identity::State {
    State(db::Db& store, auth::PasswordHasher& passwords, const Settings& wanted)
        : db(store), hasher(passwords), settings(wanted), memory(wanted.remembered.count()) {}

    /// `in_use`: the idle time begins anew.
    Result<std::optional<Session>> find(std::string_view token, bool in_use);
    void touch(std::string_view token, const Session& session, Instant at);

    db::Db& db;
    auth::PasswordHasher& hasher;
    Settings settings;
    Memory memory;
};

Result<std::optional<Session>> Identity::State::find(std::string_view token, bool in_use) {
    if (!is_token(token)) return std::optional<Session>{};
    const Instant at = now();
    auto session = memory.find(token, at);
    if (session && !session->alive(at, settings.lifetimes)) session.reset();
    if (!session) {
        const auto ticket = memory.ticket();
        session =
            TRY(db.read([&](db::Tx& tx) { return find_session(tx, token, settings.lifetimes); }));
        if (session) memory.keep(ticket, token, *session, at);
    }
    if (session && in_use) touch(token, *session, at);
    return session;
}

void Identity::State::touch(std::string_view token, const Session& session, Instant at) {
    const auto every = std::chrono::milliseconds(settings.touch_every).count();
    if (at.ms - session.last_seen_at.ms < every) return;
    memory.seen(token, at);  // first, so that the requests beside this one do not write too
    // A store that cannot write (full, too busy) must still show what it holds; then the idle time
    // runs from the last write that succeeded.
    (void)db.transact([&](db::Tx& tx) { return touch_session(tx, session.id, at); });
}

Identity::Identity(db::Db& db, auth::PasswordHasher& hasher, const Settings& settings)
    : state_(std::make_unique<State>(db, hasher, settings)) {}

Identity::~Identity() = default;

db::Db& Identity::db() noexcept {
    return state_->db;
}

auth::PasswordHasher& Identity::hasher() noexcept {
    return state_->hasher;
}

const Settings& Identity::settings() const noexcept {
    return state_->settings;
}

void Identity::forget() {
    state_->memory.forget();
}

Result<std::optional<Session>> Identity::session_of(const http::Request& request) {
    return state_->find(request.cookie(session_cookie).value_or(""), !request.is_repeated);
}

Result<void> Identity::authorise(http::Request& request, const http::Access& access) {
    if (access.kind() == http::Access::Kind::open) return {};
    const auto session = TRY(session_of(request));
    if (!session) return no_session();
    request.caller = http::Principal{.user = session->user,
                                     .login = session->login,
                                     .name = session->name,
                                     .role = {},
                                     .session = session->id.text};
    if (!http::is_safe(request.method)) {
        const auto sent = request.header("x-csrf-token").value_or("");
        const auto token = request.cookie(session_cookie).value_or("");
        if (!auth::same_bytes(sent, csrf_of(token)))
            return forbidden("csrf", "The request does not come from the page you signed in on.");
    }
    if (access.kind() == http::Access::Kind::signed_in) return {};

    auto scope = access.scope(request);
    if (!scope && scope.error().kind == ErrorKind::not_found) return nothing_there();
    const auto decision =
        decide(session->rights, access.permission(), TRY(std::move(scope)), now());
    if (decision.verdict == Verdict::hidden) return nothing_there();
    if (decision.verdict == Verdict::forbidden)
        return forbidden("not-allowed", "Your roles do not allow this here.");
    request.caller->role = to_string(*decision.role);
    return {};
}

http::Authoriser Identity::authoriser() {
    return [this](http::Request& request, const http::Access& access) {
        return authorise(request, access);
    };
}

Result<SiteFilter> Identity::sites(const http::Request& request, Permission permission,
                                   const StudyId& study) {
    const auto session = TRY(session_of(request));
    if (!session) return no_session();
    return sites_of(session->rights, permission, study, now());
}

Result<StudyFilter> Identity::studies(const http::Request& request, Permission permission) {
    const auto session = TRY(session_of(request));
    if (!session) return no_session();
    return studies_of(session->rights, permission, now());
}

Result<bool> Identity::may(const http::Request& request, Permission permission,
                           const Scope& scope) {
    const auto session = TRY(session_of(request));
    if (!session) return no_session();
    return decide(session->rights, permission, scope, now()).verdict == Verdict::allowed;
}

}  // namespace cohort::identity
