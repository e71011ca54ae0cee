// SPDX-License-Identifier: Apache-2.0
// The audit trail of a whole study, as far as the caller may see its sites.
#include <map>

#include "cohort/capture/audit_trail.h"
#include "cohort/capture/people.h"
#include "cohort/capture/routes.h"
#include "cohort/capture/schemas.h"
#include "cohort/identity/grants.h"
#include "cohort/subjects/subjects.h"

namespace cohort::capture {

using http::Reply;

namespace {

// Subject numbers for the records of one page.
class Keys {
  public:
    explicit Keys(db::Tx& tx) : tx_(tx) {}

    Result<std::string> of(const SubjectId& subject) {
        if (const auto known = keys_.find(subject.text); known != keys_.end()) return known->second;
        return keys_.emplace(subject.text, TRY(subjects::get(tx_, subject)).key).first->second;
    }

  private:
    db::Tx& tx_;
    std::map<std::string, std::string> keys_;
};

Result<json::array> lines_of(db::Tx& tx, const std::vector<audit::Record>& records) {
    People people(tx);
    Keys keys(tx);
    json::array out;
    for (const audit::Record& record : records) {
        const audit::Entry& entry = record.entry;
        json::object line = to_json(record);
        line["who_id"] = entry.actor;
        line["who"] = TRY(people.name_of(entry.actor));
        if (!entry.site.empty()) line["site"] = entry.site.text;
        if (!entry.subject.empty()) line["subject"] = TRY(keys.of(entry.subject));
        if (!entry.event.empty()) line["event"] = entry.event;
        if (!entry.event_repeat.empty()) line["event_repeat"] = entry.event_repeat;
        if (!entry.form.empty()) line["form"] = entry.form;
        if (!entry.form_id.empty()) line["form_id"] = entry.form_id.text;
        out.push_back(std::move(line));
    }
    return out;
}

Result<Reply> get_trail(App& app, http::Request& request) {
    audit::Filter filter;
    filter.study = TRY(request.id_param<StudyId>("study"));
    filter.action = request.query("action").value_or("");
    const audit::Page page{.offset = TRY(request.query_int("offset")),
                           .limit = TRY(request.query_int("limit"))};
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto rights =
            TRY(identity::rights_of(tx, request.principal().user, request.received));
        const auto sites = identity::sites_of(rights, http::Permission::audit_view, *filter.study,
                                              request.received);
        if (!sites.all) filter.sites = sites.sites;
        const audit::History history = TRY(audit::history(tx, filter, page));
        return Reply::json(200, json::object{{"records", TRY(lines_of(tx, history.records))},
                                             {"total", history.total}});
    });
}

Result<http::Scope> scope_of_study(http::Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

}  // namespace

void trail_routes(http::Router& router, App& app) {
    router.add(http::Method::get, "/api/v1/studies/{study}/audit",
               http::Access::needs(http::Permission::audit_view, scope_of_study),
               [&app](http::Request& request) { return get_trail(app, request); },
               {.name = "readAudit",
                .summary = "Who did what in a study, newest first; of the sites one may see",
                .query = http::paging(100, 1000, {{.name = "action", .what = "Only this action"}}),
                .good = {{200, "Some of it", http::Content::json(trail_schema())}}});
}

}  // namespace cohort::capture
