// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: real files, forms of our own, and the tables of the documentation.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cohort/questionnaire/questionnaire.h"
#include "cohort/questionnaire/response.h"
#include "tests/support/real_data.h"

namespace cohort::questionnaire::test {

/// A file of real FHIR by its path under fhir/; nothing when the data are absent.
inline std::optional<std::string> real_file(const std::string& name) {
    const auto folder = real_data::folder();
    if (!folder) return std::nullopt;
    return real_data::read(*folder / "fhir" / name);
}

/// Every JSON and XML file in or below a folder under fhir/, as paths under fhir/.
inline std::vector<std::string> real_files(const std::string& below) {
    std::vector<std::string> out;
    const auto folder = real_data::folder();
    if (!folder) return out;
    const auto fhir = *folder / "fhir";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(fhir / below)) {
        const auto kind = entry.path().extension();
        if (kind == ".json" || kind == ".xml")
            out.push_back(std::filesystem::relative(entry.path(), fhir).generic_string());
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// With COHORT_QUESTIONNAIRE_TABLES set to a page, writes the table between its two marks there.
inline void keep_table(const std::string& name, const std::string& table) {
    const char* path = std::getenv("COHORT_QUESTIONNAIRE_TABLES");
    if (path == nullptr) return;
    std::ifstream in(path, std::ios::binary);
    std::ostringstream read;
    read << in.rdbuf();
    std::string page = std::move(read).str();
    const std::string begin = "<!-- table " + name + " begins -->\n";
    const auto start = page.find(begin);
    const auto end = page.find("<!-- table " + name + " ends -->");
    if (start == std::string::npos || end == std::string::npos) return;
    page.replace(start + begin.size(), end - start - begin.size(), table);
    std::ofstream(path, std::ios::binary) << page;
}

/// The form, or a failed test that names its faults.
inline Questionnaire form_of(std::string_view text, Supporting supporting = {}) {
    auto read = read_questionnaire(text, format_of(text), std::move(supporting));
    if (!read) throw std::runtime_error(read.error().text);
    std::string faults;
    for (const Fault& fault : read->faults)
        faults += fault.place + ' ' + fault.code + ": " + fault.message + '\n';
    if (!read->form) throw std::runtime_error(faults);
    return std::move(*read->form);
}

inline Response response_of(std::string_view text) {
    auto read = read_response(text, format_of(text));
    if (!read) throw std::runtime_error(read.error().text);
    if (!read->response)
        throw std::runtime_error(read->faults[0].place + ' ' + read->faults[0].message);
    return std::move(*read->response);
}

/// The faults of a form as "place code", a line each.
inline std::string faults_of(std::string_view text) {
    const auto read = read_questionnaire(text, format_of(text));
    if (!read) return read.error().code;
    std::string out;
    for (const Fault& fault : read->faults) out += fault.place + ' ' + fault.code + '\n';
    return out;
}

}  // namespace cohort::questionnaire::test
