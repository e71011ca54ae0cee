// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/report.h"

namespace cohort::interop {
namespace {

json::object tally_json(const Tally& tally) {
    json::object out;
    for (const auto& [what, count] : tally) out[what] = count;
    return out;
}

json::object study_json(const ReportedStudy& s) {
    json::array versions;
    for (const std::string& v : s.versions_added) versions.emplace_back(v);
    return {{"id", s.id.text},
            {"oid", s.oid},
            {"name", s.name},
            {"created", s.created},
            {"versions_added", std::move(versions)},
            {"events", s.events},
            {"forms", s.forms},
            {"groups", s.groups},
            {"items", s.items},
            {"code_lists", s.code_lists},
            {"units", s.units}};
}

void append(std::string& out, const char* title, const Tally& tally) {
    if (tally.empty()) return;
    out += title;
    out += ":\n";
    for (const auto& [what, count] : tally)
        out += "  " + std::to_string(count) + " × " + what + "\n";
}

}  // namespace

void Report::warn(std::string text) {
    constexpr size_t shown_max = 100;
    if (warnings.size() < shown_max)
        warnings.push_back(std::move(text));
    else
        ++warnings_left_out;
}

json::object to_json(const Report& r) {
    json::array studies, warnings;
    for (const ReportedStudy& s : r.studies) studies.push_back(study_json(s));
    for (const std::string& w : r.warnings) warnings.emplace_back(w);
    return {{"odm_version", r.odm_version},
            {"source_system", r.source_system},
            {"file_oid", r.file_oid},
            {"studies", std::move(studies)},
            {"subjects", r.subjects},
            {"visits", r.visits},
            {"forms", r.form_instances},
            {"rows", r.rows},
            {"values", r.values},
            {"findings", {{"hard", r.hard_findings}, {"soft", r.soft_findings}}},
            {"mapped", tally_json(r.mapped)},
            {"kept",
             {{"attributes", tally_json(r.kept_attributes)},
              {"elements", tally_json(r.kept_elements)}}},
            {"implied", tally_json(r.implied)},
            {"not_kept", tally_json(r.not_kept)},
            {"warnings", std::move(warnings)},
            {"warnings_left_out", r.warnings_left_out}};
}

json::Schema report_schema() {
    using json::has;
    using json::Schema;
    const Schema tally = Schema::map(Schema::whole(0));
    std::vector<json::Member> study{has("id", Schema::id()), has("oid", Schema::text()),
                                    has("name", Schema::text()), has("created", Schema::boolean()),
                                    has("versions_added", Schema::list(Schema::text()))};
    for (const char* counted : {"events", "forms", "groups", "items", "code_lists", "units"})
        study.push_back(has(counted, Schema::whole(0)));
    std::vector<json::Member> report{
        has("odm_version", Schema::text()),
        has("source_system", Schema::text()),
        has("file_oid", Schema::text()),
        has("studies", Schema::list(Schema::named("ImportedStudy", Schema::object(study)))),
        has("findings",
            Schema::object({has("hard", Schema::whole(0)), has("soft", Schema::whole(0))})),
        has("mapped", tally),
        has("kept", Schema::object({has("attributes", tally), has("elements", tally)})),
        has("implied", tally),
        has("not_kept", tally),
        has("warnings", Schema::list(Schema::text()))};
    for (const char* counted :
         {"subjects", "visits", "forms", "rows", "values", "warnings_left_out"})
        report.push_back(has(counted, Schema::whole(0)));
    return Schema::named("ImportReport", Schema::object(std::move(report)));
}

std::string to_text(const Report& r) {
    std::string out = "ODM " + (r.odm_version.empty() ? "without version" : r.odm_version);
    if (!r.source_system.empty()) out += " by " + r.source_system;
    out += "\n";
    for (const ReportedStudy& s : r.studies) {
        out += (s.created ? "study " : "known study ") + s.oid + " (" + s.name + "): ";
        out += std::to_string(s.events) + " events, " + std::to_string(s.forms) + " forms, " +
               std::to_string(s.groups) + " groups, " + std::to_string(s.items) + " items, " +
               std::to_string(s.code_lists) + " code lists, " + std::to_string(s.units) +
               " units\n";
    }
    if (r.subjects > 0)
        out += std::to_string(r.subjects) + " subjects, " + std::to_string(r.visits) + " visits, " +
               std::to_string(r.form_instances) + " forms, " + std::to_string(r.values) +
               " values; " + std::to_string(r.hard_findings) + " break a hard check, " +
               std::to_string(r.soft_findings) + " a soft one\n";
    append(out, "said in other words", r.mapped);
    append(out, "kept as they are, attributes", r.kept_attributes);
    append(out, "kept as they are, elements", r.kept_elements);
    append(out, "defined by the data alone", r.implied);
    append(out, "not kept", r.not_kept);
    for (const std::string& w : r.warnings) out += "note: " + w + "\n";
    if (r.warnings_left_out > 0)
        out += "note: and " + std::to_string(r.warnings_left_out) + " more like these\n";
    return out;
}

}  // namespace cohort::interop
