// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/export_subject.h"

#include <algorithm>

#include "cohort/interop/kept.h"

namespace cohort::interop {
namespace {

/// Without an import there is no word of the source: a key is said where there may be several.
std::optional<std::string> said(const SaidRepeat& repeat, bool imported, bool repeating,
                                const std::string& key) {
    if (!imported && !repeating && key == "1") return std::nullopt;
    return repeat.or_else(key);
}

template <class T>
bool repeats(const T* definition) {
    return !definition || definition->repeating.value_or(false);
}

Result<std::optional<ItemData>> export_item(const capture::Item& item) {
    KeptItem kept = TRY(item_from_text(item.extra));
    ItemData out;
    out.oid = item.oid;
    out.type = kept.type;
    out.unit = item.unit;
    out.extras = std::move(kept.extras);
    if (!item.raw.empty()) {
        out.value = item.raw;
        std::erase_if(out.extras.attributes,
                      [](const xml::Attribute& a) { return a.ns.empty() && a.name == "IsNull"; });
        return std::optional(std::move(out));
    }
    if (!item.missing.empty()) {
        out.type.clear();
        out.extras.attributes.push_back({{}, {}, "IsNull", "Yes"});
        out.extras.attributes.push_back(
            {std::string(study::vendor_namespace), "cohort", "Missing", item.missing});
        return std::optional(std::move(out));
    }
    const bool as_imported = item.version <= 1 && (kept.no_value || kept.empty);
    if (as_imported && kept.empty) out.value = "";
    if (as_imported || !out.extras.empty()) return std::optional(std::move(out));
    return std::optional<ItemData>();  // cleared by somebody: there is no value to say
}

Result<FormData> export_form(const capture::Form& form, const study::Definition& definition) {
    const KeptNode kept = TRY(node_from_text(form.extra));
    FormData out;
    out.oid = form.place.form;
    out.repeat = said(kept.repeat, !form.extra.empty(), repeats(definition.form(out.oid)),
                      form.place.form_repeat);
    out.extras = kept.extras;
    for (const capture::Row& row : form.document.rows) {
        if (row.removed) continue;
        const KeptNode kept_row = TRY(node_from_text(row.extra));
        ItemGroupData& group = out.groups.emplace_back();
        group.oid = row.group;
        group.repeat = said(kept_row.repeat, !row.extra.empty(),
                            repeats(definition.group(row.group)), row.repeat);
        group.extras = kept_row.extras;
        for (const capture::Item& item : row.items)
            if (auto one = TRY(export_item(item))) group.items.push_back(std::move(*one));
    }
    return out;
}

/// Everything known of one subject, ready to be sorted by version.
struct Gathered {
    std::vector<subjects::Visit> visits;
    std::vector<capture::Form> forms;
    std::vector<KeptPart> parts;
    std::vector<std::string> versions;  // OIDs in the order to export
};

void add_once(std::vector<std::string>& to, const std::string& one) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

Result<Gathered> gather(db::Tx& tx, const subjects::Subject& subject,
                        const StudyVersions& versions) {
    Gathered out;
    out.visits = TRY(subjects::visits(tx, subject.id));
    out.forms = TRY(capture::of_subject(tx, subject.id));
    out.parts = TRY(parts_from_text(subject.extra));
    for (const KeptPart& part : out.parts) add_once(out.versions, part.version);
    for (const capture::Form& form : out.forms) {
        add_once(out.versions, versions.oids.at(form.metadata_version.text));
        const bool noted =
            std::any_of(out.visits.begin(), out.visits.end(), [&](const subjects::Visit& v) {
                return v.event == form.place.event && v.repeat == form.place.event_repeat;
            });
        if (!noted)
            out.visits.push_back({subject.id, form.place.event, form.place.event_repeat, 0, {}});
    }
    if (out.versions.empty()) out.versions.push_back(versions.latest);
    return out;
}

Result<std::optional<StudyEventData>> export_visit(const subjects::Visit& visit,
                                                   const Gathered& subject,
                                                   const std::string& version,
                                                   const StudyVersions& versions) {
    const study::Definition& definition = *versions.definitions.at(version);
    const auto parts = TRY(parts_from_text(visit.extra));
    const KeptPart* part = find_part(parts, version);
    StudyEventData out;
    out.oid = visit.event;
    out.direct = part ? part->direct : visit.event == implied_event_oid;
    out.repeat = said(part ? part->repeat : SaidRepeat{}, part != nullptr,
                      repeats(definition.event(visit.event)), visit.repeat);
    if (part) out.extras = part->extras;
    for (const capture::Form& form : subject.forms)
        if (form.place.event == visit.event && form.place.event_repeat == visit.repeat &&
            versions.oids.at(form.metadata_version.text) == version)
            out.forms.push_back(TRY(export_form(form, definition)));
    if (!part && out.forms.empty()) return std::optional<StudyEventData>();
    return std::optional(std::move(out));
}

}  // namespace

Result<std::vector<std::pair<std::string, SubjectData>>> export_subject(
    db::Tx& tx, const subjects::Subject& subject, const StudyVersions& versions) {
    const Gathered all = TRY(gather(tx, subject, versions));
    std::vector<std::pair<std::string, SubjectData>> out;
    for (const std::string& version : all.versions) {
        if (versions.definitions.find(version) == versions.definitions.end()) continue;
        SubjectData data;
        data.key = subject.key;
        if (const KeptPart* part = find_part(all.parts, version)) data.extras = part->extras;
        for (const subjects::Visit& visit : all.visits)
            if (auto event = TRY(export_visit(visit, all, version, versions)))
                data.events.push_back(std::move(*event));
        out.emplace_back(version, std::move(data));
    }
    return out;
}

}  // namespace cohort::interop
