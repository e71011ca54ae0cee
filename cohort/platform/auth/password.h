// SPDX-License-Identifier: Apache-2.0
// Passwords: what a good one is, and how one is kept.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/auth/secret.h"

namespace cohort::auth {

/// Whether a password may be used. No rules about kinds of characters: length and not being
/// guessable are what counts.
///
/// Errors: refused/password-too-short (under 12 characters, counted as people count),
///         refused/password-too-long (over 1,024 bytes), invalid/password-not-text (not UTF-8, or
///         with control characters), refused/password-common (a known one, a row of the keyboard,
///         a repeated pattern), refused/password-names-you (it holds the login).
/// Source: NIST SP 800-63B §5.1.1.2; OWASP ASVS 4.0 §2.1.
Result<void> check_password(std::string_view password, std::string_view login);

/// How much work a guess costs. The default is what one sign-in may cost the server: 64 MiB and
/// some 100 ms. Tests take less.
struct HashCost {
    std::size_t memory_bytes = std::size_t{64} << 20;
    unsigned long long passes = 3;
};

/// Turns passwords into hashes and holds passwords against them, a bounded number at a time: each
/// costs 64 MiB and a core for a moment, and sign-in must not starve the rest.
///
/// Shape:   a hash is one line of text with its salt and cost in it ("$argon2id$v=19$m=65536…").
/// Errors:  unavailable/sign-in-busy when too many wait already; unavailable/out-of-memory.
/// Blocks:  the goroutine; the work runs on a thread of its own (weft::blocking).
/// Cancels: while waiting for a turn; a hash that has begun runs to its end and is thrown away.
/// Source:  RFC 9106 (Argon2id), by libsodium.
class PasswordHasher {
  public:
    struct Options {
        int at_once = 1;
        int waiting_max = 64;
        HashCost cost = {};
    };

    PasswordHasher();
    explicit PasswordHasher(const Options& options);
    ~PasswordHasher();
    PasswordHasher(const PasswordHasher&) = delete;
    PasswordHasher& operator=(const PasswordHasher&) = delete;

    Result<std::string> hash(const Secret& password);

    /// Whether this is the password behind the hash. A text that is no hash matches nothing, after
    /// the same work.
    Result<bool> verify(const std::string& hash, const Secret& password);

    /// The same work as verify() for a user who does not exist: the answer's time tells nothing.
    Result<void> verify_nobody(const Secret& password);

    /// Whether a hash was made with less work than today's.
    bool is_outdated(const std::string& hash) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace cohort::auth
