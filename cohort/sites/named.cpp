// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/named.h"

#include "cohort/identity/users.h"

namespace cohort::sites {

Result<OrganisationId> organisation_named(db::Tx& tx, const std::optional<std::string>& name) {
    const auto known = TRY(identity::organisations(tx));
    if (name) {
        for (const auto& organisation : known)
            if (organisation.name == *name) return organisation.id;
        return TRY(identity::create_organisation(tx, *name, identity::command_line())).id;
    }
    if (known.size() == 1) return known.front().id;
    return refused("which-organisation", known.empty()
                                             ? "There is no organisation yet: name one."
                                             : "There are several organisations: name one.");
}

Result<Site> site_named(db::Tx& tx, const std::string& oid) {
    std::optional<Site> found;
    for (Site& site : TRY(list(tx))) {
        if (site.oid != oid) continue;
        if (found) return refused("which-site", "Several organisations have a site '" + oid + "'.");
        found = std::move(site);
    }
    if (!found) return not_found("site", "There is no site '" + oid + "'.");
    return std::move(*found);
}

}  // namespace cohort::sites
