// SPDX-License-Identifier: Apache-2.0
// The trial office's side: questionnaires in and out, their rules, publishing and withdrawing.
#include "weft/blocking.h"

#include "cohort/epro/fhir_format.h"
#include "cohort/epro/routes.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/platform/http/problem.h"

namespace cohort::epro {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;

namespace {

constexpr std::size_t form_bytes_max = std::size_t{4} << 20;
constexpr std::size_t errors_shown_max = 100;

// --- refusals -----------------------------------------------------------------------------

Reply refusal(Error error, std::vector<http::FieldError> errors) {
    if (errors.size() > errors_shown_max) errors.resize(errors_shown_max);
    return http::problem(http::Problem{.error = std::move(error), .errors = std::move(errors)});
}

Reply refusal_of(const std::vector<questionnaire::Fault>& faults) {
    std::vector<http::FieldError> errors;
    for (const questionnaire::Fault& one : faults)
        errors.push_back({.pointer = one.place, .code = one.code, .message = one.message});
    return refusal(refused("questionnaire-unsupported",
                           "The questionnaire is not taken: it has parts that are not supported or "
                           "that break a rule. Each is named with its place."),
                   std::move(errors));
}

Reply refusal_of(const std::vector<PublishingFault>& faults) {
    std::vector<http::FieldError> errors;
    for (const PublishingFault& one : faults)
        errors.push_back({.pointer = one.place, .code = one.code, .message = one.message});
    return refusal(refused("questionnaire-incomplete",
                           "The questionnaire is not published: something that patients need is "
                           "missing, or cannot be asked on a phone. Nothing was changed."),
                   std::move(errors));
}

// --- importing ----------------------------------------------------------------------------

// Answers must be able to say which version they answer.
void require_name(const questionnaire::Questionnaire& form,
                  std::vector<questionnaire::Fault>& faults) {
    const auto require = [&](const std::string& value, const char* name) {
        if (value.empty() || value.find('|') != std::string::npos)
            faults.push_back({"missing-element", std::string("/") + name,
                              std::string("\"") + name +
                                  "\" is missing: answers could not say what they answer"});
    };
    require(form.url, "url");
    require(form.version, "version");
}

Result<Reply> post_form(App& app, Request& request) {
    const auto format = TRY(fhir_format(request));
    const auto study = TRY(request.id_param<StudyId>("study"));
    auto read = TRY(weft::blocking("read a questionnaire", [&] {
        return questionnaire::read_questionnaire(request.body, format);
    }));
    if (read.form) require_name(*read.form, read.faults);
    if (!read.form || !read.faults.empty()) return refusal_of(read.faults);
    const questionnaire::Questionnaire& form = *read.form;
    const Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            const Imported imported = TRY(import(unit, study, form, actor));
            Reply reply = Reply::json(imported.is_new ? 201 : 200, to_json(imported.form));
            reply.etag(imported.form.edits);
            reply.set("Location", "/api/v1/questionnaires/" + imported.form.id.text);
            return reply;
        });
    });
}

// --- reading ------------------------------------------------------------------------------

Result<Reply> get_forms(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        json::array all;
        for (const Form& form : TRY(of_study(tx, study))) all.push_back(to_json(form));
        return Reply::json(200, json::object{{"questionnaires", std::move(all)}});
    });
}

Result<Reply> get_form(App& app, Request& request) {
    const auto id = TRY(request.id_param<QuestionnaireId>("questionnaire"));
    const Form form = TRY(app.db.read([&](db::Tx& tx) { return get(tx, id); }));
    Reply reply = Reply::json(200, to_json(form));
    reply.etag(form.edits);
    return reply;
}

Result<Reply> get_json(App& app, Request& request) {
    const auto id = TRY(request.id_param<QuestionnaireId>("questionnaire"));
    return Reply::bytes(200, "application/fhir+json",
                        TRY(app.db.read([&](db::Tx& tx) { return body_of(tx, id); })));
}

Result<Reply> get_xml(App& app, Request& request) {
    const auto id = TRY(request.id_param<QuestionnaireId>("questionnaire"));
    const std::string body = TRY(app.db.read([&](db::Tx& tx) { return body_of(tx, id); }));
    const json::Exact tree = TRY(json::parse_exact(body));
    return Reply::bytes(200, "application/fhir+xml", weft::blocking("write a questionnaire", [&] {
                            return questionnaire::to_xml(tree);
                        }));
}

// --- changing -----------------------------------------------------------------------------

// Runs `change(tx)`, which returns the form as it is now.
template <class F>
Result<Reply> changed(App& app, F change) {
    const Form form = TRY(app.db.transact(change));
    Reply reply = Reply::json(200, to_json(form));
    reply.etag(form.edits);
    return reply;
}

Result<Reply> put_rules(App& app, Request& request) {
    const auto id = TRY(request.id_param<QuestionnaireId>("questionnaire"));
    const auto edits = TRY(request.if_match());
    const Rules rules = TRY(rules_from(TRY(request.json_object())));
    const Actor actor = identity::actor_of(request);
    return changed(app, [&](db::Tx& tx) { return set_rules(tx, id, edits, rules, actor); });
}

