// SPDX-License-Identifier: Apache-2.0
// A made-up trial in a real store, to try things out on: everything goes through the functions that
// requests go through, with its records in the audit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cohort/base/time.h"
#include "cohort/epro/take.h"
#include "cohort/platform/auth/seal.h"
#include "cohort/platform/db/db.h"

namespace cohort::generate {

/// With which every made-up site's reports go to its receiver. No secret: it guards nothing but
/// what anybody can make up.
inline constexpr const char* receiver_token = "token";

/// Refuses a store that may hold more than what was made up: one with an organisation that the
/// first start did not make, or with a subject that was not made up.
/// Errors: refused/not-made-up.
Result<void> check_store(db::Tx& tx);

struct Wish {
    StudyId study;
    int sites = 0;     ///< that the study is to have
    int subjects = 0;  ///< at each
    std::uint64_t seed = 0;
    CivilDate today;
    std::string receiver = {};  ///< URL above the sites' own; empty: none is set
};

struct Filled {
    std::int64_t sites = 0;  ///< that had nobody yet
    std::int64_t subjects = 0;
    std::int64_t complete_forms = 0;
    std::int64_t open_forms = 0;
    std::int64_t submissions = 0;
    std::int64_t alerts = 0;
};

/// Lets a study have so many sites, and gives each that has nobody its subjects with forms and
/// answers, as their number, the seed and the day say. A site is there whole or not at all: after a
/// kill the same wish goes on where it ended.
/// Errors: not_found/organisation; invalid/bad-url; those of the store.
/// Blocks: the goroutine.
Result<Filled> fill(db::Db& db, const Wish& wish, const epro::FollowUps& follow_ups,
                    const auth::SealingKey& key);

}  // namespace cohort::generate
