// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/annex.h"

#include "cohort/interop/import_parts.h"
#include "cohort/study/element_io.h"

namespace cohort::interop {
namespace {

study::Annex container_row(const char* section, std::int64_t container, json::object body,
                           const Extras& extras) {
    if (!extras.empty()) body["extras"] = study::extras_to_json(extras);
    return {section, container, "", "", std::move(body)};
}

void add_entries(std::vector<study::Annex>& out, const char* section, std::int64_t container,
                 const std::vector<Entry>& entries) {
    for (const Entry& e : entries)
        out.push_back(
            {section, container, e.kind, e.oid, {{"element", study::element_to_json(e.element)}}});
}

Result<Extras> extras_of(const study::Annex& row) {
    const json::value* stored = row.body.if_contains("extras");
    if (!stored) return Extras{};
    return study::extras_from_json(*stored);
}

Result<Entry> entry_of(const study::Annex& row) {
    const json::value* stored = row.body.if_contains("element");
    if (!stored) return internal("stored-element", "an annex entry has no element");
    return Entry{row.kind, row.oid, TRY(study::element_from_json(*stored))};
}

Result<void> add_row(const study::Annex& row, const std::string& study_oid, OdmFile& file) {
    const bool opens = row.kind.empty();
    const std::string version = TRY(json::find_string(row.body, "version")).value_or("");
    if (row.section == file_section) {
        for (study::ForeignElement& f : TRY(extras_of(row)).elements)
            file.extras.elements.push_back(std::move(f));
    } else if (row.section == admin_section) {
        if (!opens) {
            ENSURE(!file.admin.empty(), "an annex opens its container first");
            file.admin.back().entries.push_back(TRY(entry_of(row)));
            return {};
        }
        AdminData& data = file.admin.emplace_back();
        if (row.body.contains("named")) data.study_oid = study_oid;
        data.extras = TRY(extras_of(row));
    } else if (row.section == reference_section) {
        if (!opens) {
            ENSURE(!file.reference.empty(), "an annex opens its container first");
            file.reference.back().rows.push_back(TRY(entry_of(row)));
            return {};
        }
        ReferenceData& data = file.reference.emplace_back();
        data.study_oid = study_oid;
        data.version_oid = version;
        data.extras = TRY(extras_of(row));
    } else if (row.section == clinical_section) {
        ClinicalData& data = file.clinical.emplace_back();
        data.study_oid = study_oid;
        data.version_oid = version;
        data.extras = TRY(extras_of(row));
    }
    return {};
}

/// The study an AdminData without StudyOID goes to: the file's first.
Result<StudyId> study_for(Importing& now, const std::optional<std::string>& oid, int line) {
    std::string wanted;
    if (oid)
        wanted = *oid;
    else if (!now.file.studies.empty())
        wanted = now.file.studies.front().oid;
    else if (!now.file.clinical.empty())
        wanted = now.file.clinical.front().study_oid;
    const auto found = TRY(now.study(wanted));
    if (found) return *found;
    return refused("metadata-first", "import the study \"" + wanted +
                                         "\" first: this file holds AdminData of it (line " +
                                         std::to_string(line) + ")");
}

}  // namespace

std::vector<study::Annex> to_annex(const AdminData& data, std::int64_t container) {
    json::object body;
    if (data.study_oid) body["named"] = true;
    std::vector<study::Annex> out{
        container_row(admin_section, container, std::move(body), data.extras)};
    add_entries(out, admin_section, container, data.entries);
    return out;
}

std::vector<study::Annex> to_annex(const ReferenceData& data, std::int64_t container) {
    std::vector<study::Annex> out{
        container_row(reference_section, container, {{"version", data.version_oid}}, data.extras)};
    add_entries(out, reference_section, container, data.rows);
    return out;
}

std::vector<study::Annex> to_annex(const ClinicalData& data, std::int64_t container) {
    return {
        container_row(clinical_section, container, {{"version", data.version_oid}}, data.extras)};
}

std::vector<study::Annex> to_annex(const Extras& file) {
    if (file.elements.empty()) return {};
    return {container_row(file_section, 0, {}, file)};
}

Result<void> from_annex(const std::vector<study::Annex>& annex, const std::string& study_oid,
                        OdmFile& file) {
    for (const study::Annex& row : annex) TRY(add_row(row, study_oid, file));
    return {};
}

Result<void> import_annexes(Importing& now) {
    std::int64_t container = 0;
    for (const AdminData& data : now.file.admin)
        TRY(study::add_annex(now.tx, TRY(study_for(now, data.study_oid, data.line)),
                             to_annex(data, ++container)));
    for (const ReferenceData& data : now.file.reference) {
        const auto version =
            TRY(version_for(now, data.study_oid, data.version_oid, "reference data", data.line));
        TRY(study::add_annex(now.tx, version.study, to_annex(data, ++container)));
    }
    if (!now.file.extras.elements.empty())
        TRY(study::add_annex(now.tx, TRY(study_for(now, std::nullopt, 1)),
                             to_annex(now.file.extras)));
    return {};
}

}  // namespace cohort::interop
