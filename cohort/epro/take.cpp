// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/take.h"

#include <utility>

#include "weft/blocking.h"

#include "cohort/audit/audit.h"
#include "cohort/identity/record.h"
#include "cohort/questionnaire/validate.h"

namespace cohort::epro {

using questionnaire::Issue;

namespace {

// --- what the store says ------------------------------------------------------------------

// The version that the answers name, as far as patients may answer it; else the one in force, and
// validation says that the answers are to another.
Result<Version> version_for(db::Tx& tx, const StudyId& study, const Task& task,
                            const std::string& canonical) {
    const auto bar = canonical.find('|');
    if (bar != std::string::npos) {
        const auto named = TRY(find_version(tx, study, task.url, canonical.substr(bar + 1)));
        if (named && named->state == FormState::published) return *named;
        if (named && named->state == FormState::withdrawn)
            return refused("questionnaire-withdrawn",
                           "This questionnaire was withdrawn. Nothing was saved; open it again.");
    }
    const auto current = TRY(version_in_force(tx, study, task.url));
    if (!current) return not_found("task", "There is nothing to be answered here.");
    return *current;
}

// --- what is stored -----------------------------------------------------------------------

// In the patient's language, or its kin ("zh" for "zh-CN"), or the form's own.
const std::string& help_in(const AlertRule& rule, const std::string& language,
                           const ReadyForm& form) {
    const auto found = rule.help.find(language);
    if (found != rule.help.end()) return found->second;
    for (const auto& [known, text] : rule.help)
        if (!language.empty() && known.substr(0, 2) == language.substr(0, 2)) return text;
    const auto own = rule.help.find(form.languages.front());
    return own != rule.help.end() ? own->second : rule.help.begin()->second;
}

json::object told(const ResponseId& id, Instant at, bool is_late, const Examined& examined,
                  const std::string& language) {
    json::array help;
    for (const AlertRule* rule : examined.judged.alerts)
        help.emplace_back(help_in(*rule, language, *examined.ready));
    return {{"response", id.text},
            {"received_at", to_rfc3339(at)},
            {"state", is_late ? "late" : "on_time"},
            {"help", std::move(help)}};
}

Result<void> record(db::Tx& tx, const identity::Actor& by, const NewResponse& response,
                    const std::vector<Alert>& alerts) {
    audit::Entry entry =
        identity::entry_of(by, "patient-response.submitted", response.answered.id.text);
    entry.study = response.study;
    entry.site = response.site;
    entry.subject = response.subject;
    entry.new_value = audit::Datum{.text = response.answered.digest, .unit = {}};
    entry.detail = {{"plan", response.answered.plan.text},
                    {"number", response.answered.number},
                    {"questionnaire", response.answered.questionnaire.text},
                    {"late", response.answered.is_late}};
    TRY(audit::append(tx, entry));
    for (const Alert& alert : alerts) {
        entry.action = "patient-alert.raised";
        entry.target = alert.id.text;
        entry.new_value = {};
        entry.detail = {{"rule", alert.rule}, {"response", alert.response.text}};
        TRY(audit::append(tx, entry));
    }
    return {};
}

std::vector<Alert> alerts_for(const NewResponse& response, const Judged& judged) {
    std::vector<Alert> alerts;
    const Instant at = response.answered.received_at;
    for (const AlertRule* rule : judged.alerts)
        alerts.push_back({.id = new_id<AlertId>(),
                          .study = response.study,
                          .site = response.site,
                          .subject = response.subject,
                          .response = response.answered.id,
                          .rule = rule->name,
                          .raised_at = at});
    return alerts;
}

NewResponse new_response(const Sent& sent, const Admitted& admitted, const Examined& examined) {
    NewResponse response{.answered = {.id = new_id<ResponseId>(),
                                      .plan = sent.plan,
                                      .number = sent.number,
                                      .questionnaire = admitted.version.id,
                                      .received_at = sent.received_at,
                                      .is_late = admitted.task.state == TaskState::late,
                                      .digest = sent.digest,
                                      .answer = {}},
                         .study = admitted.subject.study,
                         .site = admitted.subject.site,
                         .subject = admitted.subject.id,
                         .starts_on = admitted.task.starts_on,
                         .language = sent.response.language,
                         .authored = sent.response.authored,
                         .scoring = {},
                         .body = questionnaire::to_json(sent.response),
                         .scores = examined.judged.scores};
    const questionnaire::FormulaLibrary& formulas = examined.ready->formulas;
    if (!formulas.name.empty()) response.scoring = formulas.name + "|" + formulas.version;
    response.answered.answer =
        json::to_text(told(response.answered.id, sent.received_at, response.answered.is_late,
                           examined, sent.response.language));
    return response;
}

}  // namespace

Result<Admitted> admit(db::Tx& tx, const Sent& sent) {
    Admitted admitted;
    admitted.subject = TRY(subjects::get(tx, sent.subject));
    admitted.task = TRY(task_of(tx, admitted.subject, sent.plan, sent.number, sent.received_at));
    const Task& task = admitted.task;
    if (task.answered && task.answered->digest == sent.digest) {
        admitted.before = task.answered;
        return admitted;
    }
    if (task.answered)
        return conflict("task-answered", "This was answered already, with other answers.");
    if (TRY(is_resting(tx, admitted.subject.study)))
        return refused("study-paused", "The study is paused. Nothing was saved.");
    if (task.state == TaskState::upcoming)
        return refused("task-not-open", "It is too early for these answers. Nothing was saved.");
    if (task.state != TaskState::open && task.state != TaskState::late)
        return refused("task-closed", "It is too late for these answers. Nothing was saved.");
    admitted.version =
        TRY(version_for(tx, admitted.subject.study, task, sent.response.questionnaire));
    return admitted;
}

Result<Examined> examine(ReadyForms& forms, const Version& version,
                         const questionnaire::Response& response) {
    Examined examined{
        .ready = TRY(forms.get(version.id, version.edits)), .errors = {}, .judged = {}};
    // Forms nest deeper than a goroutine's stack is meant for.
    weft::blocking("examine answers", [&] {
        const ReadyForm& ready = *examined.ready;
        if (response.status != "completed" && response.status != "amended")
            examined.errors.push_back({.pointer = "/status",
                                       .code = "not-complete",
                                       .message = "only completed answers are taken"});
        for (const Issue& one : questionnaire::validate(ready.form, response))
            if (one.severity == questionnaire::Severity::error)
                examined.errors.push_back(
                    {.pointer = one.place, .code = one.code, .message = one.message});
        if (examined.errors.empty())
            examined.judged = judge(ready.form, response, ready.rules, ready.formulas);
    });
    return examined;
}

Result<std::string> take(db::Tx& tx, const Sent& sent, const Admitted& admitted,
                         const Examined& examined, const FollowUps& follow_ups,
                         const identity::Actor& by) {
    const NewResponse response = new_response(sent, admitted, examined);
    const Answered& answered = response.answered;
    if (!TRY(insert(tx, response)))
        return conflict("task-answered", "This was answered already, with other answers.");
    const auto alerts = alerts_for(response, examined.judged);
    Submission submission{.id = answered.id,
                          .study = response.study,
                          .site = response.site,
                          .subject = response.subject,
                          .plan = answered.plan,
                          .number = answered.number,
                          .questionnaire = answered.questionnaire,
                          .received_at = answered.received_at,
                          .alerts = {}};
    for (const Alert& alert : alerts) {
        TRY(raise(tx, alert));
        submission.alerts.push_back(alert.id);
    }
    TRY(record(tx, by, response, alerts));
    for (const FollowUp& one : follow_ups) TRY(one.enqueue(tx, submission));
    return answered.answer;
}

}  // namespace cohort::epro
