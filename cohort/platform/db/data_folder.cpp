// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/data_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace cohort::db {

namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& what, int error) {
    return unavailable("store-io", what + ": " + std::generic_category().message(error));
}

std::string marker(const std::string& folder) {
    return folder + "/store.created";
}

std::string holder_of(int lock) {
    char text[32] = {};
    const ssize_t size = ::pread(lock, text, sizeof text - 1, 0);
    std::string pid(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    return pid.empty() ? "of unknown number" : pid;
}

}  // namespace

Result<void> DataFolder::sync(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return io_error("cannot open the data folder " + path, errno);
    const int synced = ::fsync(fd);
    const int error = errno;
    ::close(fd);
    if (synced != 0) return io_error("cannot sync the data folder " + path, error);
    return {};
}

Result<void> DataFolder::make(const std::string& path) {
    std::error_code failed;
    const bool created = fs::create_directories(path, failed);
    if (failed) return io_error("cannot create the data folder " + path, failed.value());
    if (created) fs::permissions(path, fs::perms::owner_all, failed);
    return {};
}

Result<std::unique_ptr<DataFolder>> DataFolder::hold(const std::string& path) {
    TRY(make(path));
    std::error_code failed;
    const std::string lock_file = path + "/cohort.lock";
    const int lock = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return io_error("cannot open " + lock_file, errno);
    std::unique_ptr<DataFolder> folder(new DataFolder(path, lock));
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return io_error("cannot lock " + lock_file, errno);
        return unavailable("store-locked",
                           "the data folder " + path + " is in use by another server (process " +
                               holder_of(lock) + "): stop that one, or choose another folder");
    }
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock, 0) != 0 ||
        ::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
        return io_error("cannot write " + lock_file, errno);

    const std::string file = store_file(path);
    const auto bytes = fs::file_size(file, failed);
    const bool nothing = failed || bytes == 0;
    if (nothing && fs::exists(marker(path), failed))
        return unavailable("store-missing",
                           "the store " + file +
                               " is missing or empty, but this folder held one: restore it from a "
                               "backup, or remove " +
                               marker(path) + " to start with an empty store");
    return folder;
}

DataFolder::~DataFolder() {
    ::close(lock_);
}

Result<void> DataFolder::remember_store() const {
    std::error_code failed;
    if (fs::exists(marker(path_), failed)) return {};
    TRY(sync(path_));  // SQLite syncs its file, not the name of its file
    const int fd = ::open(marker(path_).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return io_error("cannot create " + marker(path_), errno);
    ::close(fd);
    TRY(sync(path_));
    const std::string parent = fs::absolute(path_, failed).parent_path().string();
    return parent.empty() ? Result<void>() : sync(parent);
}

}  // namespace cohort::db
