// SPDX-License-Identifier: Apache-2.0
// What becomes of the records of one site: where each cell came from, what kept a row or a value
// out of its table, and the numbers that must add up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cohort/analysis/table.h"

namespace cohort::analysis {

/// Which form of which visit, or which answered window of which plan; and the row in it.
struct Place {
    std::string site;
    std::string subject;
    std::string visit;         ///< event OID; the plan's name
    std::string visit_repeat;  ///< the window's number
    std::string form_repeat;
    std::string row = {};  ///< of a repeating group: its key, "2.1" in the second row of another
};

/// The columns that name a row in every table; `row` for those of repeating groups.
enum class Rows : bool { one_a_form, many_a_form };
std::vector<Column> key_columns(Rows rows);
Row key_cells(const Place& place, Rows rows);
bool names_row(const Table& table);  ///< whether it is one of a repeating group

/// What a stored value is and where it stands.
struct Origin {
    std::string item;     ///< OID, linkId, or "score:NAME"
    std::string pointer;  ///< "/items/GROUP/REPEAT/ITEM" in the form, or into the response
    std::string version;  ///< of the item in the audit; of a score its formulas
    std::string written;  ///< as it is stored, nothing cleaned
    std::string unit = {};
    std::string missing = {};  ///< why there is no value
};

/// What a finding does.
enum class Effect : std::uint8_t {
    row_left_out,
    value_left_out,
    noted,  ///< everything is in its table
};

struct Problem {
    std::string form;  ///< OID, or url|version
    Origin origin = {};
    std::string check;  ///< a stable word: "mandatory", "range-1", "unknown-item"
    Effect effect = Effect::row_left_out;
    std::string message;
};

/// What was read is in its table, or left out with a problem that says why.
struct Tally {
    std::int64_t read = 0;
    std::int64_t structured = 0;
    std::int64_t left_out = 0;

    bool adds_up() const noexcept { return read == structured + left_out; }
    void count(bool is_structured, std::int64_t how_many = 1);
};

struct Counts {
    Tally forms;      ///< completed ones
    Tally responses;  ///< of patients
    Tally rows;       ///< of repeating groups
    Tally values;
    std::int64_t forms_open = 0;  ///< not completed: not read

    bool add_up() const noexcept;
};

/// The tables of lineage and problems of one site, and its counts.
class Record {
  public:
    Record();

    void cell(const Place& place, const std::string& table, const std::string& column,
              const Origin& origin);
    void problem(const Place& place, const Problem& problem);

    Counts counts;

    /// Sorted, numbered, ready to be written.
    struct Tables {
        Table lineage;
        Table problems;
    };
    Tables take();

  private:
    Table lineage_;
    Table problems_;
};

}  // namespace cohort::analysis
