// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/site_tables.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "cohort/analysis/answer_tables.h"
#include "cohort/analysis/form_tables.h"
#include "cohort/capture/count.h"
#include "cohort/epro/count.h"
#include "cohort/epro/responses.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"
#include "cohort/subjects/subjects.h"

namespace cohort::analysis {

namespace {

Result<std::vector<subjects::Subject>> subjects_of(db::Tx& tx, const StudyId& study,
                                                   const SiteId& site) {
    constexpr std::int64_t page = 500;
    std::vector<subjects::Subject> all;
    for (;;) {
        const auto some = TRY(
            subjects::list(tx, {.study = study, .sites = {.all = true}, .site = site, .search = {}},
                           static_cast<std::int64_t>(all.size()), page));
        all.insert(all.end(), some.begin(), some.end());
        if (some.size() < static_cast<std::size_t>(page)) return all;
    }
}

// The forms of a site's subjects.
class Forms {
  public:
    Forms(const study::Definition& definition, const MetadataVersionId& current, Names& names)
        : tables_(definition, names), current_(current) {}

    Result<void> read_versions(db::Tx& tx, const StudyId& study) {
        for (const study::VersionRef& version : TRY(study::versions(tx, study)))
            oids_[version.id.text] = version.oid;
        return {};
    }
    Result<void> add(db::Tx& tx, const subjects::Subject& subject, const std::string& site,
                     Record& record) {
        for (const capture::Form& form : TRY(capture::of_subject(tx, subject.id))) {
            if (!form.is_complete()) {
                ++record.counts.forms_open;
                continue;
            }
            tables_.add({.form = form,
                         .site = site,
                         .version = oids_[form.metadata_version.text],
                         .is_current = form.metadata_version == current_},
                        record);
        }
        return {};
    }
    std::vector<Table> take() { return tables_.take(); }

  private:
    FormTables tables_;
    const MetadataVersionId current_;
    std::map<std::string, std::string> oids_;
};

// The answers of a site's subjects.
class Responses {
  public:
    Result<void> lay_out(db::Tx& tx, const StudyId& study, Names& names) {
        for (const epro::Form& form : TRY(epro::of_study(tx, study)))
            if (form.state != epro::FormState::draft) TRY(lay_out(tx, form, names));
        std::map<std::string, int> met;
        for (const epro::Plan& plan : TRY(epro::plans_of(tx, study))) {
            const int number = ++met[plan.what.name];
            plans_[plan.id.text] =
                plan.what.name + (number == 1 ? "" : " (" + std::to_string(number) + ")");
        }
        return {};
    }
    Result<void> add(db::Tx& tx, const subjects::Subject& subject, const std::string& site,
                     Record& record) {
        for (const epro::Answered& answered : TRY(epro::answered_by(tx, subject.id))) {
            const epro::Response response = TRY(epro::get_response(tx, answered.id));
            const auto body = TRY(epro::response_body(tx, answered.id));
            const auto read = TRY(questionnaire::read_response(body, questionnaire::Format::json));
            const auto version = versions_.find(answered.questionnaire.text);
            if (!read.response || version == versions_.end())
                return internal("stored-response", "A stored response cannot be read.");
            version->second.tables.add({.response = *read.response,
                                        .place = {.site = site,
                                                  .subject = subject.key,
                                                  .visit = plans_[answered.plan.text],
                                                  .visit_repeat = std::to_string(answered.number),
                                                  .form_repeat = "1"},
                                        .received_at = answered.received_at,
                                        .is_late = answered.is_late,
                                        .language = response.language,
                                        .scoring = response.scoring,
                                        .scores = response.scores},
                                       record);
        }
        return {};
    }
    std::vector<Table> take() {
        std::vector<Table> all;
        for (const std::string& id : order_)
            for (Table& table : versions_.at(id).tables.take()) all.push_back(std::move(table));
        return all;
    }

  private:
    struct Version {
        std::shared_ptr<const epro::ReadyForm> ready;
        AnswerTables tables;
    };

