// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/submissions.h"

#include "cohort/identity/users.h"
#include "cohort/sites/sites.h"

namespace tests {

using namespace cohort;

namespace {

Result<std::vector<SiteId>> add_sites(db::Tx& tx, const Ground& ground, int count) {
    std::vector<SiteId> made;
    const auto hospital = TRY(sites::get(tx, ground.site_a)).organisation;
    const identity::Actor actor = identity::command_line();
    for (int i = 0; i < count; ++i) {
        const std::string oid = "P" + std::to_string(i);
        made.push_back(TRY(sites::create(tx, {hospital, oid, "Site " + oid, "UTC"}, actor)).id);
        TRY(sites::activate(tx, ground.study, made.back(), actor));
    }
    return made;
}

struct Newcomer {
    std::string id;
    std::string key;
    SiteId site;
};

Result<Newcomer> add_subject(db::Tx& tx, const Ground& ground, const SiteId& site, int number) {
    const Newcomer newcomer{.id = new_uuid(), .key = "P-" + std::to_string(number), .site = site};
    constexpr int behind_others = 1'000'000;
    TRY(
        tx.put("INSERT INTO subject (id, study_id, site_id, key, enrolled_on, position, "
               "created_at, extra) VALUES (?, ?, ?, ?, '2026-01-01', ?, store_now(), '{}')",
               newcomer.id, ground.study, site, newcomer.key, behind_others + number));
    return newcomer;
}

// As the patient of that response did, some days earlier.
Result<void> submit(db::Tx& tx, const Ground& ground, const Newcomer& newcomer,
                    const std::string& response, std::int64_t days_ago) {
    constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;
    const std::string id = new_uuid();
    TRY(
        tx.put("INSERT INTO patient_response (id, study_id, site_id, subject_id, plan_id, number, "
               "questionnaire_id, language, authored, received_at, is_late, scoring, digest, body, "
               "answer, starts_on) SELECT ?, study_id, ?, ?, plan_id, number, questionnaire_id, "
               "language, authored, received_at - ?, is_late, scoring, digest, body, answer, "
               "starts_on FROM patient_response WHERE id = ?",
               id, newcomer.site, newcomer.id, days_ago * day_ms, response));
    TRY(
        tx.put("INSERT INTO patient_score (response_id, position, name, value, problem) "
               "SELECT ?, position, name, value, problem FROM patient_score WHERE response_id = ?",
               id, response));
    return push::add(
        tx, {.submission = id, .study = ground.study, .site = newcomer.site, .name = newcomer.key});
}

}  // namespace

Result<std::vector<SiteId>> add_submissions(db::Tx& tx, const Ground& ground, int sites,
                                            int reports) {
    std::vector<std::string> models;
    for (const db::Row& row : TRY(tx.all("SELECT id FROM patient_response ORDER BY number")))
        models.push_back(row.get<std::string>(0));
    const std::vector<SiteId> made = TRY(add_sites(tx, ground, sites));
    for (int subject = 0; reports > 0; ++subject) {
        const SiteId& site = made[static_cast<std::size_t>(subject) % made.size()];
        const Newcomer newcomer = TRY(add_subject(tx, ground, site, subject));
        for (std::size_t i = 0; i < models.size() && reports > 0; ++i, --reports)
            TRY(submit(tx, ground, newcomer, models[i],
                       static_cast<std::int64_t>(models.size() - i)));
    }
    return made;
}

}  // namespace tests
