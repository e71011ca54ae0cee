// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/base/time.h"
#include "cohort/platform/config/config.h"
#include "cohort/platform/db/db.h"
#include "cohort/platform/http/metrics.h"
#include "cohort/platform/log/log.h"

namespace cohort {

/// What every use case may reach of the outside world: handles of the platform, nothing of the
/// domain. Made once by the program; outlives every request.
struct App {
    db::Db& db;
    const config::Config& config;
    const log::Logger& log;
    http::Metrics& metrics;
    Instant started;
};

}  // namespace cohort
