// SPDX-License-Identifier: Apache-2.0
// The door: who is calling, and may they? Every route goes through authorise().
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "cohort/base/result.h"
#include "cohort/identity/lockout.h"
#include "cohort/identity/rights.h"
#include "cohort/identity/sessions.h"
#include "cohort/platform/auth/password.h"
#include "cohort/platform/auth/secret.h"
#include "cohort/platform/db/db.h"
#include "cohort/platform/http/access.h"
#include "cohort/platform/http/request.h"

namespace cohort::identity {

struct Settings {
    Lifetimes lifetimes;
    GuessLimits guesses;
    bool secure_cookie = false;  ///< the server is reached by HTTPS only
    std::string environment;     ///< what the pages call this server ("training"); empty: nothing

    /// How long an answer about a session may be remembered. A change made by this process acts at
    /// once; one made by another process on the same store, after this long.
    std::chrono::milliseconds remembered{2000};

    /// How exactly the idle time is kept; finer costs a write a request.
    std::chrono::seconds touch_every{60};
};

/// Who signed in, with what the browser must keep.
struct SignedIn {
    Session session;
    std::string token;
};

/// How a sign-in ended; after a lockout it says when to come back.
struct SignInOutcome {
    Result<SignedIn> result;
    std::optional<std::chrono::seconds> retry_after = {};
};

/// Accounts, sessions and the one authorisation function, over one store. Safe from any goroutine.
class Identity {
  public:
    Identity(db::Db& db, auth::PasswordHasher& hasher, const Settings& settings = {});
    ~Identity();

    /// Lets a request through or not, and notes its caller.
    ///
    /// Errors: unauthenticated/no-session; forbidden/csrf (an unsafe method without the session's
    ///         X-CSRF-Token); forbidden/not-allowed (may see the place, not do this);
    ///         not_found/unknown-object (may not see the place, or there is none: both alike).
    Result<void> authorise(http::Request& request, const http::Access& access);

    /// The same, to hand to the server. The Identity must outlive it.
    http::Authoriser authoriser();

    /// What the caller of a request may see: for lists, which are narrowed instead of refused.
    /// The request must have passed authorise().
    Result<SiteFilter> sites(const http::Request& request, Permission permission,
                             const StudyId& study);
    Result<StudyFilter> studies(const http::Request& request, Permission permission);

    /// Whether the caller may do this there, for answers that show more to some.
    Result<bool> may(const http::Request& request, Permission permission, const Scope& scope);

    /// Opens a session for a login and its password; a session that the request already carries is
    /// ended.
    ///
    /// Errors: unauthenticated/bad-credentials (unknown login, wrong password, disabled account:
    ///         after the same work, with the same words); throttled/locked-out; those of
    ///         PasswordHasher and the store.
    SignInOutcome sign_in(const http::Request& request, std::string_view login,
                          const auth::Secret& password);

    /// Ends the session a request carries.
    Result<void> sign_out(const http::Request& request);

    /// Changes the caller's own password and ends all sessions of the account but a new one.
    /// Errors: those of sign_in() and of auth::check_password().
    SignInOutcome change_password(const http::Request& request, const auth::Secret& current,
                                  const auth::Secret& chosen);

    /// The living session of a request's cookie.
    Result<std::optional<Session>> session_of(const http::Request& request);

    /// Forgets what is remembered, so that a change of accounts or roles acts at once. Call it
    /// after every such change has committed.
    void forget();

    db::Db& db() noexcept;
    auth::PasswordHasher& hasher() noexcept;
    const Settings& settings() const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cohort::identity
