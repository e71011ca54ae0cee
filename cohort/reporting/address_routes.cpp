// SPDX-License-Identifier: Apache-2.0
// Whom the sites of a study let know of reports.
#include "cohort/identity/grants.h"
#include "cohort/reporting/addresses.h"
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

json::object to_json(const Address& address) {
    return {{"site", address.site.text},
            {"address", address.address},
            {"changed_at", to_rfc3339(address.changed_at)},
            {"changed_by", address.changed_by}};
}

Schema address_schema() {
    return Schema::named(
        "ReportAddress",
        Schema::object({has("site", Schema::id()), has("address", Schema::text()),
                        has("changed_at", Schema::instant()), has("changed_by", Schema::text())}));
}

Result<Reply> get_addresses(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto rights =
            TRY(identity::rights_of(tx, request.principal().user, request.received));
        const auto sites =
            identity::sites_of(rights, Permission::study_view, study, request.received);
        json::array all;
        for (const Address& one : TRY(addresses_of(tx, study)))
            if (sites.covers(one.site)) all.push_back(to_json(one));
        return Reply::json(200, json::object{{"addresses", std::move(all)}});
    });
}

Result<Reply> put_address(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto site = TRY(request.id_param<SiteId>("site"));
    const std::string address = TRY(json::get_string(TRY(request.json_object()), "address"));
    const identity::Actor actor = identity::actor_of(request);
    const Address set = TRY(
        app.db.transact([&](db::Tx& tx) { return set_address(tx, study, site, address, actor); }));
    return Reply::json(200, to_json(set));
}

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

Result<http::Scope> scope_of_site(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")),
                       .site = TRY(request.id_param<SiteId>("site"))};
}

}  // namespace

void address_routes(http::Router& router, App& app) {
    const Content address = Content::json(address_schema());
    router.add(
        Method::get, "/api/v1/studies/{study}/report-addresses",
        Access::needs(Permission::study_view, scope_of_study),
        [&app](Request& request) { return get_addresses(app, request); },
        {.name = "listReportAddresses",
         .summary = "Whom sites let know of reports, at the sites that the caller may see",
         .good = {{200, "Those that were set",
                   Content::json(Schema::named(
                       "ReportAddresses",
                       Schema::object({has("addresses", Schema::list(address_schema()))})))}}});
    router.add(Method::put, "/api/v1/studies/{study}/sites/{site}/report-address",
               Access::needs(Permission::study_build, scope_of_site),
               [&app](Request& request) { return put_address(app, request); },
               {.name = "setReportAddress",
                .summary = "Says whom a site lets know of reports; empty: nobody",
                .body = Content::json(Schema::named(
                    "NewReportAddress", Schema::object({has("address", Schema::text())}))),
                .good = {{200, "As it is now", address}}});
}

}  // namespace cohort::reporting
