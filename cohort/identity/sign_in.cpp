// SPDX-License-Identifier: Apache-2.0
// Signing in, out, and changing one's password. A guess is counted before it is looked at; a login
// that does not exist takes the same steps, in the same order, with the same work.
#include "cohort/identity/identity.h"
#include "cohort/identity/record.h"
#include "cohort/identity/sessions.h"
#include "cohort/identity/text.h"
#include "cohort/identity/users.h"

namespace cohort::identity {

namespace {

struct Credentials {
    UserId user;
    std::string hash;
    bool disabled = false;
};

struct Guess {
    Attempt attempt;
    std::optional<Credentials> credentials;
};

Error bad_credentials() {
    return unauthenticated("bad-credentials",
                           "The login or the password is wrong, or the account is disabled.");
}

Result<std::optional<Credentials>> credentials_of(db::Tx& tx, std::string_view login) {
    const auto row = TRY(
        tx.maybe("SELECT id, password_hash, disabled_at FROM user_account WHERE login = ?", login));
    if (!row) return std::optional<Credentials>{};
    return std::optional<Credentials>{
        Credentials{.user = row->get<UserId>(0),
                    .hash = row->get<std::string>(1),
                    .disabled = row->get<std::optional<Instant>>(2).has_value()}};
}

// The password that was checked must still be the account's when the session opens.
Result<void> require_unchanged(db::Tx& tx, std::string_view login, const Credentials& checked) {
    const auto current = TRY(credentials_of(tx, login));
    if (!current || current->disabled || current->hash != checked.hash) return bad_credentials();
    return {};
}

std::string_view why_refused(const Guess& guess) {
    if (!guess.credentials) return "unknown-login";
    return guess.credentials->disabled ? "disabled" : "wrong-password";
}

// The record names an account, never what was typed: it may have been a password.
Result<void> record_failure(db::Tx& tx, const Guess& guess, Actor actor) {
    actor.part = "sign-in";
    const std::string target = guess.credentials ? guess.credentials->user.text : "";
    TRY(record(tx, actor, "session.refused", target, {{"why", why_refused(guess)}}));
    if (guess.attempt.last) TRY(record(tx, actor, "account.locked-out", target));
    return {};
}

class SignIn {
  public:
    SignIn(Identity& identity, const http::Request& request)
        : identity_(identity), request_(request) {}

    /// Counts the guess and holds the password against the account.
    Result<Credentials> check(const std::string& login, const auth::Secret& password) {
        const auto guess = TRY(take(login));
        if (guess.attempt.wait) {
            retry_after_ = guess.attempt.wait;
            return throttled("locked-out", "There were too many attempts. Try again later.");
        }
        attempt_ = guess.attempt.id;
        const auto matches = compare(guess, password);
        if (!matches) {
            TRY(identity_.db().transact([&](db::Tx& tx) { return give_back(tx, attempt_); }));
            return matches.error();
        }
        if (*matches && guess.credentials && !guess.credentials->disabled)
            return *guess.credentials;
        TRY(identity_.db().transact(
            [&](db::Tx& tx) { return record_failure(tx, guess, actor_of(request_)); }));
        return bad_credentials();
    }

    const AttemptId& attempt() const noexcept { return attempt_; }
    std::optional<std::chrono::seconds> retry_after() const noexcept { return retry_after_; }

  private:
    Result<Guess> take(const std::string& login) {
        return identity_.db().transact([&](db::Tx& tx) -> Result<Guess> {
            Guess guess;
            guess.attempt =
                TRY(take_attempt(tx, login, request_.peer, identity_.settings().guesses, now()));
            if (!guess.attempt.wait) guess.credentials = TRY(credentials_of(tx, login));
            return guess;
        });
    }

    Result<bool> compare(const Guess& guess, const auth::Secret& password) {
        if (guess.credentials) return identity_.hasher().verify(guess.credentials->hash, password);
        TRY(identity_.hasher().verify_nobody(password));
        return false;
    }

    Identity& identity_;
    const http::Request& request_;
    AttemptId attempt_;
    std::optional<std::chrono::seconds> retry_after_;
};

Result<SignedIn> open(db::Tx& tx, const UserId& user, const Lifetimes& lifetimes) {
    auto opened = TRY(open_session(tx, user, lifetimes));
    auto session = TRY(find_session(tx, opened.token, lifetimes));
    if (!session) return bad_credentials();
    return SignedIn{std::move(*session), std::move(opened.token)};
}

Actor actor_as(const http::Request& request, const UserId& user) {
    Actor actor = actor_of(request);
    actor.user = user;
    return actor;
}

}  // namespace

SignInOutcome Identity::sign_in(const http::Request& request, std::string_view typed,
                                const auth::Secret& password) {
    SignIn steps(*this, request);
    const auto old = request.cookie(session_cookie).value_or("");
    const auto run = [&]() -> Result<SignedIn> {
        // A text that can be no login is an unknown login: counted and refused as one.
        const auto login = read_login(typed);
        const std::string name = login ? *login : std::string{typed};
        const auto checked = TRY(steps.check(name, password));
        std::string fresh = checked.hash;
        if (hasher().is_outdated(fresh)) fresh = TRY(hasher().hash(password));
        return db().transact([&](db::Tx& tx) -> Result<SignedIn> {
            TRY(require_unchanged(tx, name, checked));
            if (fresh != checked.hash)
                TRY(tx.put("UPDATE user_account SET password_hash = ? WHERE id = ?", fresh,
                           checked.user));
            TRY(give_back(tx, steps.attempt()));
            TRY(end_session(tx, old));
            auto opened = TRY(open(tx, checked.user, settings().lifetimes));
            TRY(record(tx, actor_as(request, checked.user), "session.started",
                       opened.session.id.text));
            return opened;
        });
    };
    auto result = run();
    if (result && is_token(old)) forget();
    return {std::move(result), steps.retry_after()};
}

Result<void> Identity::sign_out(const http::Request& request) {
    const auto token = request.cookie(session_cookie).value_or("");
    TRY(db().transact([&](db::Tx& tx) -> Result<void> {
        const auto user = TRY(end_session(tx, token));
        if (!user) return {};
        return record(tx, actor_as(request, *user), "session.ended",
                      request.caller ? request.caller->session : "");
    }));
    forget();
    return {};
}

SignInOutcome Identity::change_password(const http::Request& request, const auth::Secret& current,
                                        const auth::Secret& chosen) {
    SignIn steps(*this, request);
    const auto run = [&]() -> Result<SignedIn> {
        const auto& caller = request.principal();
        TRY(auth::check_password(chosen.reveal(), caller.login));
        const auto checked = TRY(steps.check(caller.login, current));
        const auto fresh = TRY(hasher().hash(chosen));
        return db().transact([&](db::Tx& tx) -> Result<SignedIn> {
            TRY(require_unchanged(tx, caller.login, checked));
            TRY(give_back(tx, steps.attempt()));
            TRY(set_password_hash(tx, checked.user, fresh, actor_as(request, checked.user)));
            return open(tx, checked.user, settings().lifetimes);
        });
    };
    auto result = run();
    if (result) forget();
    return {std::move(result), steps.retry_after()};
}

}  // namespace cohort::identity
