// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "cohort/identity/grants.h"
#include "cohort/push/deliveries.h"
#include "cohort/push/receivers.h"
#include "cohort/push/routes.h"
#include "cohort/sites/sites.h"

namespace cohort::push {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;
using json::wish;

namespace {

// --- as JSON ------------------------------------------------------------------------------

json::object to_json(const Receiver& receiver) {
    return {{"url", receiver.url},
            {"enabled", receiver.enabled},
            {"changed_at", to_rfc3339(receiver.changed_at)}};
}

Schema receiver_schema() {
    return Schema::named("ReportReceiver", Schema::object({has("url", Schema::text()),
                                                           has("enabled", Schema::boolean()),
                                                           has("changed_at", Schema::instant())}));
}

json::object to_json(const SiteCounts& counts) {
    return {{"site", counts.site.text},
            {"waiting", counts.waiting},
            {"unknown", counts.unknown},
            {"acknowledged", counts.acknowledged},
            {"refused", counts.refused}};
}

Schema site_schema() {
    std::vector<json::Member> members{has("site", Schema::id()),
                                      has("receiver", receiver_schema().or_null())};
    for (const char* count : {"waiting", "unknown", "acknowledged", "refused"})
        members.push_back(has(count, Schema::whole(0)));
    return Schema::named("SiteReports", Schema::object(std::move(members)));
}

json::object to_json(const Delivery& delivery) {
    return {{"id", delivery.id.text},    {"site", delivery.site.text},
            {"subject", delivery.name},  {"state", to_string(delivery.state)},
            {"sha256", delivery.digest}, {"attempts", delivery.attempts},
            {"reply", delivery.reply},   {"changed_at", to_rfc3339(delivery.changed_at)}};
}

Schema state_schema() {
    return Schema::one_of({"waiting", "unknown", "acknowledged", "refused"});
}

Schema delivery_schema() {
    return Schema::named(
        "ReportDelivery",
        Schema::object({has("id", Schema::id()), has("site", Schema::id()),
                        has("subject", Schema::text()), has("state", state_schema()),
                        has("sha256", Schema::text()), has("attempts", Schema::whole(0)),
                        has("reply", Schema::text()), has("changed_at", Schema::instant())}));
}

// --- the routes ---------------------------------------------------------------------------

Result<Reply> put_receiver(App& app, const auth::SealingKey& key, Request& request) {
    const json::object body = TRY(request.json_object());
    const NewReceiver wished{.study = TRY(request.id_param<StudyId>("study")),
                             .site = TRY(request.id_param<SiteId>("site")),
                             .url = TRY(json::get_string(body, "url")),
                             .token = TRY(json::find_string(body, "token")),
                             .enabled = TRY(json::find_bool(body, "enabled")).value_or(true)};
    const identity::Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) -> Result<Reply> {
        return Reply::json(200, to_json(TRY(set_receiver(tx, wished, key, actor))));
    });
}

Result<Reply> delete_receiver(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto site = TRY(request.id_param<SiteId>("site"));
    const identity::Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) { return remove_receiver(tx, study, site, actor); }));
    return Reply::empty();
}

Result<Reply> get_receivers(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        std::map<std::string, json::object> sites;
        for (const sites::Site& site : TRY(sites::of_study(tx, study)))
            sites[site.id.text] = to_json(SiteCounts{.site = site.id});
        for (const SiteCounts& counts : TRY(counts_of(tx, study)))
            sites[counts.site.text] = to_json(counts);
        for (auto& [id, site] : sites) site["receiver"] = nullptr;
        for (const Receiver& receiver : TRY(receivers_of(tx, study)))
            sites[receiver.site.text]["receiver"] = to_json(receiver);
        json::array all;
        for (auto& [id, site] : sites) all.push_back(std::move(site));
        return Reply::json(200, json::object{{"sites", std::move(all)}});
    });
}

