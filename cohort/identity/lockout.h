// SPDX-License-Identifier: Apache-2.0
// How often somebody may guess. An attempt is counted before the password is looked at and given
// back when it was right, so that a thousand guesses at once get no further than one by one.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/platform/db/tx.h"

namespace cohort::identity {

/// Source: OWASP ASVS 2.2.1 asks for at most 100 an hour; here 10 in 15 minutes.
struct GuessLimits {
    int per_account = 10;
    int per_address = 100;  ///< of all accounts together; 0: no bound
    std::chrono::seconds window{15 * 60};
};

using AttemptId = Id<struct AttemptTag>;

struct Attempt {
    AttemptId id;                              ///< empty when it must not be made
    std::optional<std::chrono::seconds> wait;  ///< how long until one may be made
    bool last = false;                         ///< the account is closed if this one fails
};

/// Counts an attempt against the account and the address, or says how long to wait.
/// Shape: the same for a login that exists and one that does not.
Result<Attempt> take_attempt(db::Tx& tx, std::string_view login, std::string_view peer,
                             const GuessLimits& limits, Instant at);

/// The attempt was right, or was never carried out: it no longer counts.
Result<void> give_back(db::Tx& tx, const AttemptId& attempt);

}  // namespace cohort::identity
