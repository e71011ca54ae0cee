// SPDX-License-Identifier: Apache-2.0
#include "cohort/reporting/load.h"

#include <charconv>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "weft/blocking.h"

#include "cohort/epro/alerts.h"
#include "cohort/epro/ready_forms.h"
#include "cohort/platform/zones/zones.h"
#include "cohort/report/answers.h"
#include "cohort/reporting/addresses.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"
#include "cohort/subjects/subjects.h"

namespace cohort::reporting {

namespace {

// Of the course of a score: on paper more cannot be told apart.
constexpr std::int64_t points_max = 60;

/// What the store says, in one snapshot.
struct Stored {
    epro::Response response;
    std::string body;  ///< the answers as FHIR
    epro::Form form;
    std::string study;
    sites::Site site;
    std::string subject;           ///< its number
    std::set<std::string> alerts;  ///< the rules that called somebody
    std::map<std::string, std::vector<epro::ScoreThen>> courses;
    std::string doctor;
};

Result<Stored> read(db::Tx& tx, const ResponseId& id) {
    Stored stored;
    stored.response = TRY(epro::get_response(tx, id));
    const epro::Response& response = stored.response;
    stored.body = TRY(epro::response_body(tx, id));
    stored.form = TRY(epro::get(tx, response.answered.questionnaire));
    const study::Study study = TRY(study::get(tx, response.study));
    stored.study = study.name.empty() ? study.oid : study.name;
    stored.site = TRY(sites::get(tx, response.site));
    stored.subject = TRY(subjects::get(tx, response.subject)).key;
    for (const epro::Alert& alert : TRY(epro::alerts_of(tx, id))) stored.alerts.insert(alert.rule);
    for (const questionnaire::Score& score : response.scores)
        stored.courses[score.name] = TRY(epro::course_of(tx, response, score.name, points_max));
    stored.doctor = TRY(address_of(tx, response.study, response.site));
    return stored;
}

// A rule speaks of an answer by its linkId in quotes, as %resource.item.where(linkId='sleep') does.
void add_named(const std::vector<questionnaire::Item>& items, const std::string& expression,
               std::set<std::string>& named) {
    for (const questionnaire::Item& item : items) {
        for (const char quote : {'\'', '"'})
            if (expression.find(quote + item.link_id + quote) != std::string::npos)
                named.insert(item.link_id);
        add_named(item.items, expression, named);
    }
}

// The answers for which somebody was called.
std::set<std::string> flagged(const epro::ReadyForm& ready, const std::set<std::string>& alerts) {
    std::set<std::string> named;
    for (const epro::AlertRule& rule : ready.rules.alerts)
        if (alerts.contains(rule.name)) add_named(ready.form.items, rule.expression, named);
    return named;
}

std::optional<double> number_in(const std::string& text) {
    double number = 0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

// A score without a value has no course: its last point would be another day's.
report::Score score_of(const questionnaire::Score& score,
                       const std::vector<epro::ScoreThen>& course, const zones::Zone& zone) {
    report::Score shown{.name = score.name, .value = score.value.value_or("")};
    if (!score.value) return shown;
    for (const epro::ScoreThen& then : course)
        if (const auto value = number_in(then.value))
            shown.trend.push_back({.day = zone.date(then.received_at), .value = *value});
    return shown;
}

report::Report report_of(const Stored& stored, const epro::ReadyForm& ready,
                         const questionnaire::Response& answers, const zones::Zone& zone) {
    const epro::Response& response = stored.response;
    const std::string texts =
        response.language.empty() ? stored.form.languages.front() : response.language;
    const bool is_chinese = texts.starts_with("zh");
    const auto language = is_chinese ? report::Language::chinese : report::Language::english;
    const std::string& title = ready.form.title.in(texts);
    const Instant at = response.answered.received_at;
    report::Report report{.language = language,
                          .study = stored.study,
                          .site = stored.site.name,
                          .subject = stored.subject,
                          .questionnaire = title.empty() ? stored.form.url : title,
                          .version = stored.form.version,
                          .submitted = at,
                          .offset_s = zone.offset_s(at),
                          .reported_by = is_chinese ? "患者本人" : "the patient",
                          .reference = response.answered.id.text};
    for (const questionnaire::Score& score : response.scores)
        report.scores.push_back(score_of(score, stored.courses.at(score.name), zone));
    report.lines = report::lines_of(
        ready.form, answers,
        {.language = language, .texts = texts, .flagged = flagged(ready, stored.alerts)});
    return report;
}

Result<report::Report> report_of(const Stored& stored, const epro::ReadyForm& ready) {
    const auto read = TRY(questionnaire::read_response(stored.body, questionnaire::Format::json));
    if (!read.response)
        return internal("stored-response", "Answers that were taken cannot be read any more.");
    // UTC where the machine has lost the zone, as for visits.
    const auto zone = zones::load(stored.site.time_zone);
    return report_of(stored, ready, *read.response, zone ? *zone : zones::Zone());
}

}  // namespace

delivery::Load loader(db::Db& db, const std::string& links) {
    const auto forms = std::make_shared<epro::ReadyForms>(db);
    return [&db, links, forms](const std::string& submission) -> Result<delivery::Loaded> {
        const auto id = TRY(parse_id<ResponseId>(submission));
        const Stored stored = TRY(db.read([&](db::Tx& tx) { return read(tx, id); }));
        const auto ready = TRY(forms->get(stored.form.id, stored.form.edits));
        // Forms nest deeper than a goroutine's stack is meant for.
        report::Report report =
            TRY(weft::blocking("put a report together", [&] { return report_of(stored, *ready); }));
        return delivery::Loaded{.report = std::move(report),
                                .doctor = stored.doctor,
                                .link = links + "/responses/" + id.text};
    };
}

Render renderer(db::Db& db, delivery::OpenFonts fonts) {
    return [load = loader(db, ""),
            fonts = std::move(fonts)](const std::string& response) -> Result<std::string> {
        const delivery::Loaded loaded = TRY(load(response));
        const pdf::Fonts opened = TRY(fonts());
        return weft::blocking("make a report",
                              [&] { return report::render(opened, loaded.report); });
    };
}

}  // namespace cohort::reporting
