// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/import.h"

#include "cohort/audit/audit.h"
#include "cohort/interop/import_parts.h"

namespace cohort::interop {
namespace {

std::string text_of(const std::string* attribute) {
    return attribute ? *attribute : "";
}

Report start(const ParsedFile& parsed) {
    Report report;
    report.odm_version = text_of(parsed.file.attribute("ODMVersion"));
    report.source_system = text_of(parsed.file.attribute("SourceSystem"));
    report.file_oid = text_of(parsed.file.attribute("FileOID"));
    report.mapped = parsed.mapped;
    report.kept_attributes = parsed.kept.attributes;
    report.kept_elements = parsed.kept.elements;
    // What describes the file itself is said in the report's head.
    for (const char* name :
         {"ODMVersion", "FileOID", "FileType", "CreationDateTime", "AsOfDateTime", "PriorFileOID",
          "SourceSystem", "SourceSystemVersion", "Originator", "Description", "Granularity"})
        report.kept_attributes.erase(std::string(name) + " of ODM");
    if (parsed.comments > 0) report.not_kept["comment or processing instruction"] = parsed.comments;
    return report;
}

/// One record for each study that the file touched.
Result<void> record(Importing& now) {
    for (const ReportedStudy& s : now.report.studies) {
        audit::Entry entry;
        entry.actor = now.options.actor.name();
        entry.role = now.options.actor.role;
        entry.action = s.created ? "study.imported" : "study.extended";
        entry.study = s.id;
        entry.address = now.options.actor.address;
        entry.client = now.options.actor.client;
        entry.how = now.options.actor.how;
        json::array versions;
        for (const std::string& v : s.versions_added) versions.emplace_back(v);
        entry.detail = {{"file_oid", now.report.file_oid}, {"versions", std::move(versions)}};
        TRY(audit::append(now.tx, entry));
    }
    return {};
}

}  // namespace

Result<std::optional<StudyId>> Importing::study(const std::string& oid) {
    if (const auto it = studies.find(oid); it != studies.end()) return std::optional(it->second);
    const auto found = TRY(study::find(tx, oid));
    if (!found) return std::optional<StudyId>();
    studies.emplace(oid, found->id);
    return std::optional(found->id);
}

ReportedStudy& Importing::reported(const StudyId& id, const std::string& oid,
                                   const std::string& name) {
    for (ReportedStudy& s : report.studies)
        if (s.id == id) return s;
    ReportedStudy& s = report.studies.emplace_back();
    s.id = id;
    s.oid = oid;
    s.name = name;
    return s;
}

Result<study::VersionRef> version_for(Importing& now, const std::string& study_oid,
                                      const std::string& version_oid, const char* what, int line) {
    if (const auto id = TRY(now.study(study_oid)))
        if (auto found = TRY(study::find_version(now.tx, *id, version_oid)))
            return std::move(*found);
    return refused("metadata-first",
                   "import the study \"" + study_oid + "\" with metadata version \"" + version_oid +
                       "\" first: this file holds " + what + " (line " + std::to_string(line) +
                       ") and not the metadata they belong to");
}

Result<Report> import_odm(db::Tx& tx, const ParsedFile& parsed, const ImportOptions& options) {
    Importing now{.tx = tx, .file = parsed.file, .options = options};
    now.report = start(parsed);
    TRY(import_metadata(now));
    TRY(import_annexes(now));
    TRY(import_clinical(now));
    TRY(imply_events(now));
    TRY(record(now));
    return std::move(now.report);
}

}  // namespace cohort::interop
