// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/implied.h"
#include "cohort/interop/import_parts.h"
#include "cohort/study/check_item.h"
#include "cohort/study/element_io.h"

namespace cohort::interop {
namespace {

/// What the file says of itself, for the exports to come.
json::object origin_of(const OdmFile& file) {
    study::Extras attributes;
    attributes.attributes = file.attributes;
    json::object namespaces;
    for (const auto& [prefix, uri] : file.namespaces)
        if (!prefix.empty()) namespaces.emplace(prefix, uri);
    return {{"file", study::extras_to_json(attributes)}, {"namespaces", std::move(namespaces)}};
}

void count(ReportedStudy& reported, const study::StudyMetadata& study) {
    const auto size = [](const auto& v) { return static_cast<std::int64_t>(v.size()); };
    for (const study::MetadataVersion& v : study.versions) {
        reported.events += size(v.events);
        reported.forms += size(v.forms);
        reported.groups += size(v.groups);
        reported.items += size(v.items);
        reported.code_lists += size(v.code_lists);
    }
    if (study.basic_definitions) reported.units += size(study.basic_definitions->units);
}

/// Versions that are here must be the same; others are added.
Result<void> extend(Importing& now, const study::StudyMetadata& study, const StudyId& id,
                    ReportedStudy& reported) {
    if (study.basic_definitions) TRY(study::add_units(now.tx, id, study.basic_definitions->units));
    const study::StudyMetadata there = TRY(study::load(now.tx, id));
    for (const study::MetadataVersion& version : study.versions) {
        const study::MetadataVersion* same = nullptr;
        for (const study::MetadataVersion& v : there.versions)
            if (v.oid == version.oid) same = &v;
        if (!same) {
            TRY(study::add_version(now.tx, id, version));
            reported.versions_added.push_back(version.oid);
        } else if (!study::write_version(*same).same_as(study::write_version(version))) {
            return conflict("version-differs",
                            "metadata version \"" + version.oid + "\" of study \"" + study.oid +
                                "\" is here with other definitions; a version never changes: give "
                                "the new one another OID");
        }
    }
    return {};
}

Result<void> store_one(Importing& now, const study::StudyMetadata& study) {
    if (study.oid.empty()) return refused("no-study-oid", "a Study element has no OID");
    if (const auto known = TRY(now.study(study.oid))) {
        ReportedStudy& reported = now.reported(*known, study.oid, study.name());
        count(reported, study);
        return extend(now, study, *known, reported);
    }
    const StudyId id =
        TRY(study::store(now.tx, study, origin_of(now.file), now.options.actor.user));
    now.studies.emplace(study.oid, id);
    ReportedStudy& reported = now.reported(id, study.oid, study.name());
    reported.created = true;
    count(reported, study);
    for (const study::MetadataVersion& v : study.versions) reported.versions_added.push_back(v.oid);
    return {};
}

/// References that lead nowhere do not stop an import; they are said.
void warn_of_gaps(Report& report, const study::Definition& d, const std::string& where) {
    const auto gap = [&](const char* what, const std::string& parent, const std::string& oid) {
        report.warn(where + ": " + parent + " names the " + what + " " + oid +
                    ", which is not defined");
    };
    if (const auto& protocol = d.merged().protocol)
        for (const study::ChildRef& ref : protocol->events)
            if (!d.event(ref.oid)) gap("event", "the protocol", ref.oid);
    for (const study::StudyEventDef* event : d.events())
        for (const study::ChildRef& ref : event->forms)
            if (!d.form(ref.oid)) gap("form", event->oid, ref.oid);
    for (const study::FormDef& form : d.forms())
        for (const study::ChildRef& ref : form.groups)
            if (!d.group(ref.oid)) gap("item group", form.oid, ref.oid);
    for (const study::ItemGroupDef& group : d.groups())
        for (const study::ChildRef& ref : group.items)
            if (!d.item(ref.oid)) gap("item", group.oid, ref.oid);
    for (const study::ItemDef& item : d.items())
        for (const std::string& what : study::unusable_checks(d, item))
            report.warn(where + ": item " + item.oid + ": " + what);
}

Result<void> look_over(Importing& now, const study::StudyMetadata& study) {
    const StudyId id = now.studies.at(study.oid);
    for (const study::MetadataVersion& version : study.versions) {
        const std::string where = study.oid + " " + version.oid;
        const auto ref = TRY(study::find_version(now.tx, id, version.oid));
        ENSURE(ref.has_value(), "a version that was just stored is there");
        const auto definition = TRY(study::definition(now.tx, ref->id));
        warn_of_gaps(now.report, *definition, where);
        if (!version.include) continue;
        const auto base = TRY(now.study(version.include->study_oid));
        if (!base ||
            !TRY(study::find_version(now.tx, *base, version.include->metadata_version_oid)))
            now.report.warn(where + " builds on version " + version.include->metadata_version_oid +
                            " of study " + version.include->study_oid + ", which is not here");
    }
    return {};
}

}  // namespace

Result<void> imply_events(Importing& now) {
    for (const study::StudyMetadata& study : now.file.studies) {
        for (const study::MetadataVersion& version : study.versions) {
            const auto ref =
                TRY(study::find_version(now.tx, now.studies.at(study.oid), version.oid));
            ENSURE(ref.has_value(), "a version that was just stored is there");
            const auto definition = TRY(study::definition(now.tx, ref->id));
            const auto implied = implied_event(*definition, now.report.implied);
            if (!implied.events.empty()) TRY(study::add_implied(now.tx, ref->id, implied));
        }
    }
    return {};
}

Result<void> import_metadata(Importing& now) {
    for (const study::StudyMetadata& study : now.file.studies) TRY(store_one(now, study));
    // Only now is every version there that another may include.
    for (const study::StudyMetadata& study : now.file.studies) TRY(look_over(now, study));
    return {};
}

}  // namespace cohort::interop
