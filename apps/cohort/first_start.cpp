// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/first_start.h"

#include <cstdio>

#include "weft/blocking.h"

#include "apps/cohort/files.h"
#include "apps/cohort/store.h"
#include "cohort/identity/actor.h"
#include "cohort/identity/users.h"
#include "cohort/interop/import.h"
#include "cohort/sites/first_start.h"

namespace cohort::app {

static Result<interop::ParsedFile> parse_demo_study(const config::Config& config) {
    const std::string path = config.text("data.demo_study");
    const auto bytes = read_file(path);
    if (!bytes) {
        return invalid("no-demo-study", "The demo study " + path +
                                            " cannot be read. Name it with --set "
                                            "data.demo_study=FILE, or start without: --set "
                                            "data.demo=false.");
    }
    return weft::blocking("parse ODM", [&] { return interop::parse_odm(*bytes); });
}

static Result<bool> is_empty(db::Db& db) {
    return db.read(
        [](db::Tx& tx) -> Result<bool> { return TRY(identity::organisations(tx)).empty(); });
}

Result<std::size_t> first_start(db::Db& db, const config::Config& config,
                                auth::PasswordHasher& hasher, const std::optional<StudyId>& study) {
    if (!TRY(is_empty(db))) return std::size_t{0};
    std::printf("First start: creating the demo organisation, its users and the demo study.\n");
    std::fflush(stdout);
    std::optional<interop::ParsedFile> parsed;
    if (!study) parsed = TRY(parse_demo_study(config));
    const auto import_study = [&](db::Tx& tx) -> Result<StudyId> {
        if (study) return *study;
        const auto report =
            TRY(interop::import_odm(tx, *parsed, {.actor = identity::command_line()}));
        return report.studies.at(0).id;
    };
    const auto demo =
        TRY(sites::first_start(db, hasher, data_file(config, "demo-users.txt"), import_study));
    return demo ? demo->users.size() : 0;
}

}  // namespace cohort::app
