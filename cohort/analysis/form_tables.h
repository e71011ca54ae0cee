// SPDX-License-Identifier: Apache-2.0
// Completed forms as typed tables: one for each form of the study, and one for each repeating group
// in it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cohort/analysis/check_form.h"
#include "cohort/analysis/columns.h"
#include "cohort/analysis/record.h"
#include "cohort/analysis/table.h"
#include "cohort/capture/forms.h"
#include "cohort/study/definition.h"

namespace cohort::analysis {

/// A completed form, with what its document does not say.
struct Captured {
    const capture::Form& form;
    std::string site;        ///< its number in the study
    std::string version;     ///< OID of the metadata version it was entered under
    bool is_current = true;  ///< whether that is the version of the tables
};

class FormTables {
  public:
    /// Empty tables for every form of this version of the study, the same at each site. It must
    /// outlive them.
    FormTables(const study::Definition& definition, Names& names);

    /// Puts a form into its tables. A row that could not be completed now is left out, and so is a
    /// value that this version has no column for: with its problem in the record.
    void add(const Captured& captured, Record& record);

    std::vector<Table> take();

  private:
    struct Group {
        std::size_t table = 0;  ///< the form's own, or one with a row for each of the group's
        bool repeats = false;
        std::map<std::string, ItemColumns, std::less<>> items;
    };
    struct Form {
        std::size_t table = 0;
        std::map<std::string, Group, std::less<>> groups;
    };
    struct Work;

    void lay_out(const study::FormDef& form, Names& names);
    Group lay_out(const study::ItemGroupDef& group, std::size_t form_table, Names& names,
                  Names& form_names);

    static void leave_out_form(Work& work);
    void take_findings(Work& work, const CheckedForm& checked);
    void add_row(Work& work, const capture::Row& stored, const capture::Row& cleaned);
    void add_items(Work& work, const Group& group, const capture::Row& stored,
                   const capture::Row& cleaned, Row& cells);

    const study::Definition& definition_;
    std::vector<Table> tables_;
    std::map<std::string, Form, std::less<>> forms_;
};

}  // namespace cohort::analysis
