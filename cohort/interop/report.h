// SPDX-License-Identifier: Apache-2.0
// What became of a file: every number a user needs to believe that nothing was dropped silently.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/schema.h"

namespace cohort::interop {

struct ReportedStudy {
    StudyId id = {};
    std::string oid = {};
    std::string name = {};
    bool created = false;
    std::vector<std::string> versions_added = {};
    std::int64_t events = 0, forms = 0, groups = 0, items = 0, code_lists = 0, units = 0;
};

using Tally = std::map<std::string, std::int64_t>;

struct Report {
    std::string odm_version = {};
    std::string source_system = {};
    std::string file_oid = {};
    std::vector<ReportedStudy> studies = {};
    std::int64_t subjects = 0, visits = 0, form_instances = 0, rows = 0, values = 0;
    std::int64_t hard_findings = 0, soft_findings = 0;
    Tally mapped = {};  ///< said in other words now: ODM 2.0 → 1.3.2
    Tally kept_attributes =
        {};  ///< kept with their node and exported again; a vendor's words mean nothing here
    Tally kept_elements = {};
    Tally implied = {};   ///< definitions made because data named what nobody defined
    Tally not_kept = {};  ///< what an export will not give back
    std::vector<std::string> warnings = {};

    /// Adds a warning; after a hundred only their number grows.
    void warn(std::string text);
    std::int64_t warnings_left_out = 0;
};

json::object to_json(const Report& report);
json::Schema report_schema();

/// The report as lines for a terminal.
std::string to_text(const Report& report);

}  // namespace cohort::interop
