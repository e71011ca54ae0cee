// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/world/world.h"

namespace tests {

/// Holds a page of the project that is made from the running server against what it would be now;
/// where COHORT_KEEP_PAGES is set (`./dev api` does), writes it first. Shape: "is up to date", or
/// what to do.
std::string kept_page(const std::string& path, const std::string& content);

/// JSON with a member a line, so that a change of it can be read as a diff.
std::string laid_out(const cohort::json::value& json);

}  // namespace tests
