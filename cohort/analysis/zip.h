// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cohort/analysis/files.h"
#include "cohort/base/result.h"

namespace cohort::analysis {

/// Files as one ZIP archive, not compressed; every file has the date 1980-01-01, so that the same
/// files are the same bytes.
/// Errors: refused/archive-too-large: 4 GiB, or 65,535 files.
/// Source: PKWARE APPNOTE.TXT 6.3.9, §4.3 and §4.4.
Result<std::string> to_zip(const std::vector<File>& files);

}  // namespace cohort::analysis