    Result<void> lay_out(db::Tx& tx, const epro::Form& form, Names& names) {
        const auto ready = TRY(epro::make_ready(TRY(epro::body_of(tx, form.id)), form.rules));
        std::vector<std::string> scores;
        if (!form.rules.scoring.empty())
            for (const auto& one : TRY(questionnaire::read_formulas(form.rules.scoring)).formulas)
                scores.push_back(one.name);
        versions_.emplace(form.id.text, Version{ready, AnswerTables(form.url + "|" + form.version,
                                                                    ready->form, scores, names)});
        order_.push_back(form.id.text);
        return {};
    }

    std::map<std::string, Version> versions_;  // by the questionnaire's id
    std::vector<std::string> order_;
    std::map<std::string, std::string> plans_;  // names by id
};

Result<std::string> number_of(db::Tx& tx, const StudyId& study, const SiteId& site) {
    for (const sites::Site& one : TRY(sites::of_study(tx, study)))
        if (one.id == site) return one.oid;
    return not_found("site", "This site takes no part in the study.");
}

// What the store says there is against what was read, and what was read against the tables.
Result<void> reconcile(db::Tx& tx, const StudyId& study, const SiteId& site,
                       const SiteTables& tables) {
    const Counts& counts = tables.counts;
    std::int64_t records = 0;
    std::int64_t rows = 0;
    for (const Table& table : tables.forms)
        (names_row(table) ? rows : records) += static_cast<std::int64_t>(table.rows.size());
    const bool is_whole =
        counts.add_up() && counts.forms.read == TRY(capture::count_complete(tx, study, site)) &&
        counts.responses.read == TRY(epro::count_responses(tx, study, site)) &&
        records == counts.forms.structured + counts.responses.structured &&
        rows == counts.rows.structured &&
        counts.values.structured == static_cast<std::int64_t>(tables.lineage.rows.size());
    if (!is_whole) return internal("analysis-counts", "The tables do not hold what was read.");
    return {};
}

void keep_newer(std::optional<audit::Mark>& newest, const std::optional<audit::Mark>& one) {
    const auto order = [](const audit::Mark& mark) { return std::pair(mark.at, mark.record); };
    if (one && (!newest || order(*newest) < order(*one))) newest = one;
}

}  // namespace

Result<SiteTables> structure_site(db::Tx& tx, const StudyId& study_id, const SiteId& site_id) {
    const study::Study study = TRY(study::get(tx, study_id));
    const auto definition = TRY(study::definition(tx, TRY(study::latest_version(tx, study_id))));
    SiteTables out{.study = study.oid,
                   .study_version = study.latest_version_oid,
                   .site = TRY(number_of(tx, study_id, site_id))};
    Names names({"columns", "lineage", "problems"});
    Record record;
    Forms forms(*definition, study.latest_version, names);
    Responses responses;
    TRY(forms.read_versions(tx, study_id));
    TRY(responses.lay_out(tx, study_id, names));
    for (const subjects::Subject& subject : TRY(subjects_of(tx, study_id, site_id))) {
        TRY(forms.add(tx, subject, out.site, record));
        TRY(responses.add(tx, subject, out.site, record));
        keep_newer(out.audit, TRY(audit::newest_about(tx, subject.id)));
    }
    out.forms = forms.take();
    for (Table& table : responses.take()) out.forms.push_back(std::move(table));
    out.counts = record.counts;
    auto [lineage, problems] = record.take();
    out.lineage = std::move(lineage);
    out.problems = std::move(problems);
    TRY(reconcile(tx, study_id, site_id, out));
    return out;
}

Table dictionary_of(const SiteTables& tables) {
    Table out{.name = "columns", .source = {}, .keys = 2, .columns = {}};
    for (const char* name :
         {"table_name", "position", "column_name", "type", "part", "source", "item", "label"})
        out.add({.name = name});
    out.columns[1].type = Type::integer;
    std::vector<const Table*> all;
    for (const Table& table : tables.forms) all.push_back(&table);
    all.push_back(&tables.lineage);
    all.push_back(&tables.problems);
    const auto or_null = [](const std::string& text) { return text.empty() ? Cell() : Cell(text); };
    for (const Table* table : all)
        for (std::size_t i = 0; i < table->columns.size(); ++i) {
            const Column& column = table->columns[i];
            out.rows.push_back({table->name, std::to_string(i + 1), column.name,
                                std::string(to_string(column.type)),
                                std::string(to_string(column.part)), or_null(table->source),
                                or_null(column.item), or_null(column.label)});
        }
    return out;
}

}  // namespace cohort::analysis
