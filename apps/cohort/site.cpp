// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>

#include "apps/cohort/commands.h"
#include "apps/cohort/store.h"
#include "cohort/sites/site_commands.h"

namespace cohort::app {

static Result<std::string> act_on(db::Db& db, const Site& command) {
    const sites::SiteInStudy part{
        .oid = command.oid, .study = command.study, .number = command.number};
    switch (command.act) {
        case Site::Act::add:
            return sites::add_site(db, {.oid = command.oid,
                                        .name = command.name,
                                        .time_zone = command.time_zone,
                                        .organisation = command.organisation});
        case Site::Act::join:
            return sites::join_study(db, part, find_study);
        case Site::Act::leave:
            return sites::leave_study(db, part, find_study);
        case Site::Act::list:
            return sites::list_sites(db);
    }
    return internal("unknown-act", "This is not an act on sites.");
}

Result<int> run(const Site& command, const config::Config& config) {
    const auto act = [&](db::Db& db) { return act_on(db, command); };
    const bool only_reads = command.act == Site::Act::list;
    std::fputs(TRY(in_store(config, only_reads, act)).c_str(), stdout);
    return 0;
}

}  // namespace cohort::app
