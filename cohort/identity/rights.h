// SPDX-License-Identifier: Apache-2.0
// What somebody may do where: pure rules over the roles they were given. No clock, no database.
#pragma once

#include <optional>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/time.h"
#include "cohort/identity/roles.h"

namespace cohort::identity {

using http::Scope;

/// One role held somewhere for some time.
///
/// Shape: no study: all studies; a study without a site: all its sites. A site always comes with
///        its study, because people are delegated to a study's site, not to a building.
struct Holding {
    Role role = Role::editor;
    std::optional<StudyId> study = {};
    std::optional<SiteId> site = {};
    Instant from = {};
    std::optional<Instant> until = {};  ///< the first moment it no longer holds

    bool holds_at(Instant at) const noexcept { return from <= at && (!until || at < *until); }

    friend bool operator==(const Holding&, const Holding&) = default;
};

using Rights = std::vector<Holding>;

/// The answer of the one rule.
enum class Verdict : std::uint8_t {
    allowed,
    forbidden,  ///< may see that the place exists, but not do this there
    hidden,     ///< may not even know that it exists
};

struct Decision {
    Verdict verdict = Verdict::hidden;
    std::optional<Role> role = {};  ///< the role that gave the right
};

/// Whether these rights allow this there at this moment.
///
/// A role bound to a site covers that site alone; for a study as a whole it may only look (see
/// only_looks) and the caller narrows the answer with sites_of(). A place is hidden from those who
/// have no right of view that touches it; what belongs to no study is never hidden.
Decision decide(const Rights& rights, Permission permission, const Scope& scope, Instant at);

/// Which sites of a study an answer may speak of.
struct SiteFilter {
    bool all = false;
    std::vector<SiteId> sites = {};  ///< sorted; when not `all`

    bool covers(const SiteId& site) const;
    bool none() const noexcept { return !all && sites.empty(); }
};

/// Which studies a list may show.
struct StudyFilter {
    bool all = false;
    std::vector<StudyId> studies = {};  ///< sorted; when not `all`

    bool covers(const StudyId& study) const;
};

SiteFilter sites_of(const Rights& rights, Permission permission, const StudyId& study, Instant at);
StudyFilter studies_of(const Rights& rights, Permission permission, Instant at);

/// One thing somebody may do, for the UI.
struct Allowed {
    Permission permission;
    std::optional<StudyId> study = {};
    std::optional<SiteId> site = {};
};

/// Everything the rights allow at this moment, each thing once.
std::vector<Allowed> list_allowed(const Rights& rights, Instant at);

}  // namespace cohort::identity
