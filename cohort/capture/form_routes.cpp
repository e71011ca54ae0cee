// SPDX-License-Identifier: Apache-2.0
// A form over HTTP. Each write runs receive (read the body), validate (ask the definition) outside
// the unit of work, and store and archive inside it, so that the one writer does only what needs
// it.
#include <utility>

#include "cohort/capture/capture.h"
#include "cohort/capture/patch_json.h"
#include "cohort/capture/people.h"
#include "cohort/capture/routes.h"
#include "cohort/capture/schemas.h"
#include "cohort/capture/validate.h"
#include "cohort/capture/view.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/study/store.h"
#include "cohort/subjects/routes.h"

namespace cohort::capture {

using http::Method;
using http::Permission;
using http::Reply;

namespace {

using DefinitionRef = std::shared_ptr<const study::Definition>;

// --- answers ------------------------------------------------------------------------------

// Asks the store for no more than the unit of work does not know yet.
Result<Reply> reply_with(db::Tx& tx, const http::Request& request, const Form& form, int status,
                         json::object more = {}) {
    std::optional<Stages> stages = form.stages;
    if (!stages)
        for (const VersionStages& last : TRY(stages_of(tx, form.id, 1))) stages = last.stages;
    People people(tx, request.principal());
    TRY(people.add(form.document));
    json::object body = to_json(form, stages);
    body["people"] = people.to_json();
    for (auto& member : more) body[member.key()] = std::move(member.value());
    Reply reply = Reply::json(status, body);
    reply.etag(form.version);
    return reply;
}

// A refusal with details becomes the whole problem; every other error goes the common way.
Result<Reply> answer(Result<Reply> outcome, const Refusal& refusal) {
    if (!outcome && refusal.problem) return http::problem(*refusal.problem);
    return outcome;
}

const FormHead& head_in(const http::Request& request) {
    const auto* const head = std::any_cast<FormHead>(&request.found);
    ENSURE(head != nullptr, "the route's scope is that of a form");
    return *head;
}

/// What every write on an existing form needs before its unit of work.
struct Known {
    FormHead head;
    DefinitionRef definition;
};

Result<Known> known(App& app, const http::Request& request) {
    const FormHead& head = head_in(request);
    auto definition =
        TRY(app.db.read([&](db::Tx& tx) { return study::definition(tx, head.metadata_version); }));
    return Known{head, std::move(definition)};
}

/// A patch as a definition judges it.
struct Checked {
    DefinitionRef definition;
    Patch patch;
    std::vector<http::FieldError> errors;

