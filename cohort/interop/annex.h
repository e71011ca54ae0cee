// SPDX-License-Identifier: Apache-2.0
// Inside the module: what a file says beside definitions and subjects, as rows of the study's
// annex and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/interop/odm_file.h"
#include "cohort/study/store.h"

namespace cohort::interop {

inline constexpr const char* admin_section = "AdminData";
inline constexpr const char* reference_section = "ReferenceData";
inline constexpr const char* clinical_section = "ClinicalData";
inline constexpr const char* file_section = "ODM";

std::vector<study::Annex> to_annex(const AdminData& data, std::int64_t container);
std::vector<study::Annex> to_annex(const ReferenceData& data, std::int64_t container);
/// Only what stands around the subjects.
std::vector<study::Annex> to_annex(const ClinicalData& data, std::int64_t container);
std::vector<study::Annex> to_annex(const Extras& file);

/// Fills a file with what the annex of one study holds; clinical data come without subjects.
/// Errors: internal/stored-element.
Result<void> from_annex(const std::vector<study::Annex>& annex, const std::string& study_oid,
                        OdmFile& file);

}  // namespace cohort::interop