Result<Reply> post_publish(App& app, ReadyForms& ready_forms, Request& request) {
    const auto id = TRY(request.id_param<QuestionnaireId>("questionnaire"));
    const auto edits = TRY(request.if_match());
    const Actor actor = identity::actor_of(request);
    // What is looked at here is what is published: both say the same number.
    const Form form = TRY(app.db.read([&](db::Tx& tx) { return get(tx, id); }));
    if (form.edits == edits && form.state == FormState::draft) {
        const auto faults = publishing_faults(*TRY(ready_forms.get(form.id, form.edits)));
        if (!faults.empty()) return refusal_of(faults);
    }
    return changed(app, [&](db::Tx& tx) { return publish(tx, id, edits, actor); });
}

Result<Reply> post_withdraw(App& app, Request& request) {
    const auto id = TRY(request.id_param<QuestionnaireId>("questionnaire"));
    const auto edits = TRY(request.if_match());
    const std::string reason = TRY(json::get_string(TRY(request.json_object()), "reason"));
    const Actor actor = identity::actor_of(request);
    return changed(app, [&](db::Tx& tx) { return withdraw(tx, id, edits, reason, actor); });
}

// --- who may ------------------------------------------------------------------------------

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

http::ScopeOf scope_of_form(App& app) {
    return [&app](Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<QuestionnaireId>("questionnaire"));
        const Form form = TRY(app.db.read([&](db::Tx& tx) { return get(tx, id); }));
        return http::Scope{.study = form.study, .site = {}};
    };
}

void reading_routes(http::Router& router, App& app) {
    const auto sees = [&] { return Access::needs(Permission::study_view, scope_of_form(app)); };
    const Schema all = Schema::named(
        "Questionnaires", Schema::object({has("questionnaires", Schema::list(form_schema()))}));
    router.add(Method::get, "/api/v1/studies/{study}/questionnaires",
               Access::needs(Permission::study_view, scope_of_study),
               [&app](Request& request) { return get_forms(app, request); },
               {.name = "listQuestionnaires",
                .summary = "All versions of the questionnaires of a study",
                .good = {{200, "By url and order of arrival", Content::json(all)}}});
    router.add(Method::get, "/api/v1/questionnaires/{questionnaire}", sees(),
               [&app](Request& request) { return get_form(app, request); },
               {.name = "readQuestionnaire",
                .summary = "One version with its rules",
                .good = {{200, "Its edits are the ETag", Content::json(form_schema())}}});
    router.add(Method::get, "/api/v1/questionnaires/{questionnaire}/fhir.json", sees(),
               [&app](Request& request) { return get_json(app, request); },
               {.name = "exportQuestionnaire",
                .summary = "One version as FHIR R4, every element and digit as it came",
                .good = {{200, "A Questionnaire", Content::of("application/fhir+json")}}});
    router.add(Method::get, "/api/v1/questionnaires/{questionnaire}/fhir.xml", sees(),
               [&app](Request& request) { return get_xml(app, request); },
               {.name = "exportQuestionnaireXml",
                .summary = "The same in FHIR's XML",
                .good = {{200, "A Questionnaire", Content::of("application/fhir+xml")}}});
}

void changing_routes(http::Router& router, App& app, const std::shared_ptr<ReadyForms>& ready) {
    const auto builds = [&] { return Access::needs(Permission::study_build, scope_of_form(app)); };
    const Content form = Content::json(form_schema());
    router.add(Method::put, "/api/v1/questionnaires/{questionnaire}/rules", builds(),
               [&app](Request& request) { return put_rules(app, request); },
               {.name = "setQuestionnaireRules",
                .summary = "How a draft is scored, and which answers are dangerous",
                .body = Content::json(rules_schema()),
                .good = {{200, "The draft as it is now", form}},
                .problems = {422},
                .takes_version = true});
    router.add(
        Method::post, "/api/v1/questionnaires/{questionnaire}/publish", builds(),
        [&app, ready](Request& request) { return post_publish(app, *ready, request); },
        {.name = "publishQuestionnaire",
         .summary = "Lets patients have a draft; refused while a translation or a help is missing, "
                    "or something cannot be asked on a phone",
         .good = {{200, "The version as it is now", form}},
         .problems = {422},
         .takes_version = true});
    router.add(Method::post, "/api/v1/questionnaires/{questionnaire}/withdraw", builds(),
               [&app](Request& request) { return post_withdraw(app, request); },
               {.name = "withdrawQuestionnaire",
                .summary = "Gives it to nobody any more; an earlier published version is in force "
                           "again",
                .body = Content::json(
                    Schema::named("Withdrawal", Schema::object({has("reason", Schema::text())}))),
                .good = {{200, "The version as it is now", form}},
                .problems = {422},
                .takes_version = true});
}

}  // namespace

void form_routes(http::Router& router, App& app, const std::shared_ptr<ReadyForms>& ready) {
    const Content form = Content::json(form_schema());
    router.add(Method::post, "/api/v1/studies/{study}/questionnaires",
               Access::needs(Permission::study_build, scope_of_study),
               [&app](Request& request) { return post_form(app, request); },
               {.name = "importQuestionnaire",
                .summary = "Imports a FHIR R4 Questionnaire as a draft; what is not supported is "
                           "named",
                .body = Content::of("application/fhir+json"),
                .good = {{201, "The draft", form},
                         {200, "This version was there already, the same", form}},
                .takes_key = true,
                .body_bytes_max = form_bytes_max});
    reading_routes(router, app);
    changing_routes(router, app, ready);
}

}  // namespace cohort::epro
