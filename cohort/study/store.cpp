// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/store.h"

#include <set>

#include "cohort/study/element_io.h"
#include "cohort/study/store_version.h"

namespace cohort::study {
namespace {

std::string oid_of(const xml::Element& e) {
    const std::string* oid = e.attribute("OID");
    return oid ? *oid : std::string();
}

constexpr const char* study_columns =
    "SELECT s.id, s.oid, s.name, s.description, s.protocol_name, s.origin, v.id, v.oid FROM study s"
    " LEFT JOIN metadata_version v ON v.study_id = s.id AND v.position ="
    " (SELECT MAX(position) FROM metadata_version WHERE study_id = s.id)";

Result<Study> to_study(const db::Row& row) {
    Study out;
    out.id = row.get<StudyId>(0);
    out.oid = row.get<std::string>(1);
    out.name = row.get<std::string>(2);
    out.description = row.get<std::string>(3);
    out.protocol_name = row.get<std::string>(4);
    out.origin = TRY(json::as_object(TRY(parse_body(row.get<std::string>(5))), "origin"));
    out.latest_version = row.get<std::optional<MetadataVersionId>>(6).value_or(MetadataVersionId{});
    out.latest_version_oid = row.get<std::optional<std::string>>(7).value_or("");
    return out;
}

VersionRef to_version(const db::Row& row) {
    return {row.get<MetadataVersionId>(0), row.get<StudyId>(1), row.get<std::string>(2),
            row.get<std::string>(3)};
}

constexpr const char* version_columns = "SELECT id, study_id, oid, name FROM metadata_version";

Error no_version() {
    return not_found("metadata-version", "there is no such metadata version");
}

/// The version's element with each definition replaced by an empty one that holds its place, so
/// that foreign elements between definitions keep theirs.
xml::Element shell_of(const xml::Element& version) {
    xml::Element shell = version;
    for (xml::Element& child : shell.children) {
        if (!is_definition(child)) continue;
        child.attributes.clear();
        child.children.clear();
        child.text.clear();
    }
    return shell;
}

Result<std::int64_t> next_position(db::Tx& tx, const char* sql, const std::string& id) {
    return TRY(tx.one(sql, id)).get<std::optional<std::int64_t>>(0).value_or(0) + 1;
}

Result<void> insert_units(db::Tx& tx, const StudyId& study,
                          const std::vector<MeasurementUnit>& units) {
    std::int64_t position = TRY(
        next_position(tx, "SELECT MAX(position) FROM study_unit WHERE study_id = ?", study.text));
    for (const MeasurementUnit& unit : units) {
        StudyMetadata holder;
        holder.basic_definitions = BasicDefinitions{{unit}, {}};
        const xml::Element written = write_study(holder);
        const xml::Element& e = written.children.front().children.front();
        TRY(tx.put("INSERT INTO study_unit (study_id, position, oid, body) VALUES (?, ?, ?, ?)",
                   study, position++, unit.oid, json::to_text(element_to_json(e))));
    }
    return {};
}

/// The Study element without units and versions.
json::object body_of(StudyMetadata study) {
    study.versions.clear();
    if (study.basic_definitions) study.basic_definitions->units.clear();
    return element_to_json(write_study(study));
}

}  // namespace

Result<json::value> parse_body(const std::string& body) {
    // Vendor elements may nest deeper than what a client may send.
    constexpr json::Limits limits{.depth = 512, .bytes = std::size_t{64} << 20};
    auto parsed = json::parse(body, limits);
    if (!parsed) return internal("stored-element", "a stored body is not JSON");
    return parsed;
}

bool is_definition(const xml::Element& e) {
    static const std::set<std::string, std::less<>> kinds = {
        "StudyEventDef",    "FormDef",      "ItemGroupDef", "ItemDef",  "CodeList",
        "ImputationMethod", "Presentation", "ConditionDef", "MethodDef"};
    return e.ns == odm_namespace && kinds.count(e.name) != 0;
}

Result<void> insert_definition(db::Tx& tx, const MetadataVersionId& version, std::int64_t position,
                               const xml::Element& e, bool implied) {
    TRY(
        tx.put("INSERT INTO definition (version_id, position, kind, oid, implied, body)"
               " VALUES (?, ?, ?, ?, ?, ?)",
               version, position, e.name, oid_of(e), implied, json::to_text(element_to_json(e))));
    return {};
}

Result<std::vector<Study>> list(db::Tx& tx) {
    std::vector<Study> out;
    for (const db::Row& row : TRY(tx.all(std::string(study_columns) + " ORDER BY s.position")))
        out.push_back(TRY(to_study(row)));
    return out;
}

Result<Study> get(db::Tx& tx, const StudyId& id) {
    const auto row = TRY(tx.maybe(std::string(study_columns) + " WHERE s.id = ?", id));
    if (!row) return not_found("study", "there is no such study");
    return to_study(*row);
}

Result<std::optional<Study>> find(db::Tx& tx, const std::string& oid) {
    const auto row = TRY(tx.maybe(std::string(study_columns) + " WHERE s.oid = ?", oid));
    if (!row) return std::optional<Study>();
    return std::optional(TRY(to_study(*row)));
}

Result<MetadataVersionId> latest_version(db::Tx& tx, const StudyId& id) {
    Study found = TRY(get(tx, id));
    if (found.latest_version.empty()) return no_version();
    return std::move(found.latest_version);
}

Result<VersionRef> version(db::Tx& tx, const MetadataVersionId& id) {
    const auto row = TRY(tx.maybe(std::string(version_columns) + " WHERE id = ?", id));
    if (!row) return no_version();
    return to_version(*row);
}

Result<std::optional<VersionRef>> find_version(db::Tx& tx, const StudyId& study,
                                               const std::string& oid) {
    const auto row =
        TRY(tx.maybe(std::string(version_columns) + " WHERE study_id = ? AND oid = ?", study, oid));
    if (!row) return std::optional<VersionRef>();
    return std::optional(to_version(*row));
}

Result<std::vector<VersionRef>> versions(db::Tx& tx, const StudyId& study) {
    std::vector<VersionRef> out;
    for (const db::Row& row :
         TRY(tx.all(std::string(version_columns) + " WHERE study_id = ? ORDER BY position", study)))
        out.push_back(to_version(row));
    return out;
}

Result<StudyId> store(db::Tx& tx, const StudyMetadata& study, const json::object& origin,
                      const UserId& by) {
    if (TRY(find(tx, study.oid)))
        return conflict("study-exists", "a study with OID \"" + study.oid + "\" is here already");
    const auto id = new_id<StudyId>();
    const auto position =
        TRY(tx.one("SELECT COALESCE(MAX(position), 0) + 1 FROM study")).get<std::int64_t>(0);
    TRY(
        tx.put("INSERT INTO study (id, oid, name, description, protocol_name, position, body,"
               " origin, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               id, study.oid, study.name(), study.description(), study.protocol_name(), position,
               json::to_text(body_of(study)), json::to_text(origin), now(), by));
    if (study.basic_definitions) TRY(insert_units(tx, id, study.basic_definitions->units));
    for (const MetadataVersion& one : study.versions) TRY(add_version(tx, id, one));
    return id;
}

Result<MetadataVersionId> add_version(db::Tx& tx, const StudyId& study,
                                      const MetadataVersion& version) {
    if (TRY(find_version(tx, study, version.oid)))
        return conflict("version-exists", "the study has a metadata version with OID \"" +
                                              version.oid + "\" already");
    const auto id = new_id<MetadataVersionId>();
    const auto position = TRY(next_position(
        tx, "SELECT MAX(position) FROM metadata_version WHERE study_id = ?", study.text));
    const xml::Element element = write_version(version);
    std::optional<std::string> included_study, included_version;
    if (version.include) {
        included_study = version.include->study_oid;
        included_version = version.include->metadata_version_oid;
    }
    TRY(
        tx.put("INSERT INTO metadata_version (id, study_id, oid, name, position, included_study,"
               " included_version, revision, body, created_at)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               id, study, version.oid, version.name, position, included_study, included_version,
               new_uuid(), json::to_text(element_to_json(shell_of(element))), now()));
    std::int64_t at = 0;
    for (const xml::Element& e : element.children)
        if (is_definition(e)) TRY(insert_definition(tx, id, ++at, e, false));
    TRY(add_implied(tx, id, version));
    return id;
}

Result<void> add_units(db::Tx& tx, const StudyId& study,
                       const std::vector<MeasurementUnit>& units) {
    std::vector<MeasurementUnit> fresh;
    for (const MeasurementUnit& unit : units)
        if (TRY(tx.all("SELECT 1 FROM study_unit WHERE study_id = ? AND oid = ?", study, unit.oid))
                .empty())
            fresh.push_back(unit);
    return insert_units(tx, study, fresh);
}

Result<StudyMetadata> load(db::Tx& tx, const StudyId& id) {
    const auto row = TRY(tx.maybe("SELECT body FROM study WHERE id = ?", id));
    if (!row) return not_found("study", "there is no such study");
    StudyMetadata out =
        read_study(TRY(element_from_json(TRY(parse_body(row->get<std::string>(0))))));
    xml::Element units;
    for (const db::Row& unit :
         TRY(tx.all("SELECT body FROM study_unit WHERE study_id = ? ORDER BY position", id)))
        units.children.push_back(TRY(element_from_json(TRY(parse_body(unit.get<std::string>(0))))));
    if (!units.children.empty()) {
        xml::Element holder;
        units.ns = odm_namespace;
        units.name = "BasicDefinitions";
        holder.children.push_back(std::move(units));
        if (!out.basic_definitions) out.basic_definitions.emplace();
        if (auto read = read_study(holder).basic_definitions)
            out.basic_definitions->units = std::move(read->units);
    }
    for (const VersionRef& ref : TRY(versions(tx, id)))
        out.versions.push_back(TRY(load_version(tx, ref.id)));
    return out;
}

Result<void> add_annex(db::Tx& tx, const StudyId& study, const std::vector<Annex>& entries) {
    std::int64_t position = TRY(
        next_position(tx, "SELECT MAX(position) FROM study_annex WHERE study_id = ?", study.text));
    for (const Annex& a : entries)
        TRY(tx.put(
            "INSERT INTO study_annex (study_id, position, section, container, kind, oid,"
            " body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            study, position++, a.section, a.container, a.kind, a.oid, json::to_text(a.body)));
    return {};
}

Result<std::vector<Annex>> annexes(db::Tx& tx, const StudyId& study) {
    std::vector<Annex> out;
    for (const db::Row& row :
         TRY(tx.all("SELECT section, container, kind, oid, body FROM study_annex"
                    " WHERE study_id = ? ORDER BY position",
                    study)))
        out.push_back({row.get<std::string>(0), row.get<std::int64_t>(1), row.get<std::string>(2),
                       row.get<std::string>(3),
                       TRY(json::as_object(TRY(parse_body(row.get<std::string>(4))), "annex"))});
    return out;
}

}  // namespace cohort::study
