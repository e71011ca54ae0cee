// SPDX-License-Identifier: Apache-2.0
// What a PDF/A-2b file says of itself, and what its colours mean. For the files of this folder.
#pragma once

#include <string>

#include "cohort/platform/pdf/about.h"
#include "cohort/platform/pdf/file.h"

namespace cohort::pdf {

/// The description of the file, as XMP.
std::string metadata(const About& about);

/// A profile for sRGB.
/// Source: ICC.1:2004-10 (version 4.2); IEC 61966-2-1.
std::string srgb_profile();

/// The file's dictionary of what it is. Shape: its object's number.
int add_info(File& file, const About& about);

/// The root of the file, with what an archive asks for. Shape: its object's number.
int add_catalogue(File& file, const About& about, int pages);

}  // namespace cohort::pdf
