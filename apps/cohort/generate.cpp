// SPDX-License-Identifier: Apache-2.0
// `cohort generate`: a made-up trial in an empty store, to try things out on.
#include <cstdio>

#include "apps/cohort/commands.h"
#include "apps/cohort/first_start.h"
#include "apps/cohort/identity_settings.h"
#include "apps/cohort/store.h"
#include "apps/cohort/wiring.h"
#include "cohort/generate/fill.h"
#include "cohort/platform/jobs/claim.h"
#include "cohort/study/store.h"

namespace cohort::app {

// Of SQLite's file nobody else has the lock; a database lets everybody in.
static Result<void> check_alone(db::Db& db) {
    if (db.stats().kind == "sqlite") return {};
    if (!TRY(db.read([](db::Tx& tx) { return jobs::anybody_works(tx); }))) return {};
    return refused("store-in-use",
                   "A server works on this store, or was killed a moment ago: stop it, or wait "
                   "for the time of jobs.lease.");
}

// Nothing where there is none: the demo study comes with the first start then.
static Result<std::optional<StudyId>> chosen_study(db::Tx& tx, const std::string& oid) {
    if (!oid.empty()) return std::optional(TRY(find_study(tx, oid)));
    const auto all = TRY(study::list(tx));
    if (all.size() > 1)
        return invalid("which-study", "There are several studies: name one with --study OID.");
    return all.empty() ? std::nullopt : std::optional(all.front().id);
}

static Result<StudyId> study_for(db::Db& db, const Generate& command,
                                 const config::Config& config) {
    const auto choose = [&](db::Tx& tx) { return chosen_study(tx, command.study); };
    const auto there = TRY(db.read(choose));
    auth::PasswordHasher hasher{hasher_options(config)};
    TRY(first_start(db, config, hasher, there));
    const auto study = TRY(db.read(choose));
    if (!study) return not_found("study", "There is no study in this store: import one.");
    return *study;
}

Result<int> run(const Generate& command, const config::Config& config) {
    const Store store = TRY(open_store(config));
    db::Db& db = *store.db;
    TRY(check_alone(db));
    TRY(db.read([](db::Tx& tx) { return generate::check_store(tx); }));
    const generate::Wish wish{.study = TRY(study_for(db, command, config)),
                              .sites = command.sites,
                              .subjects = command.subjects,
                              .seed = command.seed,
                              .today = date_of(now()),
                              .receiver = command.receiver};
    const Receivers receivers{store.key, config};
    const Instant began = now();
    const auto made = TRY(generate::fill(db, wish, follow_ups(), receivers.key));
    const auto number = [](std::int64_t count) { return static_cast<long long>(count); };
    std::printf(
        "Made up in %.1f s: %lld sites with %lld subjects, %lld complete forms and %lld that are "
        "open, %lld submissions of patients with %lld alerts.\n"
        "Sign in as data_manager@demo or another role; the passwords are in %s.\n",
        static_cast<double>((now().ms - began.ms)) / 1000, number(made.sites),
        number(made.subjects), number(made.complete_forms), number(made.open_forms),
        number(made.submissions), number(made.alerts), data_file(config, "demo-users.txt").c_str());
    return 0;
}

}  // namespace cohort::app
