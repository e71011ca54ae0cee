// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/job.h"

#include <memory>
#include <utility>

#include "weft/blocking.h"

#include "cohort/analysis/files.h"
#include "cohort/analysis/site_tables.h"
#include "cohort/analysis/store.h"
#include "cohort/identity/record.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/platform/jobs/history.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"

namespace cohort::analysis {

namespace {

// Each has a whole site in memory and a reader of the store.
constexpr std::int64_t sites_at_once = 2;

// What is known once the files are written.
struct Made {
    Run run;
    jobs::ResultFile result;
    audit::Entry entry;
};

audit::Entry entry_of(const jobs::Work& work, const Run& run, const Counts& counts) {
    audit::Entry entry;
    entry.actor = analysis_kind_name;
    entry.action = "analysis.made";
    entry.study = run.study;
    entry.site = run.site;
    entry.target = run.id;
    entry.how = work.job().text;
    entry.detail = {{"manifest", auth::sha256_hex(run.manifest)}, {"counts", to_json(counts)}};
    return entry;
}

Result<SiteId> site_of(const jobs::Work& work) {
    const json::object input = TRY(json::as_object(work.input(), "an item's input"));
    return parse_id<SiteId>(TRY(json::get_string(input, "site")));
}

Result<jobs::Outcome> make(db::Db& db, jobs::Work& work) {
    const SiteId site = TRY(site_of(work));
    const SiteTables tables =
        TRY(db.read([&](db::Tx& tx) { return structure_site(tx, work.study(), site); }));
    const auto files = weft::blocking("write tables", [&] { return files_of(tables); });
    const Run run{.id = new_uuid(),
                  .study = work.study(),
                  .site = site,
                  .job = work.job(),
                  .made_at = now(),
                  .manifest = files.back().text};
    // Each unit holds only while the item is still this worker's: one that was given up as dead
    // and is not writes nothing behind the back of whoever took the site over.
    TRY(write_files([&](const jobs::Effects& unit) { return work.save(json::value(run.id), unit); },
                    run, files));
    const auto made = std::make_shared<const Made>(Made{
        .run = run,
        .result = {.name = "manifest.json", .media_type = "application/json", .text = run.manifest},
        .entry = entry_of(work, run, tables.counts)});
    return jobs::done([made, job = work.job(), number = work.number()](db::Tx& tx) -> Result<void> {
        TRY(publish(tx, made->run));
        TRY(audit::append(tx, made->entry));
        return jobs::put_result(tx, job, number, made->result);
    });
}

}  // namespace

Result<jobs::Enqueued> start_analysis(db::Tx& tx, const StudyId& study,
                                      const identity::Actor& actor) {
    TRY(study::get(tx, study));
    jobs::NewJob job{.kind = analysis_kind_name,
                     .study = study,
                     .unique = study.text,
                     .created_by = actor.name()};
    for (const sites::Site& site : TRY(sites::of_study(tx, study)))
        job.items.push_back({.name = site.oid, .input = json::object{{"site", site.id.text}}});
    if (job.items.empty()) return refused("no-site", "The study has no site yet.");
    const auto started = TRY(jobs::enqueue(tx, job));
    if (!started.is_new) return started;
    auto entry = identity::entry_of(actor, "job.started", started.id.text);
    entry.study = study;
    entry.detail = {{"kind", analysis_kind_name}, {"items", job.items.size()}};
    TRY(audit::append(tx, entry));
    return started;
}

// What is wrong with a site's records is wrong an hour later too.
static jobs::Failing failing(const Error& error) {
    return error.kind == ErrorKind::internal ? jobs::Failing::permanent
                                             : jobs::usual_failing(error);
}

jobs::Kind analysis_kind(db::Db& db) {
    return {.name = analysis_kind_name,
            .run = [&db](jobs::Work& work) { return make(db, work); },
            .failing = failing,
            .most = sites_at_once};
}

steering::ScheduledKind analysis_schedule() {
    return {.kind = analysis_kind_name,
            .place = "/analyses/schedules",
            .name = "Analysis",
            .does = "Makes tables for analysis",
            .right = http::Permission::export_run,
            .start = [](db::Tx& tx, const jobs::Schedule& schedule, const identity::Actor& actor)
                -> Result<JobId> { return TRY(start_analysis(tx, schedule.study, actor)).id; }};
}

}  // namespace cohort::analysis
