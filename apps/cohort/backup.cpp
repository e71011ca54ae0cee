// SPDX-License-Identifier: Apache-2.0
// A backup is a folder: the store as it was at one moment, the audit's key, and what every table
// held, so that a restore can prove that everything came back.
#include "cohort/platform/db/backup.h"

#include <cstdio>

#include "weft/blocking.h"

#include "apps/cohort/commands.h"
#include "apps/cohort/store.h"
#include "cohort/migrations/digests.h"
#include "cohort/migrations/move_store.h"
#include "cohort/platform/auth/private_file.h"
#include "cohort/platform/db/data_folder.h"

namespace cohort::app {

namespace {

constexpr const char* digests_file = "/digests.txt";
constexpr const char* key_file = "/audit.key";

Result<std::vector<migrations::Contents>> contents_in(const std::string& folder) {
    db::Options options;
    options.folder = folder;
    options.read_only = true;
    const auto db = TRY(db::Db::open(options));
    return migrations::contents_of(*db);
}

Result<void> copy_key(const std::string& from_folder, const std::string& to_folder) {
    return weft::blocking("copy the audit's key", [&]() -> Result<void> {
        const auto key = TRY(auth::read_private(from_folder + key_file));
        if (!key) return {};
        const auto there = TRY(auth::read_private(to_folder + key_file));
        if (there && *there != *key)
            return refused("audit-key-differs",
                           "In " + to_folder + " is another audit.key: move it away first.");
        return there ? Result<void>() : auth::create_private(to_folder + key_file, *key);
    });
}

Result<void> copy_store(const std::string& from, const std::string& to) {
    return weft::blocking("copy the store", [&] { return db::copy_store(from, to); });
}

std::int64_t rows_of(const std::vector<migrations::Contents>& contents) {
    std::int64_t rows = 0;
    for (const auto& table : contents) rows += table.rows;
    return rows;
}

// What the backup was made of, if it still is.
Result<std::vector<migrations::Contents>> recorded(const std::string& folder) {
    const auto text = TRY(weft::blocking(
        "read the digests", [&] { return auth::read_private(folder + digests_file); }));
    if (!text) return not_found("backup", "There is no backup in " + folder + ".");
    const auto contents = TRY(migrations::contents_from_text(*text));
    if (contents != TRY(contents_in(folder)))
        return refused("backup-damaged", "The backup in " + folder +
                                             " is not what it was when it was made. Nothing is "
                                             "restored.");
    return contents;
}

Result<void> restore_embedded(const std::string& backup, const std::string& data,
                              const std::vector<migrations::Contents>& wanted) {
    TRY(copy_store(backup, data));
    if (TRY(contents_in(data)) == wanted) return {};
    return internal("restore-differs",
                    "What was restored into " + data + " is not what the backup holds.");
}

Result<void> restore_to_postgresql(const std::string& backup, const config::Config& config) {
    db::Options options;
    options.folder = backup;
    options.read_only = true;
    const auto from = TRY(db::Db::open(options));
    const Store to = TRY(open_store(config));
    TRY(migrations::move_store(*from, *to.db));
    return {};
}

}  // namespace

Result<int> run(const Backup& command, const config::Config& config) {
    if (!config.text("store.postgres").empty())
        return invalid("not-embedded",
                       "A store in PostgreSQL is backed up by PostgreSQL's own tools, such as "
                       "pg_dump; docs/operations.md says how.");
    const std::string data = config.text("data.folder");
    TRY(copy_store(data, command.folder));
    TRY(copy_key(data, command.folder));
    const auto contents = TRY(contents_in(command.folder));
    TRY(weft::blocking("write the digests", [&] {
        return auth::create_private(command.folder + digests_file, migrations::to_text(contents));
    }));
    std::printf("%s holds %lld rows of %zu tables, with a digest of each in digests.txt.\n",
                command.folder.c_str(), static_cast<long long>(rows_of(contents)), contents.size());
    return 0;
}

Result<int> run(const Restore& command, const config::Config& config) {
    const std::string data = config.text("data.folder");
    const auto contents = TRY(recorded(command.folder));
    TRY(weft::blocking("make the folder", [&] { return db::DataFolder::make(data); }));
    TRY(copy_key(command.folder, data));  // first: there is never a store here without its key
    TRY(config.text("store.postgres").empty() ? restore_embedded(command.folder, data, contents)
                                              : restore_to_postgresql(command.folder, config));
    std::printf("%lld rows of %zu tables are back, each table with the digest it had.\n",
                static_cast<long long>(rows_of(contents)), contents.size());
    return 0;
}

}  // namespace cohort::app
