// SPDX-License-Identifier: Apache-2.0
// The tables that an analyst gets: typed columns that say what of the study they come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::analysis {

/// How a cell is written, the same in every file:
/// integer "-12"; decimal "72.5", no exponent and no zero that says nothing; boolean "true";
/// date "2024-05-06"; datetime "2024-05-06T07:08:09", by the clock it was written by.
enum class Type : std::uint8_t { text, integer, decimal, boolean, date, datetime };
std::string_view to_string(Type type) noexcept;

/// What of an item a column holds.
enum class Part : std::uint8_t {
    row,  ///< nothing of an item: what names the row, or tells of it as a whole
    value,
    written,  ///< a decimal as it was entered
    iso,      ///< a date or time that may be partial, as far as it is known
    label,    ///< of a code
    unit,
    comparator,  ///< "<" of a quantity below what could be measured
};
std::string_view to_string(Part part) noexcept;

struct Column {
    std::string name;
    Type type = Type::text;
    Part part = Part::row;
    std::string item = {};   ///< OID, linkId, or "score:NAME"; empty for Part::row
    std::string label = {};  ///< what was asked, in English where there is any
};

using Cell = std::optional<std::string>;  ///< nothing: NULL
using Row = std::vector<Cell>;

struct Table {
    std::string name;
    std::string source;    ///< "F.DM", "F.AE/IG.AE": the form, and the repeating group in it
    std::size_t keys = 0;  ///< so many columns, the first, name a row
    std::vector<Column> columns;
    std::vector<Row> rows = {};

    Column& add(Column column);
    /// By their keys' bytes. Keys are unique.
    void sort_rows();
};

/// Names for tables and columns that SQL, file systems and the programs of analysts take: small
/// letters, digits and underscores, at most 40 before a suffix, none twice.
class Names {
  public:
    explicit Names(std::vector<std::string> taken = {}) : taken_(std::move(taken)) {}

    /// The name nearest to the wish under which it and it with each suffix are free; they are taken
    /// then.
    std::string take(std::string_view wish, const std::vector<std::string>& suffixes = {});

  private:
    bool is_free(const std::string& name, const std::vector<std::string>& suffixes) const;
    std::vector<std::string> taken_;
};

}  // namespace cohort::analysis
