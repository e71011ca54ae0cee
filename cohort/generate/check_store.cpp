// SPDX-License-Identifier: Apache-2.0
#include "cohort/audit/audit.h"
#include "cohort/generate/actor.h"
#include "cohort/generate/fill.h"
#include "cohort/identity/users.h"
#include "cohort/study/store.h"
#include "cohort/subjects/subjects.h"

namespace cohort::generate {

static Error not_made_up(const std::string& what) {
    return refused("not-made-up",
                   what +
                       " Only an empty store, or one with nothing in it but what the first "
                       "start and this command made, is filled with made-up people.");
}

static Result<bool> is_of_first_start(db::Tx& tx, const OrganisationId& organisation) {
    const audit::Filter made{
        .target = organisation.text, .actor = "first-start", .action = "organisation.created"};
    return TRY(audit::history(tx, made, {.limit = 1})).total > 0;
}

Result<void> check_store(db::Tx& tx) {
    for (const identity::Organisation& one : TRY(identity::organisations(tx)))
        if (!TRY(is_of_first_start(tx, one.id)))
            return not_made_up("The organisation \"" + one.name + "\" was made by hand.");
    for (const study::Study& one : TRY(study::list(tx))) {
        const audit::Filter made{
            .study = one.id, .actor = maker().part, .action = "subject.created"};
        const auto all = TRY(subjects::count(
            tx, {.study = one.id, .sites = {.all = true}, .site = {}, .search = {}}));
        if (TRY(audit::history(tx, made, {.limit = 1})).total != all)
            return not_made_up("The study " + one.oid + " has subjects that were not made up.");
    }
    return {};
}

}  // namespace cohort::generate
