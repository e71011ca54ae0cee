// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/export_job.h"

#include <memory>

#include "weft/blocking.h"

#include "cohort/identity/record.h"
#include "cohort/interop/export.h"
#include "cohort/interop/file_name.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/platform/jobs/history.h"
#include "cohort/steering/started.h"
#include "cohort/study/store.h"
#include "cohort/subjects/subjects.h"

namespace cohort::interop {

using http::Reply;
using http::Request;
using json::has;
using json::Schema;
using json::wish;

namespace {

// Whole studies in memory at once, over all servers.
constexpr std::int64_t files_at_once = 8;

const char* word_of(Each each) {
    return each == Each::subject ? "subject" : "study";
}

Result<std::vector<jobs::NewItem>> item_of_each_subject(db::Tx& tx, const StudyId& study) {
    constexpr int page = 500;
    std::vector<jobs::NewItem> items;
    std::int64_t position = -1;
    for (;;) {
        const auto subjects = TRY(subjects::after(tx, study, position, page));
        for (const subjects::Subject& subject : subjects)
            items.push_back(
                {.name = subject.key, .input = json::object{{"subject", subject.id.text}}});
        if (subjects.size() < static_cast<std::size_t>(page)) return items;
        position = subjects.back().position;
    }
}

Result<void> record_start(db::Tx& tx, const identity::Actor& actor, const ExportWish& wish,
                          const JobId& job, std::size_t files) {
    auto entry = identity::entry_of(actor, "job.started", job.text);
    entry.study = wish.study;
    entry.detail = {{"kind", export_kind_name}, {"each", word_of(wish.each)}, {"items", files}};
    TRY(audit::append(tx, entry));
    return {};
}

Result<std::optional<SubjectId>> subject_of(const jobs::Work& work) {
    const json::value input = work.input();
    if (!input.is_object()) return std::optional<SubjectId>();
    return std::optional(
        TRY(parse_id<SubjectId>(TRY(json::get_string(input.get_object(), "subject")))));
}

Result<jobs::Outcome> export_item(db::Db& db, jobs::Work& work) {
    const auto subject = TRY(subject_of(work));
    const StudyId& study = work.study();
    std::string name;
    const OdmFile file = TRY(db.read([&](db::Tx& tx) -> Result<OdmFile> {
        name = TRY(study::get(tx, study)).oid;
        if (subject) name += "." + TRY(subjects::get(tx, *subject)).key;
        return export_studies(tx, {study}, now(), subject);
    }));
    const auto result = std::make_shared<const jobs::ResultFile>(jobs::ResultFile{
        .name = file_name(name) + ".xml",
        .media_type = "application/xml",
        .text = weft::blocking("write an ODM file", [&] { return to_xml(file); })});
    return jobs::done([job = work.job(), number = work.number(), result](db::Tx& tx) {
        return jobs::put_result(tx, job, number, *result);
    });
}

Result<ExportWish> wish_of(const Request& request) {
    const json::object body = TRY(request.json_object());
    ExportWish wish{.study = TRY(request.id_param<StudyId>("study"))};
    const auto each = TRY(json::find_string(body, "each"));
    wish.each = each == "subject" ? Each::subject : Each::study;
    wish.pace = {.rate = TRY(json::find_int(body, "rate")),
                 .most = TRY(json::find_int(body, "most"))};
    return wish;
}

Result<Reply> post_export(App& app, jobs::Engine& engine, Request& request) {
    const ExportWish wish = TRY(wish_of(request));
    const identity::Actor actor = identity::actor_of(request);
    auto reply = app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            return steering::started(TRY(start_export(unit, wish, actor)));
        });
    });
    if (reply) engine.nudge();
    return reply;
}

Schema each_schema() {
    return Schema::one_of({"study", "subject"});
}

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

}  // namespace

Result<jobs::Enqueued> start_export(db::Tx& tx, const ExportWish& wish,
                                    const identity::Actor& actor) {
    const study::Study study = TRY(study::get(tx, wish.study));
    jobs::NewJob job{
        .kind = export_kind_name,
        .study = wish.study,
        .unique = actor.name() + "/" + wish.study.text + "/" + word_of(wish.each),
        .input = json::object{{"each", word_of(wish.each)}},
        .created_by = actor.name(),
        .rate = wish.pace.rate,
        .most = wish.pace.most,
    };
    if (wish.each == Each::subject)
        job.items = TRY(item_of_each_subject(tx, wish.study));
    else
        job.items.push_back({.name = study.oid});
    const auto started = TRY(jobs::enqueue(tx, job));
    if (started.is_new) TRY(record_start(tx, actor, wish, started.id, job.items.size()));
    return started;
}

jobs::Kind export_kind(db::Db& db) {
    return {.name = export_kind_name,
            .run = [&db](jobs::Work& work) { return export_item(db, work); },
            .most = files_at_once};
}

steering::ScheduledKind export_schedule() {
    return {.kind = export_kind_name,
            .place = "/exports/schedules",
            .does = "Exports the study",
            .right = http::Permission::export_run,
            .input = {{"each", word_of(Each::study)}},
            .members = {has("each", each_schema())},
            .start = [](db::Tx& tx, const jobs::Schedule& schedule,
                        const identity::Actor& actor) -> Result<JobId> {
                const std::string each = TRY(json::get_string(schedule.input, "each"));
                return TRY(start_export(tx,
                                        {.study = schedule.study,
                                         .each = each == "subject" ? Each::subject : Each::study},
                                        actor))
                    .id;
            }};
}

void export_routes(http::Router& router, App& app, jobs::Engine& engine) {
    constexpr std::int64_t pace_max = 1'000'000;
    const Schema body = Schema::named(
        "NewExport",
        Schema::object({wish("each", each_schema()), wish("rate", Schema::whole(1, pace_max)),
                        wish("most", Schema::whole(1, pace_max))}));
    router.add(http::Method::post, "/api/v1/studies/{study}/exports",
               http::Access::needs(http::Permission::export_run, scope_of_study),
               [&app, &engine](Request& request) { return post_export(app, engine, request); },
               {.name = "startExport",
                .summary = "Exports the study as a job: one ODM file, or one of each subject",
                .body = http::Content::json(body),
                .good = steering::started_answers(),
                .takes_key = true});
}

}  // namespace cohort::interop
