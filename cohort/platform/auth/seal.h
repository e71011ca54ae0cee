// SPDX-License-Identifier: Apache-2.0
// Small secrets that have to be read again, sealed for the store: who has a copy of the store has
// them only with the key.
#pragma once

#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/auth/secret.h"
#include "cohort/platform/auth/sign.h"

namespace cohort::auth {

/// Seals and opens. Moves only; wiped with the object.
class SealingKey {
  public:
    /// A key of its own for a purpose: it tells nothing of the signing key it is derived from, nor
    /// of the keys of other purposes.
    /// Source: BLAKE2b keyed with the seed (RFC 7693).
    static SealingKey derived(const SigningKey& from, std::string_view purpose);

    /// Shape: URL-safe letters, other ones each time. It opens only as the secret of the same
    ///        `owner`, so that a row that is copied to another one is of no use there.
    /// Source: XChaCha20-Poly1305 with a random nonce (draft-irtf-cfrg-xchacha-03).
    std::string seal(std::string_view secret, std::string_view owner) const;

    /// Errors: invalid/seal-broken: not sealed with this key for this owner, or changed since.
    Result<Secret> open(std::string_view sealed, std::string_view owner) const;

  private:
    explicit SealingKey(Secret key) : key_(std::move(key)) {}

    Secret key_;
};

}  // namespace cohort::auth
