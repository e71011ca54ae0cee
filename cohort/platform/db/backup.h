// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cohort/base/result.h"

namespace cohort::db {

/// Copies the SQLite store of a data folder into another folder, as it is at one moment, beside a
/// server that writes. The copy appears under its name only when it is whole, sound and durable.
///
/// Errors: refused/store-not-empty when the other folder holds a store; unavailable/store-* of
///         both sides.
/// Blocks: its thread, for as long as copying the file takes.
Result<void> copy_store(const std::string& from_folder, const std::string& to_folder);

}  // namespace cohort::db
