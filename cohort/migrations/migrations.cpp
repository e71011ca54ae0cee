// SPDX-License-Identifier: Apache-2.0
#include "cohort/migrations/migrations.h"

namespace cohort::migrations {

namespace {

const db::Migration steps[] = {
#include "cohort/migrations/embedded.inc"
};

}  // namespace

std::span<const db::Migration> all() {
    return steps;
}

}  // namespace cohort::migrations
