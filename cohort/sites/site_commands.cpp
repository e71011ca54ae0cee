// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/site_commands.h"

#include "cohort/identity/users.h"

namespace cohort::sites {

using identity::command_line;

Result<std::string> add_site(db::Db& db, const AddSite& wish) {
    return db.transact([&](db::Tx& tx) -> Result<std::string> {
        const auto site =
            TRY(create(tx,
                       {.organisation = TRY(organisation_named(tx, wish.organisation)),
                        .oid = wish.oid,
                        .name = wish.name,
                        .time_zone = wish.time_zone},
                       command_line()));
        return "Added " + site.oid + ".\n";
    });
}

Result<std::string> join_study(db::Db& db, const SiteInStudy& wish, const FindStudy& find_study) {
    return db.transact([&](db::Tx& tx) -> Result<std::string> {
        const auto study = TRY(find_study(tx, wish.study));
        const auto site = TRY(site_named(tx, wish.oid));
        TRY(activate(tx, study, site.id, command_line(), wish.number));
        return site.oid + " takes part in " + wish.study + ".\n";
    });
}

Result<std::string> leave_study(db::Db& db, const SiteInStudy& wish, const FindStudy& find_study) {
    return db.transact([&](db::Tx& tx) -> Result<std::string> {
        const auto study = TRY(find_study(tx, wish.study));
        const auto site = TRY(site_named(tx, wish.oid));
        TRY(deactivate(tx, study, site.id, command_line()));
        return site.oid + " enrols nobody in " + wish.study +
               " any more; what is there stays and can be read.\n";
    });
}

Result<std::string> list_sites(db::Db& db) {
    return db.read([](db::Tx& tx) -> Result<std::string> {
        std::string text;
        for (const Site& site : TRY(list(tx)))
            text += site.oid + "  " + site.name + "  " + site.time_zone + "\n";
        return text.empty() ? "There are no sites.\n" : text;
    });
}

}  // namespace cohort::sites
