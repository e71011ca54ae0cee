// SPDX-License-Identifier: Apache-2.0
#include "cohort/push/receivers.h"

#include <algorithm>

#include "cohort/identity/record.h"
#include "cohort/platform/calls/calls.h"
#include "cohort/push/deliveries.h"
#include "cohort/sites/sites.h"

namespace cohort::push {

namespace {

constexpr const char* columns = "study_id, site_id, url, token, enabled, changed_at, changed_by";

Receiver receiver_of(const db::Row& row) {
    return {.study = row.get<StudyId>(0),
            .site = row.get<SiteId>(1),
            .url = row.get<std::string>(2),
            .token = row.get<std::string>(3),
            .enabled = row.get<bool>(4),
            .changed_at = row.get<Instant>(5),
            .changed_by = row.get<std::string>(6)};
}

Result<std::optional<Receiver>> find(db::Tx& tx, const StudyId& study, const SiteId& site) {
    const auto row = TRY(tx.maybe(std::string("SELECT ") + columns +
                                      " FROM report_receiver WHERE study_id = ? AND site_id = ?",
                                  study, site));
    return row ? std::optional(receiver_of(*row)) : std::nullopt;
}

// Whose the sealed token is: copied to another row, or beside another URL, it does not open.
std::string owner_of(const StudyId& study, const SiteId& site, const std::string& url) {
    return study.text + "/" + site.text + "/" + url;
}

Result<void> check(const NewReceiver& wish) {
    constexpr std::size_t url_max = 500;
    constexpr std::size_t token_max = 200;
    if (wish.url.size() > url_max || !calls::is_callable(wish.url))
        return invalid("bad-url",
                       "A receiver's URL is https://HOST/…, without a query; http only for this "
                       "very machine.");
    if (!wish.token) return {};
    const bool is_visible =
        std::ranges::all_of(*wish.token, [](char c) { return c > 0x20 && c < 0x7F; });
    if (wish.token->empty() || wish.token->size() > token_max || !is_visible)
        return invalid("bad-token", "A token has 1 to 200 visible ASCII characters, no space.");
    return {};
}

Result<void> require_site(db::Tx& tx, const StudyId& study, const SiteId& site) {
    for (const sites::Site& one : TRY(sites::of_study(tx, study)))
        if (one.id == site) return {};
    return not_found("site", "This site takes no part in the study.");
}

Result<void> record(db::Tx& tx, const identity::Actor& actor, const char* action,
                    const StudyId& study, const SiteId& site, json::object detail) {
    auto entry = identity::entry_of(actor, action, site.text);
    entry.study = study;
    entry.site = site;
    entry.detail = std::move(detail);
    TRY(audit::append(tx, entry));
    return {};
}

}  // namespace

Result<Receiver> set_receiver(db::Tx& tx, const NewReceiver& wish, const auth::SealingKey& key,
                              const identity::Actor& actor) {
    TRY(check(wish));
    TRY(require_site(tx, wish.study, wish.site));
    const auto before = TRY(find(tx, wish.study, wish.site));
    if (!wish.token && (!before || before->url != wish.url))
        return invalid("token-missing", "A new receiver, or a new URL, needs its token.");
    const std::string token = wish.token
                                  ? key.seal(*wish.token, owner_of(wish.study, wish.site, wish.url))
                                  : before->token;
    TRY(
        tx.put("INSERT INTO report_receiver (study_id, site_id, url, token, enabled, changed_at, "
               "changed_by) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (study_id, site_id) DO UPDATE "
               "SET url = excluded.url, token = excluded.token, enabled = excluded.enabled, "
               "changed_at = excluded.changed_at, changed_by = excluded.changed_by",
               wish.study, wish.site, wish.url, token, wish.enabled, now(), actor.name()));
    TRY(try_refused_again(tx, wish.study, wish.site));
    TRY(record(tx, actor, "report-receiver.set", wish.study, wish.site,
               {{"url", wish.url},
                {"enabled", wish.enabled},
                {"token", wish.token ? "changed" : "as it was"}}));
    return get_receiver(tx, wish.study, wish.site);
}

Result<void> remove_receiver(db::Tx& tx, const StudyId& study, const SiteId& site,
                             const identity::Actor& actor) {
    const auto rows =
        TRY(tx.run("DELETE FROM report_receiver WHERE study_id = ? AND site_id = ?", study, site));
    if (rows == 0) return not_found("receiver", "The site has no receiver of reports.");
    return record(tx, actor, "report-receiver.removed", study, site, {});
}

Result<Receiver> get_receiver(db::Tx& tx, const StudyId& study, const SiteId& site) {
    auto found = TRY(find(tx, study, site));
    if (!found) return not_found("receiver", "The site has no receiver of reports.");
    return *std::move(found);
}

Result<std::vector<Receiver>> receivers_of(db::Tx& tx, const StudyId& study) {
    std::vector<Receiver> found;
    for (const db::Row& row :
         TRY(tx.all(std::string("SELECT ") + columns +
                        " FROM report_receiver WHERE study_id = ? ORDER BY site_id",
                    study)))
        found.push_back(receiver_of(row));
    return found;
}

Result<auth::Secret> token_of(const Receiver& receiver, const auth::SealingKey& key) {
    return key.open(receiver.token, owner_of(receiver.study, receiver.site, receiver.url));
}

}  // namespace cohort::push
