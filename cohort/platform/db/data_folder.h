// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cohort/base/result.h"

namespace cohort::db {

/// The folder of one store, held against a second server for as long as this lives. The kernel
/// gives the lock back when the process dies, however it dies.
class DataFolder {
  public:
    /// Creates the folder when it is absent.
    /// Errors: unavailable/store-locked names the process that holds it; unavailable/store-io;
    /// unavailable/store-missing: the folder held a store and its file is gone or empty.
    static Result<std::unique_ptr<DataFolder>> hold(const std::string& path);

    /// Creates the folder for its owner alone; nothing happens when it is there.
    /// Errors: unavailable/store-io.
    static Result<void> make(const std::string& path);

    /// Makes what was created or renamed in a folder durable. Errors: unavailable/store-io.
    static Result<void> sync(const std::string& path);

    /// Where the store's file of a folder is.
    static std::string store_file(const std::string& path) { return path + "/cohort.db"; }

    ~DataFolder();
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;

    /// Remembers, durably, that the store's file now exists: from here on its absence is a loss,
    /// not a fresh start.
    Result<void> remember_store() const;

  private:
    DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::string path_;
    int lock_;
};

}  // namespace cohort::db