// The sites of which the caller may see subjects, or the one of them that is asked for.
Result<std::optional<std::vector<SiteId>>> sites_for(db::Tx& tx, const Request& request,
                                                     const StudyId& study,
                                                     const std::optional<SiteId>& wanted) {
    const auto rights = TRY(identity::rights_of(tx, request.principal().user, request.received));
    auto seen = identity::sites_of(rights, Permission::subject_view, study, request.received);
    std::optional<std::vector<SiteId>> sites;
    if (!seen.all) sites = std::move(seen.sites);
    if (wanted)
        sites = seen.all || std::ranges::binary_search(*sites, *wanted) ? std::vector{*wanted}
                                                                        : std::vector<SiteId>();
    return sites;
}

Result<Reply> get_deliveries(App& app, Request& request) {
    DeliveryFilter filter{.study = TRY(request.id_param<StudyId>("study"))};
    std::optional<SiteId> site;
    if (const auto id = request.query("site"); id && !id->empty())
        site = TRY(parse_id<SiteId>(*id));
    if (const auto state = request.query("state"); state && !state->empty()) {
        filter.state = parse_standing(*state);
        if (!filter.state) return invalid("bad-query", "There is no such state of a delivery.");
    }
    DeliveryId after;
    if (const auto id = request.query("after"); id && !id->empty())
        after = TRY(parse_id<DeliveryId>(*id));
    const auto limit = TRY(request.query_int("limit"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        filter.sites = TRY(sites_for(tx, request, filter.study, site));
        json::array all;
        for (const Delivery& one : TRY(list(tx, filter, after, limit))) all.push_back(to_json(one));
        return Reply::json(200, json::object{{"deliveries", std::move(all)}});
    });
}

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

Result<http::Scope> scope_of_site(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")),
                       .site = TRY(request.id_param<SiteId>("site"))};
}

std::vector<http::Query> delivery_query() {
    return {{.name = "site", .what = "Only of this site", .schema = Schema::id()},
            {.name = "state", .what = "Only in this state", .schema = state_schema()},
            {.name = "after", .what = "Only behind this delivery", .schema = Schema::id()},
            {.name = "limit",
             .what = "How many to answer with",
             .schema = Schema::whole(1, 500),
             .fallback = 100}};
}

}  // namespace

void receiver_routes(http::Router& router, App& app, const auth::SealingKey& key) {
    const auto builds = [] { return Access::needs(Permission::study_build, scope_of_site); };
    const char* const path = "/api/v1/studies/{study}/sites/{site}/report-receiver";
    router.add(Method::get, "/api/v1/studies/{study}/report-receivers",
               Access::needs(Permission::job_view, scope_of_study),
               [&app](Request& request) { return get_receivers(app, request); },
               {.name = "listReportReceivers",
                .summary = "Where the sites' reports are pushed to, and how many are where",
                .good = {{200, "All sites of the study; never with a token",
                          Content::json(Schema::named(
                              "ReportReceivers",
                              Schema::object({has("sites", Schema::list(site_schema()))})))}}});
    router.add(Method::put, path, builds(),
               [&app, &key](Request& request) { return put_receiver(app, key, request); },
               {.name = "setReportReceiver",
                .summary = "Says where a site's reports are pushed to",
                .body = Content::json(Schema::named(
                    "NewReportReceiver",
                    Schema::object({has("url", Schema::text()), wish("token", Schema::text()),
                                    wish("enabled", Schema::boolean())}))),
                .good = {{200, "The receiver", Content::json(receiver_schema())}},
                .problems = {422}});
    router.add(Method::del, path, builds(),
               [&app](Request& request) { return delete_receiver(app, request); },
               {.name = "removeReportReceiver",
                .summary = "Nothing is pushed there any more",
                .good = {{204, "It is gone"}}});
    router.add(
        Method::get, "/api/v1/studies/{study}/report-deliveries",
        Access::needs(Permission::subject_view, scope_of_study),
        [&app](Request& request) { return get_deliveries(app, request); },
        {.name = "listReportDeliveries",
         .summary = "What became of each report, at the sites whose subjects the caller may see",
         .query = delivery_query(),
         .good = {{200, "Some of them, by id",
                   Content::json(Schema::named(
                       "ReportDeliveries",
                       Schema::object({has("deliveries", Schema::list(delivery_schema()))})))}}});
}

}  // namespace cohort::push