    Checked(DefinitionRef by, const FormHead& head, Patch raw)
        : definition(std::move(by)), patch(std::move(raw)) {
        errors = validate(*definition, head.form, patch);
    }
};

// By the definition as somebody last read it, so that most saves ask the store nothing before their
// unit of work, which looks whether it still holds. A refusal is never given by an old one.
Result<Checked> checked(App& app, const FormHead& head, const Patch& patch) {
    const DefinitionRef last = study::last_definition(head.metadata_version);
    if (last) {
        Checked by_last(last, head, patch);
        if (by_last.errors.empty()) return by_last;
    }
    return Checked(
        TRY(app.db.read([&](db::Tx& tx) { return study::definition(tx, head.metadata_version); })),
        head, patch);
}

// Runs f(tx, refusal) once for the request's Idempotency-Key. It may be run again by the store, so
// what an earlier run refused is forgotten first.
// `ahead(tx)` says what will be asked in there.
template <class Ahead, class F>
Result<Reply> write_once(App& app, const http::Request& request, Ahead ahead, F f) {
    Refusal refusal;
    auto outcome = app.db.transact([&](db::Tx& tx) {
        refusal = {};
        ahead(tx);
        return http::idempotent(tx, request, [&](db::Tx& unit) { return f(unit, refusal); });
    });
    return answer(std::move(outcome), refusal);
}

template <class F>
Result<Reply> write_once(App& app, const http::Request& request, F f) {
    return write_once(app, request, [](db::Tx&) {}, f);
}

// --- routes -------------------------------------------------------------------------------

Result<FormPlace> place_of(const http::Request& request, const json::object& body) {
    return FormPlace{.subject = TRY(request.id_param<SubjectId>("subject")),
                     .event = TRY(json::get_string(body, "event")),
                     .event_repeat = TRY(repeat_from(body, "event_repeat")),
                     .form = TRY(json::get_string(body, "form")),
                     .form_repeat = TRY(repeat_from(body, "form_repeat"))};
}

Result<Reply> post_form(App& app, http::Request& request) {
    StageClock clock;
    const FormPlace place = TRY(place_of(request, TRY(request.json_object())));
    clock.receive();
    MetadataVersionId version;
    const auto definition = TRY(app.db.read([&](db::Tx& tx) -> Result<DefinitionRef> {
        const subjects::Subject subject = TRY(subjects::get(tx, place.subject));
        version = TRY(study::latest_version(tx, subject.study));
        return study::definition(tx, version);
    }));
    const Request wish{*definition, identity::actor_of(request), clock};
    return write_once(app, request, [&](db::Tx& tx, Refusal&) -> Result<Reply> {
        const Opened opened = TRY(open(tx, place, version, wish));
        Reply reply = TRY(reply_with(tx, request, opened.form, opened.created ? 201 : 200));
        reply.set("Location", "/api/v1/forms/" + opened.form.id.text);
        return reply;
    });
}

Result<Reply> get_form(App& app, http::Request& request) {
    const auto id = TRY(request.id_param<FormId>("form"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        return reply_with(tx, request, TRY(get(tx, id)), 200);
    });
}

Result<Reply> patch_form(App& app, http::Request& request) {
    StageClock clock;
    const Patch patch = TRY(patch_from(TRY(request.json_object())));
    clock.receive();
    const FormHead& head = head_in(request);
    Checked check = TRY(checked(app, head, patch));
    if (!check.errors.empty()) return http::problem(problem_of(std::move(check.errors)));
    clock.validate();
    const auto ahead = [&](db::Tx& tx) {
        study::definition_soon(tx, head.metadata_version);
        get_soon(tx, head.id);
    };
    return write_once(app, request, ahead, [&](db::Tx& tx, Refusal& refusal) -> Result<Reply> {
        const DefinitionRef now = TRY(study::definition(tx, head.metadata_version));
        if (now != check.definition) check = Checked(now, head, patch);
        if (!check.errors.empty()) return refusal.because(problem_of(check.errors));
        const Request wish{*now, identity::actor_of(request), clock};
        return reply_with(tx, request, TRY(save(tx, head.id, check.patch, wish, refusal)), 200);
    });
}

Result<void> check_row_id(std::string_view row_id) {
    if (row_id.empty() || is_key(row_id)) return {};
    return invalid("bad-row-id", "A row id has 1 to 64 visible characters.");
}

Result<Reply> post_row(App& app, http::Request& request) {
    StageClock clock;
    const json::object body = TRY(request.json_object());
    const RowAddition row{.group = TRY(json::get_string(body, "group")),
                          .repeat = {},
                          .reason = TRY(json::find_string(body, "reason")).value_or(""),
                          .row_id = TRY(json::find_string(body, "row_id")).value_or("")};
    TRY(check_row_id(row.row_id));
    clock.receive();
    const Known form = TRY(known(app, request));
    clock.validate();
    const Request wish{*form.definition, identity::actor_of(request), clock};
    return write_once(app, request, [&](db::Tx& tx, Refusal& refusal) -> Result<Reply> {
        const Added added = TRY(add_row(tx, form.head.id, row, wish, refusal));
        return reply_with(
            tx, request, added.form, added.is_new ? 201 : 200,
            {{"added", json::object{{"group", row.group}, {"repeat", added.repeat}}}});
    });
}

// An empty body acknowledges nothing.
Result<std::vector<Acknowledgement>> acknowledged_in(const http::Request& request) {
    if (request.body.empty()) return std::vector<Acknowledgement>();
    return acknowledged_from(TRY(request.json_object()));
}

Result<Reply> post_complete(App& app, http::Request& request) {
    StageClock clock;
    const std::int64_t version = TRY(request.if_match());
    const auto acknowledged = TRY(acknowledged_in(request));
    clock.receive();
    const Known form = TRY(known(app, request));
    clock.validate();
    const Request wish{*form.definition, identity::actor_of(request), clock};
    return write_once(app, request, [&](db::Tx& tx, Refusal& refusal) -> Result<Reply> {
        return reply_with(tx, request,
                          TRY(complete(tx, form.head.id, version, acknowledged, wish, refusal)),
                          200);
    });
}

}  // namespace

void form_routes(http::Router& router, App& app, const std::shared_ptr<Heads>& heads) {
    using http::Content;
    const auto add = [&](Method method, const char* pattern, http::Access access,
                         Result<Reply> (*handler)(App&, http::Request&), http::Doc doc) {
        router.add(
            method, pattern, std::move(access),
            [&app, handler](http::Request& request) { return handler(app, request); },
            std::move(doc));
    };
    const auto on_form = [&](Permission permission) {
        return http::Access::needs(permission, scope_of_form(app, heads));
    };
    const Content form = Content::json(form_schema());
    const Content added = Content::json(added_row_schema());
    add(Method::post, "/api/v1/subjects/{subject}/forms",
        http::Access::needs(Permission::form_edit, subjects::scope_of_subject(app)), post_form,
        {.name = "openForm",
         .summary = "Opens a form at a visit",
         .body = Content::json(form_place_schema()),
         .good = {{200, "It was there already", form}, {201, "It is new", form}},
         .takes_key = true});
    add(Method::get, "/api/v1/forms/{form}", on_form(Permission::form_view), get_form,
        {.name = "readForm",
         .summary = "A form with its items, stages and archive",
         .good = {{200, "The form; its version is the ETag", form}}});
    add(Method::patch, "/api/v1/forms/{form}", on_form(Permission::form_edit), patch_form,
        {.name = "saveForm",
         .summary = "Saves changed items as a draft: disjoint edits merge, all or nothing",
         .body = Content::json(patch_schema()),
         .good = {{200, "The form as it is now", form}},
         .problems = {412},
         .problem = form_problem_schema(),
         .takes_key = true});
    add(Method::post, "/api/v1/forms/{form}/rows", on_form(Permission::form_edit), post_row,
        {.name = "addRow",
         .summary = "Adds a row to a repeating item group under a new key",
         .body = Content::json(new_row_schema()),
         .good = {{200, "It was there already", added}, {201, "It is new", added}},
         .takes_key = true});
    add(Method::post, "/api/v1/forms/{form}/complete", on_form(Permission::form_complete),
        post_complete,
        {.name = "completeForm",
         .summary = "Calls a form complete and archives it",
         .body = Content::maybe_json(acknowledged_schema()),
         .good = {{200, "The form as it is now", form}},
         .takes_key = true,
         .takes_version = true});
}

}  // namespace cohort::capture
