// SPDX-License-Identifier: Apache-2.0
// The subcommands. Each runs as the main goroutine, prints what a person wants to read and gives
// the exit code: 0, or 1 when what was asked for did not come about. Errors are printed by main.
#pragma once

#include "apps/cohort/arguments.h"
#include "cohort/base/result.h"
#include "cohort/platform/config/config.h"

namespace cohort::app {

Result<int> run(const Serve& command, const config::Config& config);
Result<int> run(const VerifyAudit& command, const config::Config& config);
Result<int> run(const ShowConfig& command, const config::Config& config);
Result<int> run(const User& command, const config::Config& config);
Result<int> run(const Site& command, const config::Config& config);
Result<int> run(const Import& command, const config::Config& config);
Result<int> run(const Export& command, const config::Config& config);
Result<int> run(const Generate& command, const config::Config& config);
Result<int> run(const MigrateStore& command, const config::Config& config);
Result<int> run(const Backup& command, const config::Config& config);
Result<int> run(const Restore& command, const config::Config& config);

}  // namespace cohort::app
