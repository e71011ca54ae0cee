// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/routes.h"

#include "cohort/capture/store.h"

namespace cohort::capture {

http::ScopeOf scope_of_form(App& app, std::shared_ptr<Heads> heads) {
    return [&app, heads = std::move(heads)](http::Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<FormId>("form"));
        const auto ask = [&] { return app.db.read([&](db::Tx& tx) { return head_of(tx, id); }); };
        const FormHead head = TRY(heads ? heads->get(id.text, ask) : ask());
        request.found = head;
        return http::Scope{.study = head.study, .site = head.site};
    };
}

void routes(http::Router& router, App& app) {
    // SQLite is asked in microseconds, and says at once when its file is no longer what it was.
    // What is not there may be made in the next moment.
    std::shared_ptr<Heads> heads;
    if (app.db.stats().kind != "sqlite")
        heads = std::make_shared<Heads>(
            resilience::CacheOptions{.kept = std::chrono::hours(1), .absence_kept = {}});
    form_routes(router, app, heads);
    life_routes(router, app, heads);
    trail_routes(router, app);
    matrix_routes(router, app);
    change_routes(router, app);
    activity_routes(router, app);
}

}  // namespace cohort::capture
