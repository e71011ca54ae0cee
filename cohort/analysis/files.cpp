// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/files.h"

#include "cohort/analysis/csv.h"
#include "cohort/analysis/sql.h"
#include "cohort/base/version.h"
#include "cohort/platform/auth/digest.h"

namespace cohort::analysis {

namespace {

json::object to_json(const Tally& tally) {
    return {{"read", tally.read}, {"structured", tally.structured}, {"left_out", tally.left_out}};
}

json::object file_json(const File& file) {
    return {
        {"file", file.name}, {"bytes", file.text.size()}, {"sha256", auth::sha256_hex(file.text)}};
}

json::value audit_json(const SiteTables& tables) {
    if (!tables.audit) return nullptr;
    return json::object{{"record", tables.audit->record.text},
                        {"at", to_rfc3339(tables.audit->at)}};
}

}  // namespace

json::object to_json(const Counts& counts) {
    json::object forms = to_json(counts.forms);
    forms["open"] = counts.forms_open;
    return {{"forms", std::move(forms)},
            {"responses", to_json(counts.responses)},
            {"rows", to_json(counts.rows)},
            {"values", to_json(counts.values)}};
}

std::vector<File> files_of(const SiteTables& tables) {
    const Table dictionary = dictionary_of(tables);
    std::vector<const Table*> all;
    for (const Table& table : tables.forms) all.push_back(&table);
    for (const Table* table : {&tables.lineage, &tables.problems, &dictionary})
        all.push_back(table);
    std::vector<File> files;
    json::array listed;
    for (const Table* table : all) {
        files.push_back({table->name + ".csv", to_csv(*table)});
        json::object one = file_json(files.back());
        one["table"] = table->name;
        one["rows"] = table->rows.size();
        one["source"] = table->source;
        listed.push_back(std::move(one));
    }
    files.push_back({"tables.sql", to_sql(all, tables.site)});
    const json::object manifest{
        {"study", tables.study},       {"study_version", tables.study_version},
        {"site", tables.site},         {"software", software_version()},
        {"audit", audit_json(tables)}, {"counts", to_json(tables.counts)},
        {"tables", std::move(listed)}, {"sql", file_json(files.back())}};
    files.push_back({"manifest.json", json::canonical(manifest) + "\n"});
    return files;
}

}  // namespace cohort::analysis
