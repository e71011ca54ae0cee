// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/sites.h"

#include <algorithm>

#include "cohort/audit/audit.h"
#include "cohort/identity/users.h"
#include "cohort/platform/zones/zones.h"

namespace cohort::sites {

namespace {

constexpr std::size_t oid_bytes_max = 64;
constexpr std::size_t name_bytes_max = 200;

bool is_line(std::string_view text, std::size_t bytes_max) {
    if (text.empty() || text.size() > bytes_max) return false;
    if (text.front() == ' ' || text.back() == ' ') return false;
    return std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<void> check_oid(std::string_view oid) {
    if (is_line(oid, oid_bytes_max)) return {};
    return invalid("bad-site-oid", "A site's OID has 1 to 64 characters on one line.");
}

Error unknown_site() {
    return not_found("site", "There is no such site.");
}

Site read_site(const db::Row& row) {
    return {.id = row.get<SiteId>(0),
            .organisation = row.get<OrganisationId>(1),
            .oid = row.get<std::string>(2),
            .name = row.get<std::string>(3),
            .time_zone = row.get<std::string>(4)};
}

audit::Entry entry_of(const Actor& actor, std::string action, const SiteId& site) {
    audit::Entry entry;
    entry.actor = actor.name();
    entry.role = actor.role;
    entry.address = actor.address;
    entry.client = actor.client;
    entry.how = actor.how;
    entry.action = std::move(action);
    entry.site = site;
    return entry;
}

Result<void> note_activation(db::Tx& tx, const char* action, const StudyId& study,
                             const SiteId& site, const Actor& actor) {
    auto entry = entry_of(actor, action, site);
    entry.study = study;
    TRY(audit::append(tx, entry));
    return {};
}

Result<std::vector<Site>> sites_of_study(db::Tx& tx, const StudyId& study, bool active_only,
                                         const identity::SiteFilter& filter) {
    std::vector<Site> sites;
    if (filter.none()) return sites;
    const auto take = [&](db::Row&& row) -> Result<void> {
        if (active_only && row.get<std::optional<Instant>>(5)) return {};
        auto site = read_site(row);
        if (filter.covers(site.id)) sites.push_back(std::move(site));
        return {};
    };
    TRY(tx.each(
        "SELECT site.id, site.organisation_id, study_site.oid, site.name, site.time_zone,"
        " study_site.deactivated_at FROM study_site JOIN site ON site.id = study_site.site_id"
        " WHERE study_site.study_id = ? ORDER BY study_site.oid",
        take, study));
    return sites;
}

}  // namespace

Result<Site> create(db::Tx& tx, const NewSite& wish, const Actor& actor) {
    TRY(check_oid(wish.oid));
    if (!is_line(wish.name, name_bytes_max))
        return invalid("bad-site-name", "A site's name has 1 to 200 bytes on one line.");
    TRY(zones::load(wish.time_zone));
    TRY(identity::get_organisation(tx, wish.organisation));
    const Site site{new_id<SiteId>(), wish.organisation, wish.oid, wish.name, wish.time_zone};
    const auto inserted =
        TRY(tx.run("INSERT INTO site (id, organisation_id, oid, name, time_zone, created_at)"
                   " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (organisation_id, oid) DO NOTHING",
                   site.id, site.organisation, site.oid, site.name, site.time_zone, now()));
    if (inserted == 0)
        return conflict("site-exists", "The organisation already has a site with this OID.");
    TRY(audit::append(tx, entry_of(actor, "site.created", site.id)));
    return site;
}

Result<Site> get(db::Tx& tx, const SiteId& id) {
    const auto row = TRY(
        tx.maybe("SELECT id, organisation_id, oid, name, time_zone FROM site WHERE id = ?", id));
    if (!row) return unknown_site();
    return read_site(*row);
}

Result<std::vector<Site>> list(db::Tx& tx) {
    std::vector<Site> sites;
    for (const auto& row :
         TRY(tx.all("SELECT id, organisation_id, oid, name, time_zone FROM site ORDER BY oid, id")))
        sites.push_back(read_site(row));
    return sites;
}

Result<std::optional<Site>> find(db::Tx& tx, const OrganisationId& organisation,
                                 const std::string& oid) {
    const auto row =
        TRY(tx.maybe("SELECT id, organisation_id, oid, name, time_zone FROM site"
                     " WHERE organisation_id = ? AND oid = ?",
                     organisation, oid));
    if (!row) return std::optional<Site>{};
    return std::optional<Site>{read_site(*row)};
}

Result<void> activate(db::Tx& tx, const StudyId& study, const SiteId& site, const Actor& actor,
                      const std::optional<std::string>& oid_in_study) {
    const auto known = TRY(get(tx, site));
    const std::string oid = oid_in_study.value_or(known.oid);
    TRY(check_oid(oid));
    const auto holder =
        TRY(tx.maybe("SELECT site_id FROM study_site WHERE study_id = ? AND oid = ?", study, oid));
    if (holder && holder->get<SiteId>(0) != site)
        return conflict("site-oid-taken", "Another site of the study has this number.");
    if (TRY(is_active(tx, study, site))) return {};
    TRY(
        tx.put("INSERT INTO study_site (study_id, site_id, oid, activated_at, activated_by)"
               " VALUES (?, ?, ?, ?, ?) ON CONFLICT (study_id, site_id)"
               " DO UPDATE SET deactivated_at = NULL",
               study, site, oid, now(), actor.user));
    return note_activation(tx, "site.activated", study, site, actor);
}

Result<void> deactivate(db::Tx& tx, const StudyId& study, const SiteId& site, const Actor& actor) {
    const auto row = TRY(tx.maybe(
        "SELECT deactivated_at FROM study_site WHERE study_id = ? AND site_id = ?", study, site));
    if (!row) return unknown_site();
    if (row->get<std::optional<Instant>>(0)) return {};
    TRY(tx.put("UPDATE study_site SET deactivated_at = ? WHERE study_id = ? AND site_id = ?", now(),
               study, site));
    return note_activation(tx, "site.deactivated", study, site, actor);
}

Result<bool> is_active(db::Tx& tx, const StudyId& study, const SiteId& site) {
    const auto row = TRY(tx.maybe(
        "SELECT 1 FROM study_site WHERE study_id = ? AND site_id = ? AND deactivated_at IS NULL",
        study, site));
    return row.has_value();
}

Result<std::vector<Site>> of_study(db::Tx& tx, const StudyId& study,
                                   const identity::SiteFilter& filter) {
    return sites_of_study(tx, study, false, filter);
}

Result<std::vector<Site>> active_of_study(db::Tx& tx, const StudyId& study,
                                          const identity::SiteFilter& filter) {
    return sites_of_study(tx, study, true, filter);
}

Result<std::optional<Site>> find_in_study(db::Tx& tx, const StudyId& study,
                                          const std::string& oid) {
    const auto row = TRY(
        tx.maybe("SELECT site.id, site.organisation_id, study_site.oid, site.name, site.time_zone"
                 " FROM study_site JOIN site ON site.id = study_site.site_id"
                 " WHERE study_site.study_id = ? AND study_site.oid = ?",
                 study, oid));
    if (!row) return std::optional<Site>{};
    return std::optional<Site>{read_site(*row)};
}

}  // namespace cohort::sites
