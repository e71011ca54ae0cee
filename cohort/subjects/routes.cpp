// SPDX-License-Identifier: Apache-2.0
#include "cohort/subjects/routes.h"

#include "cohort/platform/http/idempotency.h"
#include "cohort/platform/zones/zones.h"
#include "cohort/sites/sites.h"

namespace cohort::subjects {

using http::Content;
using http::Method;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;
using json::wish;

Schema subject_schema() {
    return Schema::named("Subject",
                         Schema::object({has("id", Schema::id()), has("study", Schema::id()),
                                         has("site", Schema::id()), has("key", Schema::text()),
                                         has("enrolled_on", Schema::date().or_null())}));
}

json::object to_json(const Subject& subject) {
    return {{"id", subject.id.text},
            {"study", subject.study.text},
            {"site", subject.site.text},
            {"key", subject.key},
            {"enrolled_on",
             subject.enrolled_on ? json::value(to_string(*subject.enrolled_on)) : nullptr}};
}

http::ScopeOf scope_of_subject(App& app) {
    return [&app](Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<SubjectId>("subject"));
        const Subject subject = TRY(app.db.read([&](db::Tx& tx) { return get(tx, id); }));
        return http::Scope{.study = subject.study, .site = subject.site};
    };
}

// A site that cannot be one is unknown, like a site the caller may not see.
static Result<http::Scope> scope_of_new_subject(Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto site = TRY(json::get_string(TRY(request.json_object()), "site"));
    auto id = parse_id<SiteId>(site);
    if (!id) return not_found("site", "The study has no such site.");
    return http::Scope{.study = study, .site = std::move(*id)};
}

static Result<NewSubject> wish_of(const Request& request) {
    const json::object body = TRY(request.json_object());
    NewSubject wish;
    wish.study = TRY(request.id_param<StudyId>("study"));
    wish.site = TRY(parse_id<SiteId>(TRY(json::get_string(body, "site"))));
    wish.key = TRY(json::find_string(body, "key"));
    if (const auto day = TRY(json::find_string(body, "enrolled_on")))
        wish.enrolled_on = TRY(parse_date(*day));
    return wish;
}

// Without a day the subject is enrolled today, as the site's calendar says.
static Result<void> settle_day(NewSubject& wish, const sites::Site& site, Instant at) {
    const CivilDate today = zones::local_date(site.time_zone, at);
    if (!wish.enrolled_on) wish.enrolled_on = today;
    if (*wish.enrolled_on > today)
        return refused("enrolled-in-future", "The day of enrolment has not come yet at the site.");
    return {};
}

static Result<Reply> post_subject(App& app, Request& request) {
    NewSubject wish = TRY(wish_of(request));
    const sites::Site site =
        TRY(app.db.read([&](db::Tx& tx) { return sites::get(tx, wish.site); }));
    TRY(settle_day(wish, site, request.received));
    const Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) {
        const auto enrol = [&](db::Tx& unit) -> Result<Reply> {
            const Subject subject = TRY(create(unit, wish, actor));
            Reply reply = Reply::json(201, to_json(subject));
            reply.set("Location", "/api/v1/subjects/" + subject.id.text);
            return reply;
        };
        return http::idempotent(tx, request, enrol, http::Kept::for_ever);
    });
}

void routes(http::Router& router, App& app) {
    router.add(
        Method::post, "/api/v1/studies/{study}/subjects",
        http::Access::needs_in_body(http::Permission::subject_create, scope_of_new_subject),
        [&app](Request& request) { return post_subject(app, request); },
        {.name = "addSubject",
         .summary = "Adds a subject at a site; without a key the site's next number is "
                    "taken",
         .body = Content::json(Schema::named(
             "NewSubject", Schema::object({has("site", Schema::id()), wish("key", Schema::text()),
                                           wish("enrolled_on", Schema::date())}))),
         .good = {{201, "The subject", Content::json(subject_schema())}},
         .takes_key = true});
}

}  // namespace cohort::subjects
