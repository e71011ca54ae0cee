// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "apps/cohort/commands.h"
#include "apps/cohort/store.h"
#include "cohort/migrations/move_store.h"

namespace cohort::app {

Result<int> run(const MigrateStore&, const config::Config& config) {
    if (config.text("store.postgres").empty())
        return invalid("bad-setting",
                       "Name the database to move the store to: store.postgres in the "
                       "configuration, or COHORT_STORE_POSTGRES.");
    const auto from = TRY(open_embedded_store(config));
    const Store to = TRY(open_store(config));
    std::int64_t rows = 0;
    for (const auto& moved : TRY(migrations::move_store(*from, *to.db))) {
        std::printf("%-20s %10lld rows  %s\n", moved.table.c_str(),
                    static_cast<long long>(moved.rows), moved.digest.c_str());
        rows += moved.rows;
    }
    std::printf(
        "%lld rows moved; every table has the same number of rows and the same digest on both "
        "sides.\nStart the server with store.postgres from now on. The old store is left in %s.\n",
        static_cast<long long>(rows), config.text("data.folder").c_str());
    return 0;
}

}  // namespace cohort::app
