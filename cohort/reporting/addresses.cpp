// SPDX-License-Identifier: Apache-2.0
#include "cohort/reporting/addresses.h"

#include <algorithm>

#include "cohort/audit/audit.h"
#include "cohort/identity/record.h"
#include "cohort/platform/mail/compose.h"
#include "cohort/sites/sites.h"

namespace cohort::reporting {

Result<std::string> address_of(db::Tx& tx, const StudyId& study, const SiteId& site) {
    const auto row = TRY(tx.maybe(
        "SELECT address FROM report_address WHERE study_id = ? AND site_id = ?", study, site));
    return row ? row->get<std::string>(0) : std::string();
}

Result<std::vector<Address>> addresses_of(db::Tx& tx, const StudyId& study) {
    std::vector<Address> all;
    for (const db::Row& row :
         TRY(tx.all("SELECT site_id, address, changed_at, changed_by FROM report_address "
                    "WHERE study_id = ? ORDER BY site_id",
                    study)))
        all.push_back({.site = row.get<SiteId>(0),
                       .address = row.get<std::string>(1),
                       .changed_at = row.get<Instant>(2),
                       .changed_by = row.get<std::string>(3)});
    return all;
}

static audit::Datum datum_of(const std::string& address) {
    return {.text = address, .unit = {}};
}

Result<Address> set_address(db::Tx& tx, const StudyId& study, const SiteId& site,
                            const std::string& address, const identity::Actor& actor) {
    if (!address.empty() && !mail::is_address(address))
        return invalid("bad-address", "An address is like doctor@hospital.example.");
    const auto known = TRY(sites::of_study(tx, study));
    if (std::ranges::find(known, site, &sites::Site::id) == known.end())
        return not_found("site", "This site takes no part in the study.");
    audit::Entry entry = identity::entry_of(actor, "report-address.set", site.text);
    entry.study = study;
    entry.site = site;
    entry.old_value = datum_of(TRY(address_of(tx, study, site)));
    entry.new_value = datum_of(address);
    const Address set{
        .site = site, .address = address, .changed_at = now(), .changed_by = actor.name()};
    TRY(
        tx.put("INSERT INTO report_address (study_id, site_id, address, changed_at, changed_by) "
               "VALUES (?, ?, ?, ?, ?) ON CONFLICT (study_id, site_id) DO UPDATE SET "
               "address = excluded.address, changed_at = excluded.changed_at, "
               "changed_by = excluded.changed_by",
               study, site, set.address, set.changed_at, set.changed_by));
    TRY(audit::append(tx, entry));
    return set;
}

}  // namespace cohort::reporting
