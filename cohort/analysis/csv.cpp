// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/csv.h"

#include <string_view>

namespace cohort::analysis {

namespace {

// A blank at an end is quoted too: some readers drop it otherwise.
bool needs_quotes(std::string_view text) {
    return text.empty() || text.front() == ' ' || text.back() == ' ' ||
           text.find_first_of(",\"\r\n") != std::string_view::npos;
}

void append(std::string& out, std::string_view text) {
    if (!needs_quotes(text)) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace

std::string to_csv(const Table& table) {
    std::string out;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (i > 0) out += ',';
        append(out, table.columns[i].name);
    }
    out += "\r\n";
    for (const Row& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) out += ',';
            const Cell& cell = row[i];
            if (cell) append(out, *cell);
        }
        out += "\r\n";
    }
    return out;
}

}  // namespace cohort::analysis
