// SPDX-License-Identifier: Apache-2.0
// For tests of the slices above: an empty store with the whole schema.
#pragma once

#include <memory>

#include "cohort/migrations/migrations.h"
#include "tests/support/temp_folder.h"

namespace cohort::migrations {

/// Lives inside weft::run. It skips the disk's syncs, which have tests of their own.
struct TestStore {
    explicit TestStore(db::Options options = {}) {
        options.folder = folder.path();
        options.synchronous = db::Synchronous::off;
        db = db::Db::open(options).value();
        db::migrate(*db, all()).value();
    }

    test::TempFolder folder;
    std::unique_ptr<db::Db> db;
};

}  // namespace cohort::migrations
