// SPDX-License-Identifier: Apache-2.0
// The report of a response: what it says, its file, and who was told of it.
#include "cohort/audit/audit.h"
#include "cohort/delivery/store.h"
#include "cohort/epro/routes.h"
#include "cohort/identity/record.h"
#include "cohort/reporting/load.h"
#include "cohort/reporting/routes.h"

namespace cohort::reporting {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;

namespace {

json::object mail_json(const delivery::Attempt& attempt) {
    return {{"at", to_rfc3339(attempt.at)},
            {"fate", attempt.fate},
            {"reply", attempt.reply},
            {"message_id", attempt.message_id}};
}

Schema report_schema() {
    const Schema mail = Schema::named(
        "ReportMail",
        Schema::object({has("at", Schema::instant()),
                        has("fate", Schema::one_of({"sent", "refused", "try-later", "unknown"})),
                        has("reply", Schema::text()), has("message_id", Schema::text())}));
    return Schema::named(
        "ResponseReport",
        Schema::object({has("response", Schema::id()), has("made_at", Schema::instant()),
                        has("digest", Schema::text()), has("mails", Schema::list(mail))}));
}

Result<Reply> get_report(App& app, Request& request) {
    const auto id = TRY(request.id_param<ResponseId>("response"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const delivery::Made made = TRY(delivery::get(tx, id.text));
        json::array mails;
        for (const delivery::Attempt& attempt : TRY(delivery::attempts(tx, id.text)))
            mails.push_back(mail_json(attempt));
        return Reply::json(200, json::object{{"response", id.text},
                                             {"made_at", to_rfc3339(made.made_at)},
                                             {"digest", made.digest},
                                             {"mails", std::move(mails)}});
    });
}

json::object line_json(const report::Line& line) {
    const bool is_heading = line.kind == report::Line::Kind::heading;
    return {{"kind", is_heading ? "heading" : "answer"},
            {"depth", line.depth},
            {"question", line.question},
            {"answer", line.answer},
            {"flagged", line.flagged}};
}

Schema answers_schema() {
    const Schema line = Schema::named(
        "AnswerLine",
        Schema::object({has("kind", Schema::one_of({"heading", "answer"})),
                        has("depth", Schema::whole(0)), has("question", Schema::text()),
                        has("answer", Schema::text()), has("flagged", Schema::boolean())}));
    return Schema::named("ResponseAnswers",
                         Schema::object({has("subject", Schema::text()),
                                         has("language", Schema::one_of({"en", "zh-CN"})),
                                         has("lines", Schema::list(line))}));
}

Result<Reply> get_answers(const delivery::Load& load, Request& request) {
    const auto id = TRY(request.id_param<ResponseId>("response"));
    const report::Report report = TRY(load(id.text)).report;
    json::array lines;
    for (const report::Line& line : report.lines) lines.push_back(line_json(line));
    const bool is_chinese = report.language == report::Language::chinese;
    return Reply::json(200, json::object{{"subject", report.subject},
                                         {"language", is_chinese ? "zh-CN" : "en"},
                                         {"lines", std::move(lines)}});
}

// A report leaves the house, so that is recorded before it does.
Result<void> record_reading(db::Tx& tx, const identity::Actor& actor,
                            const epro::Response& response, const delivery::Made& made) {
    auto entry = identity::entry_of(actor, "report.read", response.answered.id.text);
    entry.study = response.study;
    entry.site = response.site;
    entry.subject = response.subject;
    entry.detail = {{"sha256", made.digest}};
    TRY(audit::append(tx, entry));
    return {};
}

Result<Reply> get_file(App& app, Request& request) {
    const auto id = TRY(request.id_param<ResponseId>("response"));
    epro::Response response;
    delivery::Made made = TRY(app.db.read([&](db::Tx& tx) -> Result<delivery::Made> {
        response = TRY(epro::get_response(tx, id));
        return delivery::get(tx, id.text);
    }));
    const identity::Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) { return record_reading(tx, actor, response, made); }));
    Reply reply = Reply::bytes(200, "application/pdf", std::move(made.body));
    reply.set("ETag", "\"" + made.digest + "\"");
    reply.set("Content-Disposition", "attachment; filename=\"report-" + id.text + ".pdf\"");
    return reply;
}

}  // namespace

void report_routes(http::Router& router, App& app) {
    const auto sees = [&] {
        return Access::needs(Permission::form_view, epro::scope_of_response(app));
    };
    router.add(
        Method::get, "/api/v1/responses/{response}/answers", sees(),
        [load = loader(app.db, "")](Request& request) { return get_answers(load, request); },
        {.name = "readAnswers",
         .summary = "What was asked and answered, in the words and the language of the patient",
         .good = {{200,
                   "The subject's number, and the lines in the form's order; those are flagged "
                   "for which somebody was called",
                   Content::json(answers_schema())}}});
    router.add(Method::get, "/api/v1/responses/{response}/report", sees(),
               [&app](Request& request) { return get_report(app, request); },
               {.name = "readReport",
                .summary = "When the report of a response was made, and what became of its mails",
                .good = {{200, "What is known of it", Content::json(report_schema())}}});
    router.add(
        Method::get, "/api/v1/responses/{response}/report.pdf", sees(),
        [&app](Request& request) { return get_file(app, request); },
        {.name = "readReportFile",
         .summary = "The report of a response as it was issued; recorded in the audit trail",
         .good = {{200, "PDF/A-2b; the ETag is its SHA-256", Content::of("application/pdf")}}});
}

}  // namespace cohort::reporting
