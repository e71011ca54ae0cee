// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/annex.h"
#include "cohort/interop/implied.h"
#include "cohort/interop/import_parts.h"
#include "cohort/interop/plan.h"
#include "cohort/sites/sites.h"
#include "cohort/study/check_item.h"
#include "cohort/subjects/subjects.h"

namespace cohort::interop {
namespace {

using Versions = std::map<std::string, study::VersionRef>;
using Definitions = std::map<std::string, std::shared_ptr<const study::Definition>>;

/// All of one study's data in the file.
struct StudyDataSet {
    StudyId id;
    std::string oid;
    Versions versions;  // by OID
    std::vector<const ClinicalData*> containers;
    std::vector<std::string> keys;  // subjects in order of appearance
    std::map<std::string, std::vector<Occurrence>> subjects;
};

Result<std::vector<StudyDataSet>> gather(Importing& now) {
    std::vector<StudyDataSet> out;
    for (const ClinicalData& data : now.file.clinical) {
        auto version =
            TRY(version_for(now, data.study_oid, data.version_oid, "clinical data", data.line));
        StudyDataSet* set = nullptr;
        for (StudyDataSet& s : out)
            if (s.id == version.study) set = &s;
        if (!set) set = &out.emplace_back();
        set->id = version.study;
        set->oid = data.study_oid;
        set->versions.emplace(data.version_oid, version);
        set->containers.push_back(&data);
        for (const SubjectData& subject : data.subjects) {
            auto& occurrences = set->subjects[subject.key];
            if (occurrences.empty()) set->keys.push_back(subject.key);
            occurrences.push_back({data.version_oid, &subject});
        }
    }
    return out;
}

/// Definitions of every version, after what the data imply has been added.
Result<Definitions> definitions_of(Importing& now, const StudyDataSet& set) {
    Definitions out;
    for (const auto& [oid, version] : set.versions) {
        std::vector<const SubjectData*> subjects;
        for (const auto& [key, occurrences] : set.subjects)
            for (const Occurrence& o : occurrences)
                if (o.version == oid) subjects.push_back(o.data);
        auto definition = TRY(study::definition(now.tx, version.id));
        const auto implied = implied_by(*definition, subjects, now.report.implied);
        TRY(study::add_implied(now.tx, version.id, implied));
        out[oid] = TRY(study::definition(now.tx, version.id));
    }
    return out;
}

/// Where subjects go whose site the study does not know.
Result<SiteId> default_site(Importing& now, const StudyDataSet& set) {
    if (now.options.site) {
        if (!TRY(sites::is_active(now.tx, set.id, *now.options.site)))
            TRY(sites::activate(now.tx, set.id, *now.options.site, now.options.actor));
        return *now.options.site;
    }
    const auto active = TRY(sites::active_of_study(now.tx, set.id));
    if (!active.empty()) return active.front().id;
    const auto all = TRY(sites::list(now.tx));
    if (all.empty())
        return refused("no-site",
                       "the file holds subjects, and there is no site to put them at: "
                       "create one with `cohort site add`");
    TRY(sites::activate(now.tx, set.id, all.front().id, now.options.actor));
    now.report.warn("site " + all.front().oid + " takes part in study " + set.oid +
                    " from now on, because its subjects need a site");
    return all.front().id;
}

void count_findings(Report& report, const study::Definition& definition,
                    const capture::Document& document) {
    for (const capture::Row& row : document.rows) {
        ++report.rows;
        for (const capture::Item& item : row.items) {
            ++report.values;
            const study::ItemDef* d = definition.item(item.oid);
            if (!d) continue;
            for (const study::Finding& f :
                 study::check_item(definition, *d, item.raw, item.unit).findings)
                ++(f.severity == study::Severity::hard ? report.hard_findings
                                                       : report.soft_findings);
        }
    }
}

Result<void> import_visit(Importing& now, const StudyDataSet& set, const Definitions& definitions,
                          const SubjectId& subject, PlannedVisit& visit) {
    ++now.report.visits;
    TRY(subjects::note_visit(now.tx, {.subject = subject,
                                      .event = visit.event,
                                      .repeat = visit.repeat,
                                      .extra = to_text(visit.parts)}));
    for (PlannedForm& form : visit.forms) {
        ++now.report.form_instances;
        const study::Definition& definition = *definitions.at(form.version);
        count_findings(now.report, definition, form.document);
        capture::ImportedForm imported;
        imported.place = {subject, visit.event, visit.repeat, form.form, form.form_repeat};
        imported.metadata_version = set.versions.at(form.version).id;
        imported.document = std::move(form.document);
        imported.extra = std::move(form.extra);
        TRY(capture::import_form(now.tx, definition, imported, now.options.actor));
    }
    return {};
}

Result<void> import_subject(Importing& now, const StudyDataSet& set, const Definitions& definitions,
                            const SiteId& fallback, const std::string& key) {
    if (TRY(subjects::find(now.tx, set.id, key)))
        return conflict("subject-exists",
                        "study \"" + set.oid + "\" has a subject of the file already (line " +
                            std::to_string(set.subjects.at(key).front().data->line) +
                            "); nothing was imported");
    PlannedSubject planned = plan_subject(set.subjects.at(key));
    subjects::NewSubject wish{.study = set.id,
                              .site = fallback,
                              .key = key,
                              .enrolled_on = {},
                              .extra = to_text(planned.parts)};
    if (!planned.site_oid.empty())
        if (const auto site = TRY(sites::find_in_study(now.tx, set.id, planned.site_oid)))
            wish.site = site->id;
    const auto subject = TRY(subjects::create(now.tx, wish, now.options.actor));
    ++now.report.subjects;
    for (PlannedVisit& visit : planned.visits)
        TRY(import_visit(now, set, definitions, subject.id, visit));
    return {};
}

}  // namespace

Result<void> import_clinical(Importing& now) {
    std::int64_t container = 0;
    for (const StudyDataSet& set : TRY(gather(now))) {
        for (const ClinicalData* data : set.containers)
            TRY(study::add_annex(now.tx, set.id, to_annex(*data, ++container)));
        if (set.keys.empty()) continue;
        now.reported(set.id, set.oid, TRY(study::get(now.tx, set.id)).name);
        const Definitions definitions = TRY(definitions_of(now, set));
        const SiteId fallback = TRY(default_site(now, set));
        for (const std::string& key : set.keys)
            TRY(import_subject(now, set, definitions, fallback, key));
    }
    return {};
}

}  // namespace cohort::interop
