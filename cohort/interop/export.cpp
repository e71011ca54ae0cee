// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/export.h"

#include <algorithm>
#include <set>

#include "cohort/interop/annex.h"
#include "cohort/interop/export_subject.h"
#include "cohort/study/store.h"
#include "cohort/subjects/subjects.h"

namespace cohort::interop {
namespace {

/// Attributes of ODM that describe the file at hand, not what is in it.
bool describes_the_file(const xml::Attribute& a) {
    static const std::set<std::string, std::less<>> names = {
        "ODMVersion",   "FileOID",      "FileType",     "CreationDateTime",
        "AsOfDateTime", "PriorFileOID", "SourceSystem", "SourceSystemVersion",
        "Originator"};
    return a.ns.empty() && names.count(a.name) != 0;
}

void put(OdmFile& file, std::string name, std::string value) {
    file.attributes.push_back({{}, {}, std::move(name), std::move(value)});
}

/// A new file's head: its own name and time, and the source file's description and vendor words.
Result<void> write_head(const study::Study& first, Instant at, OdmFile& file) {
    put(file, "ODMVersion", "1.3.2");
    put(file, "FileType", "Snapshot");
    put(file, "FileOID", "COHORT." + first.oid + "." + to_rfc3339(at));
    put(file, "CreationDateTime", to_rfc3339(at));
    put(file, "SourceSystem", "Cohort");
    if (const json::value* stored = first.origin.if_contains("file")) {
        const Extras origin = TRY(study::extras_from_json(*stored));
        for (const xml::Attribute& a : origin.attributes) {
            if (a.ns.empty() && a.name == "FileOID") put(file, "PriorFileOID", a.value);
            if (!describes_the_file(a)) file.attributes.push_back(a);
        }
    }
    if (const json::value* stored = first.origin.if_contains("namespaces"))
        if (stored->is_object())
            for (const auto& [prefix, uri] : stored->get_object())
                if (uri.is_string())
                    file.namespaces.emplace_back(std::string(prefix),
                                                 std::string(uri.get_string()));
    return {};
}

/// The wanted studies, and before each those whose versions it includes.
Result<void> add_with_included(db::Tx& tx, const StudyId& id, std::set<std::string>& met,
                               std::vector<StudyId>& out) {
    if (!met.insert(id.text).second) return {};
    const study::StudyMetadata metadata = TRY(study::load(tx, id));
    for (const study::MetadataVersion& v : metadata.versions) {
        if (!v.include) continue;
        if (const auto base = TRY(study::find(tx, v.include->study_oid)))
            TRY(add_with_included(tx, base->id, met, out));
    }
    out.push_back(id);
    return {};
}

ClinicalData& container_for(OdmFile& file, const std::string& study_oid,
                            const std::string& version) {
    for (ClinicalData& data : file.clinical)
        if (data.study_oid == study_oid && data.version_oid == version) return data;
    ClinicalData& data = file.clinical.emplace_back();
    data.study_oid = study_oid;
    data.version_oid = version;
    return data;
}

Result<void> add_subject(db::Tx& tx, const study::Study& study, const subjects::Subject& subject,
                         const StudyVersions& versions, OdmFile& file) {
    for (auto& [version, data] : TRY(export_subject(tx, subject, versions)))
        container_for(file, study.oid, version).subjects.push_back(std::move(data));
    return {};
}

Result<void> export_subjects(db::Tx& tx, const study::Study& study,
                             const std::optional<SubjectId>& only, OdmFile& file) {
    std::map<std::string, std::string> oids;  // by id
    std::map<std::string, std::shared_ptr<const study::Definition>> definitions;
    for (const study::VersionRef& v : TRY(study::versions(tx, study.id))) {
        oids[v.id.text] = v.oid;
        definitions[v.oid] = TRY(study::definition(tx, v.id));
    }
    const StudyVersions versions{study.latest_version_oid, oids, definitions};
    if (only) return add_subject(tx, study, TRY(subjects::get(tx, *only)), versions, file);
    constexpr int page = 200;
    std::int64_t position = -1;
    for (;;) {
        const auto subjects = TRY(subjects::after(tx, study.id, position, page));
        for (const subjects::Subject& subject : subjects)
            TRY(add_subject(tx, study, subject, versions, file));
        if (subjects.size() < static_cast<size_t>(page)) return {};
        position = subjects.back().position;
    }
}

}  // namespace

Result<OdmFile> export_studies(db::Tx& tx, const std::vector<StudyId>& studies, Instant at,
                               const std::optional<SubjectId>& only) {
    std::set<std::string> met;
    std::vector<StudyId> ordered;
    for (const StudyId& id : studies) TRY(add_with_included(tx, id, met, ordered));
    OdmFile file;
    for (const StudyId& id : ordered) {
        const study::Study study = TRY(study::get(tx, id));
        if (id == studies.front()) TRY(write_head(study, at, file));
        file.studies.push_back(TRY(study::load(tx, id)));
        TRY(from_annex(TRY(study::annexes(tx, id)), study.oid, file));
        if (!only || id == studies.front()) TRY(export_subjects(tx, study, only, file));
    }
    // Foreign children of ODM stood somewhere in their own file; here they come last.
    for (study::ForeignElement& f : file.extras.elements) f.at = SIZE_MAX;
    return file;
}

std::string to_xml(const OdmFile& file) {
    return xml::write(write_odm(file), {.indent = true, .namespaces = file.namespaces});
}

}  // namespace cohort::interop
