// SPDX-License-Identifier: Apache-2.0
// A whole import and a whole export, for the command line and the first start.
#include "weft/blocking.h"

#include "cohort/interop/export.h"
#include "cohort/interop/routes.h"
#include "cohort/study/store.h"

namespace cohort::interop {

Result<Report> import_bytes(db::Db& db, std::string_view bytes, const ImportOptions& options) {
    const ParsedFile parsed =
        TRY(weft::blocking("read an ODM file", [&] { return parse_odm(bytes); }));
    return db.transact([&](db::Tx& tx) { return import_odm(tx, parsed, options); });
}

static Result<OdmFile> read_studies(db::Tx& tx, const std::vector<std::string>& oids) {
    std::vector<StudyId> ids;
    for (const std::string& oid : oids) {
        const auto found = TRY(study::find(tx, oid));
        if (!found) return not_found("study", "there is no study with OID \"" + oid + "\"");
        ids.push_back(found->id);
    }
    if (oids.empty())
        for (const study::Study& s : TRY(study::list(tx))) ids.push_back(s.id);
    if (ids.empty()) return refused("no-study", "there is no study to export");
    return export_studies(tx, ids, now());
}

Result<std::string> export_text(db::Db& db, const std::vector<std::string>& oids) {
    const OdmFile file = TRY(db.read([&](db::Tx& tx) { return read_studies(tx, oids); }));
    return weft::blocking("write an ODM file", [&] { return to_xml(file); });
}

}  // namespace cohort::interop
