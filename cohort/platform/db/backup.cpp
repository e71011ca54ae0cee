// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/backup.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "cohort/platform/db/data_folder.h"
#include "cohort/platform/db/sqlite_connection.h"

namespace cohort::db {

namespace fs = std::filesystem;

static Result<void> require_sound(const std::string& file) {
    const auto copy =
        TRY(SqliteConnection::open(file, SqliteConnection::Access::read_only, Options{}));
    std::string found;
    const auto outcome =
        copy->run("PRAGMA integrity_check", {}, &found, [](void* to, Row&& row) -> Result<void> {
            *static_cast<std::string*>(to) += row.get<std::string>(0);
            return {};
        });
    if (outcome.error) return *outcome.error;
    if (found == "ok") return {};
    return unavailable("store-unreadable", "the store is damaged: " + found);
}

static Result<void> sync_file(const std::string& file) {
    const int opened = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    const bool synced = opened >= 0 && ::fsync(opened) == 0;
    const int error = errno;
    if (opened >= 0) ::close(opened);
    if (synced) return {};
    return unavailable("store-io",
                       "cannot sync " + file + ": " + std::generic_category().message(error));
}

Result<void> copy_store(const std::string& from_folder, const std::string& to_folder) {
    std::error_code failed;
    if (!fs::exists(DataFolder::store_file(from_folder), failed))
        return unavailable("store-missing", "there is no store in " + from_folder);
    TRY(DataFolder::make(to_folder));
    const std::string whole = DataFolder::store_file(to_folder);
    if (fs::exists(whole, failed))
        return refused("store-not-empty", "there is a store in " + to_folder + " already");
    const std::string part = whole + ".part";
    fs::remove(part, failed);  // of one that was interrupted
    const auto from = TRY(SqliteConnection::open(DataFolder::store_file(from_folder),
                                                 SqliteConnection::Access::read_only, Options{}));
    const Values to{to_value(part)};
    if (const auto copied = from->run("VACUUM INTO ?", to, nullptr, nullptr); copied.error)
        return *copied.error;
    TRY(require_sound(part));
    TRY(sync_file(part));
    fs::rename(part, whole, failed);
    if (failed) return unavailable("store-io", "cannot name " + whole + ": " + failed.message());
    return DataFolder::sync(to_folder);
}

}  // namespace cohort::db
