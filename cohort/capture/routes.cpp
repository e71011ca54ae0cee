// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/routes.h"

#include "cohort/capture/store.h"

namespace cohort::capture {

http::ScopeOf scope_of_form(App& app) {
    return [&app](http::Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<FormId>("form"));
        const FormHead head = TRY(app.db.read([&](db::Tx& tx) { return head_of(tx, id); }));
        return http::Scope{.study = head.study, .site = head.site};
    };
}

void routes(http::Router& router, App& app) {
    form_routes(router, app);
    life_routes(router, app);
    trail_routes(router, app);
    matrix_routes(router, app);
    change_routes(router, app);
}

}  // namespace cohort::capture
