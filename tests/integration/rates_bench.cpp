// SPDX-License-Identifier: Apache-2.0
// What one count of response rates costs at 300 sites of 1,000 patients each, four times asked,
// nine of ten answered: for the whole study, and for one site as a coordinator's page asks.
#include <benchmark/benchmark.h>
#include <memory>
#include <stdexcept>

#include "weft/run.h"

#include "cohort/epro/plans.h"
#include "cohort/epro/rates.h"
#include "tests/support/temp_folder.h"
#include "tests/world/store.h"
#include "tests/world/world.h"

namespace tests {

using namespace cohort;

namespace {

constexpr int sites_in_all = 300;
constexpr int subjects_each = 1000;
constexpr int days = 365;  // over which they were enrolled
const char* const zones_of_sites[] = {"Asia/Shanghai", "Europe/Berlin", "America/New_York"};

struct Large {
    Ground ground;
    Instant at;
    epro::RateQuestion whole;
    epro::RateQuestion one;
};

Result<void> add_site(db::Tx& tx, const Large& large, int index) {
    const std::string number = std::to_string(index);
    TRY(
        tx.put("INSERT INTO site (id, organisation_id, oid, name, time_zone, created_at) "
               "SELECT ?, organisation_id, ?, ?, ?, 0 FROM site WHERE id = ?",
               "site" + number, "X" + number, "Site " + number, zones_of_sites[index % 3],
               large.ground.site_a));
    return tx.put(
        "INSERT INTO study_site (study_id, site_id, oid, activated_at) VALUES (?, ?, ?, 0)",
        large.ground.study, "site" + number, "X" + number);
}

// Subjects of a site, and what nine of ten windows that are over were answered with.
Result<void> fill_site(db::Tx& tx, const Large& large, const PlanId& plan, int index) {
    const std::int64_t today = large.at.ms / 86'400'000;
    for (int i = 0; i < subjects_each; ++i) {
        const std::int64_t position = 10 + index * subjects_each + i;
        const std::string id =
            "00000000-0000-7000-8000-" + std::to_string(100'000'000'000 + position);
        const std::int64_t start = today - (position * 7919) % days;
        const std::string day = to_string(from_days(start));
        TRY(
            tx.put("INSERT INTO subject (id, study_id, site_id, key, enrolled_on, position, "
                   "created_at, extra) VALUES (?, ?, ?, ?, ?, ?, 0, '')",
                   id, large.ground.study, "site" + std::to_string(index),
                   "S" + std::to_string(position), day, position));
        for (int number = 1; number <= 4 && start + (number - 1) * 30 < today; ++number)
            if ((position + number) % 10 != 0)
                TRY(tx.put(
                    "INSERT INTO patient_response (id, study_id, site_id, subject_id, "
                    "plan_id, number, questionnaire_id, language, authored, received_at, "
                    "is_late, scoring, digest, body, answer, starts_on) "
                    "VALUES (?, ?, ?, ?, ?, ?, 'q', 'en', '', 0, ?, '', '', '', '', ?)",
                    id + std::to_string(number), large.ground.study, "site" + std::to_string(index),
                    id, plan, number, position % 7 == 0, day));
    }
    return {};
}

Result<PlanId> add_plan(db::Tx& tx, const StudyId& study) {
    TRY(
        tx.put("INSERT INTO questionnaire (id, study_id, url, version, number, title, languages, "
               "state, edits, body, rules, imported_at, imported_by) VALUES ('q', ?, 'u', '1', 1, "
               "'t', '[\"en\"]', 'published', 1, '{}', '{\"scoring\":null,\"alerts\":[]}', 0, '')",
               study));
    const epro::NewPlan wish{
        .study = study,
        .url = "u",
        .name = "Monthly",
        .timing = {.every_days = 30, .times = 4, .due_days = 6, .late_days = 3}};
    return TRY(epro::add_plan(tx, wish, identity::command_line())).id;
}

Large lay_large(db::Db& db) {
    Large large{.ground = lay_ground(db), .at = now(), .whole = {}, .one = {}};
    const auto must = [](const auto& done) {
        if (!done) throw std::runtime_error(done.error().text);
    };
    PlanId plan;
    must(db.transact([&](db::Tx& tx) -> Result<void> {
        plan = TRY(add_plan(tx, large.ground.study));
        return {};
    }));
    for (int index = 0; index < sites_in_all; ++index)
        must(db.transact([&](db::Tx& tx) -> Result<void> {
            TRY(add_site(tx, large, index));
            return fill_site(tx, large, plan, index);
        }));
    must(db.read([&](db::Tx& tx) -> Result<void> {
        large.whole = {large.ground.study, TRY(sites::of_study(tx, large.ground.study)), true};
        large.one = {large.ground.study, {large.whole.sites[150]}, false};
        return {};
    }));
    return large;
}

void count_rates(benchmark::State& state) {
    weft::run([&] {
        const test::TempFolder folder;
        const auto db = open_store(folder.path());
        const Large large = lay_large(*db);
        const auto& question = state.range(0) == 0 ? large.whole : large.one;
        std::int64_t windows = 0;
        for (auto _ : state) {
            const auto rates =
                db->read([&](db::Tx& tx) { return epro::rates_of(tx, question, large.at); });
            if (!rates) throw std::runtime_error(rates.error().text);
            windows = 0;
            for (const epro::Rate& rate : *rates)
                windows += rate.tally.upcoming + rate.tally.asked();
        }
        state.counters["windows"] = static_cast<double>(windows);
    });
}

}  // namespace

BENCHMARK(count_rates)
    ->ArgName("one_site")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(5)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace tests
