// SPDX-License-Identifier: Apache-2.0
// Where the reports of a site are pushed to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/time.h"
#include "cohort/identity/actor.h"
#include "cohort/platform/auth/seal.h"
#include "cohort/platform/db/tx.h"

namespace cohort::push {

struct Receiver {
    StudyId study;
    SiteId site;
    std::string url;    ///< below which each delivery has its own
    std::string token;  ///< sealed: see token_of()
    bool enabled = true;
    Instant changed_at;
    std::string changed_by;
};

struct NewReceiver {
    StudyId study;
    SiteId site;
    std::string url;
    std::optional<std::string> token;  ///< absent: as it was
    bool enabled = true;
};

/// Sets or changes a site's receiver, its audit record included. What the old one had refused waits
/// again.
/// Errors: not_found/site (it takes no part in the study); invalid/bad-url; invalid/bad-token (1 to
///         200 visible characters); invalid/token-missing: there is none yet, or the URL is another
///         one: whoever may change where a token goes must know it.
Result<Receiver> set_receiver(db::Tx& tx, const NewReceiver& wish, const auth::SealingKey& key,
                              const identity::Actor& actor);

/// Nothing is pushed there any more, its audit record included. Errors: not_found/receiver.
Result<void> remove_receiver(db::Tx& tx, const StudyId& study, const SiteId& site,
                             const identity::Actor& actor);

/// Errors: not_found/receiver.
Result<Receiver> get_receiver(db::Tx& tx, const StudyId& study, const SiteId& site);

/// Of a study, by site.
Result<std::vector<Receiver>> receivers_of(db::Tx& tx, const StudyId& study);

/// Errors: invalid/seal-broken: it was sealed by a server with another key; set it again.
Result<auth::Secret> token_of(const Receiver& receiver, const auth::SealingKey& key);

}  // namespace cohort::push
