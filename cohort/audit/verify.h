// SPDX-License-Identifier: Apache-2.0
// Whether the audit is what it was when it was written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cohort/audit/audit.h"
#include "cohort/platform/auth/sign.h"
#include "cohort/platform/db/db.h"

namespace cohort::audit {

/// What somebody outside remembers of a chain: a head as it was shown, printed or mailed once.
struct Anchor {
    std::string chain;
    std::int64_t number = 0;
    std::string hash;
};

struct Finding {
    std::string chain;
    std::int64_t number = 0;  ///< of the first bad record in its chain; 0: it has no place there
    std::string record;       ///< its id, as far as it is known
    std::string what;         ///< for people
};

struct Verdict {
    std::vector<Finding> findings;  ///< the first of each chain
    std::int64_t records = 0;
    std::int64_t sealed = 0;
    std::int64_t unsealed = 0;
    std::int64_t chains = 0;

    bool good() const noexcept { return findings.empty(); }
};

/// Checks every record of every chain: its content against its hash, its place in the chain, the
/// values that have not been lawfully destroyed against their digests, every signed head, and that
/// no record is outside all of this.
///
/// Shape:  `trusted` are the keys whose signatures count; they come from outside the store.
/// Errors: those of the store.
/// Blocks: for the whole audit, in bounded memory; it reads one snapshot while writing goes on.
Result<Verdict> verify(db::Db& db, const std::vector<auth::VerifyKey>& trusted,
                       const std::vector<Anchor>& anchors = {});

/// The same inside a transaction of the caller's.
Result<Verdict> verify(db::Tx& tx, const std::vector<auth::VerifyKey>& trusted,
                       const std::vector<Anchor>& anchors = {});

}  // namespace cohort::audit
