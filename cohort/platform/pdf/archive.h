// SPDX-License-Identifier: Apache-2.0
// What PDF/A-2b asks for and Cairo leaves out. For the files of this folder.
#pragma once

#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/pdf/document.h"

namespace cohort::pdf {

/// The same pages as a PDF/A-2b file: with metadata, an output intent (sRGB), a file identifier and
/// the glyph map that Cairo's fonts lack; without the page groups that would count as transparency,
/// and without the time at which it was made. The identifier is the digest of the rest.
/// Errors: internal/pdf: not a file as Cairo writes them in version 1.4.
/// Source: ISO 19005-2:2011; the clauses are named in archive_test.cpp.
Result<std::string> archive(std::string_view cairo_file, const About& about);

/// The description of the file, as XMP.
std::string metadata(const About& about);

/// What the colours mean: a profile for sRGB.
/// Source: ICC.1:2004-10 (version 4.2); IEC 61966-2-1.
std::string srgb_profile();

}  // namespace cohort::pdf
