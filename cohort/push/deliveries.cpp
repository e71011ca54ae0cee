// SPDX-License-Identifier: Apache-2.0
#include "cohort/push/deliveries.h"

#include <algorithm>
#include <array>
#include <map>

namespace cohort::push {

namespace {

constexpr std::array<std::string_view, 4> words{"waiting", "unknown", "acknowledged", "refused"};

constexpr const char* columns =
    "id, submission, study_id, site_id, name, state, coalesce(job, ''), coalesce(digest, ''), "
    "attempts, reply, changed_at";

Delivery delivery_of(const db::Row& row) {
    Delivery delivery{.id = row.get<DeliveryId>(0),
                      .submission = row.get<std::string>(1),
                      .study = row.get<StudyId>(2),
                      .site = row.get<SiteId>(3),
                      .name = row.get<std::string>(4)};
    const auto state = parse_standing(row.get<std::string>(5));
    ENSURE(state.has_value(), "a delivery is in a state");
    delivery.state = *state;
    delivery.job.text = row.get<std::string>(6);
    delivery.digest = row.get<std::string>(7);
    delivery.attempts = row.get<std::int64_t>(8);
    delivery.reply = row.get<std::string>(9);
    delivery.changed_at = row.get<Instant>(10);
    return delivery;
}

template <class T, class... Args>
Result<std::vector<T>> ids(db::Tx& tx, const char* sql, const Args&... args) {
    std::vector<T> found;
    for (const db::Row& row : TRY(tx.all(sql, args...))) found.push_back(row.get<T>(0));
    return found;
}

}  // namespace

std::string_view to_string(Standing standing) noexcept {
    return words.at(static_cast<std::size_t>(standing));
}

std::optional<Standing> parse_standing(std::string_view word) noexcept {
    const auto* const found = std::ranges::find(words, word);
    if (found == words.end()) return std::nullopt;
    return static_cast<Standing>(found - words.begin());
}

Result<void> add(db::Tx& tx, const NewDelivery& wish) {
    return tx.put(
        "INSERT INTO report_delivery (id, submission, study_id, site_id, name, state, changed_at) "
        "VALUES (?, ?, ?, ?, ?, 'waiting', store_now()) ON CONFLICT (submission) DO NOTHING",
        new_id<DeliveryId>(), wish.submission, wish.study, wish.site, wish.name);
}

Result<Delivery> get(db::Tx& tx, const DeliveryId& id) {
    const auto row =
        TRY(tx.maybe(std::string("SELECT ") + columns + " FROM report_delivery WHERE id = ?", id));
    if (!row) return not_found("delivery", "There is no such delivery.");
    return delivery_of(*row);
}

Result<void> note(db::Tx& tx, const DeliveryId& id, Standing state, const std::string& reply) {
    return tx.put(
        "UPDATE report_delivery SET state = ?, reply = ?, changed_at = store_now() WHERE id = ?",
        to_string(state), reply, id);
}

Result<void> note_sending(db::Tx& tx, const DeliveryId& id, const std::string& digest) {
    return tx.put(
        "UPDATE report_delivery SET state = 'unknown', digest = ?, attempts = attempts + 1, "
        "changed_at = store_now() WHERE id = ?",
        digest, id);
}

Result<void> try_refused_again(db::Tx& tx, const StudyId& study, const SiteId& site) {
    return tx.put(
        "UPDATE report_delivery SET state = 'waiting', changed_at = store_now() "
        "WHERE study_id = ? AND site_id = ? AND state = 'refused'",
        study, site);
}

// --- taking up ------------------------------------------------------------------------------

Result<void> let_go(db::Tx& tx, const JobId& job) {
    return tx.put(
        "UPDATE report_delivery SET job = NULL WHERE job = ? AND state IN ('waiting', 'unknown')",
        job);
}

Result<std::vector<JobId>> jobs_with_open(db::Tx& tx, const StudyId& study) {
    return ids<JobId>(tx,
                      "SELECT DISTINCT job FROM report_delivery WHERE study_id = ? "
                      "AND state IN ('waiting', 'unknown') AND job IS NOT NULL ORDER BY job",
                      study);
}

Result<std::vector<SiteId>> sites_with_free(db::Tx& tx, const StudyId& study) {
    return ids<SiteId>(tx,
                       "SELECT site_id FROM report_receiver r WHERE study_id = ? AND enabled = 1 "
                       "AND EXISTS (SELECT 1 FROM report_delivery d WHERE d.study_id = r.study_id "
                       "AND d.site_id = r.site_id AND d.state IN ('waiting', 'unknown') "
                       "AND d.job IS NULL) ORDER BY site_id",
                       study);
}

Result<std::vector<Delivery>> take_up(db::Tx& tx, const StudyId& study, const SiteId& site,
                                      const JobId& job) {
    std::vector<Delivery> taken;
    for (const db::Row& row :
         TRY(tx.all(std::string("UPDATE report_delivery SET job = ? WHERE study_id = ? AND "
                                "site_id = ? AND state IN ('waiting', 'unknown') AND job IS NULL "
                                "RETURNING ") +
                        columns,
                    job, study, site)))
        taken.push_back(delivery_of(row));
    std::ranges::sort(taken, {}, &Delivery::id);
    return taken;
}

// --- looking --------------------------------------------------------------------------------

Result<std::vector<Delivery>> list(db::Tx& tx, const DeliveryFilter& filter,
                                   const DeliveryId& after, std::int64_t limit) {
    std::string sql =
        std::string("SELECT ") + columns + " FROM report_delivery WHERE study_id = ? AND id > ?";
    db::Values values{db::to_value(filter.study), db::to_value(after.text)};
    if (filter.sites) {
        if (filter.sites->empty()) return std::vector<Delivery>();
        for (const SiteId& site : *filter.sites) {
            sql += values.size() == 2 ? " AND site_id IN (?" : ", ?";
            values.push_back(db::to_value(site));
        }
        sql += ")";
    }
    if (filter.state) {
        sql += " AND state = ?";
        values.push_back(db::to_value(to_string(*filter.state)));
    }
    values.push_back(db::to_value(limit));
    std::vector<Delivery> found;
    for (const db::Row& row : TRY(tx.all(sql + " ORDER BY id LIMIT ?", values)))
        found.push_back(delivery_of(row));
    return found;
}

Result<std::vector<SiteCounts>> counts_of(db::Tx& tx, const StudyId& study) {
    std::map<std::string, SiteCounts> sites;
    for (const db::Row& row :
         TRY(tx.all("SELECT site_id, state, count(*) FROM report_delivery WHERE study_id = ? "
                    "GROUP BY site_id, state",
                    study))) {
        const auto site = row.get<SiteId>(0);
        SiteCounts& counts = sites[site.text];
        counts.site = site;
        const auto count = row.get<std::int64_t>(2);
        switch (parse_standing(row.get<std::string>(1)).value_or(Standing::waiting)) {
            case Standing::waiting:
                counts.waiting = count;
                break;
            case Standing::unknown:
                counts.unknown = count;
                break;
            case Standing::acknowledged:
                counts.acknowledged = count;
                break;
            case Standing::refused:
                counts.refused = count;
                break;
        }
    }
    std::vector<SiteCounts> all;
    for (auto& [id, counts] : sites) all.push_back(std::move(counts));
    return all;
}

}  // namespace cohort::push
