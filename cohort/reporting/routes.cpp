// SPDX-License-Identifier: Apache-2.0
#include "cohort/reporting/routes.h"

namespace cohort::reporting {

void routes(http::Router& router, App& app) {
    report_routes(router, app);
    address_routes(router, app);
}

}  // namespace cohort::reporting
