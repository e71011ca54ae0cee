// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/submit.h"

#include <utility>

#include "weft/blocking.h"

#include "cohort/audit/audit.h"
#include "cohort/epro/fhir_format.h"
#include "cohort/epro/patients.h"
#include "cohort/epro/tasks.h"
#include "cohort/identity/record.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/platform/http/problem.h"
#include "cohort/questionnaire/validate.h"

namespace cohort::epro {

using http::Reply;
using http::Request;
using questionnaire::Issue;

namespace {

// By when somebody should have taken an alert.
constexpr std::int64_t alert_patience_ms = 30 * 60 * 1000;

/// What came, before anything is asked of the store.
struct Sent {
    PlanId plan;
    int number = 0;
    std::string digest;
    questionnaire::Response response;
};

// --- what can be refused without the store ------------------------------------------------

Result<int> number_of(const Request& request) {
    const std::string& text = request.param("number");
    const bool is_number = !text.empty() && text.size() <= 6 &&
                           text.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number) return not_found("task", "There is nothing to be answered here.");
    return std::stoi(text);
}

Error refused_response() {
    return refused("response-refused",
                   "The answers are not taken: some do not fit their questions. Nothing was "
                   "saved; each place is named.");
}

Reply refusal(std::vector<http::FieldError> errors) {
    return http::problem(http::Problem{.error = refused_response(), .errors = std::move(errors)});
}

std::vector<http::FieldError> errors_of(const std::vector<questionnaire::Fault>& faults) {
    std::vector<http::FieldError> errors;
    for (const questionnaire::Fault& one : faults)
        errors.push_back({.pointer = one.place, .code = one.code, .message = one.message});
    return errors;
}

std::vector<http::FieldError> errors_of(const std::vector<Issue>& issues) {
    std::vector<http::FieldError> errors;
    for (const Issue& one : issues)
        if (one.severity == questionnaire::Severity::error)
            errors.push_back({.pointer = one.place, .code = one.code, .message = one.message});
    return errors;
}

// --- what the store says ------------------------------------------------------------------

/// What a submission is taken for.
struct Admitted {
    std::optional<Answered> before;  ///< the same answers came already: nothing else counts then
    subjects::Subject subject;
    Task task;
    Version version;
};

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

// Asked before the answers are looked at, and again in the transaction that stores them.
Result<Admitted> admit(db::Tx& tx, const SubjectId& subject_id, const Sent& sent, Instant at) {
    Admitted admitted;
    admitted.subject = TRY(subjects::get(tx, subject_id));
    admitted.task = TRY(task_of(tx, admitted.subject, sent.plan, sent.number, at));
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

Result<Reply> told_before(const Answered& answered) {
    return Reply::json(200, TRY(json::parse(answered.answer)));
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

json::object told(const ResponseId& id, Instant at, bool is_late, const Judged& judged,
                  const std::string& language, const ReadyForm& form) {
    json::array help;
    for (const AlertRule* rule : judged.alerts) help.emplace_back(help_in(*rule, language, form));
    return {{"response", id.text},
            {"received_at", to_rfc3339(at)},
            {"state", is_late ? "late" : "on_time"},
            {"help", std::move(help)}};
}

Result<void> record(db::Tx& tx, const Request& request, const NewResponse& response,
                    const std::vector<Alert>& alerts) {
    audit::Entry entry = identity::entry_of(patient_actor(request), "patient-response.submitted",
                                            response.answered.id.text);
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
                          .raised_at = at,
                          .due_at = Instant{at.ms + alert_patience_ms}});
    return alerts;
}

/// The answers as they were judged outside the transaction.
struct Examined {
    std::shared_ptr<const ReadyForm> ready;
    std::vector<http::FieldError> errors;
    Judged judged;
};

NewResponse new_response(const Request& request, const Sent& sent, const Admitted& admitted,
                         const Examined& examined) {
    NewResponse response{.answered = {.id = new_id<ResponseId>(),
                                      .plan = sent.plan,
                                      .number = sent.number,
                                      .questionnaire = admitted.version.id,
                                      .received_at = request.received,
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
        json::to_text(told(response.answered.id, request.received, response.answered.is_late,
                           examined.judged, sent.response.language, *examined.ready));
    return response;
}

// Everything that belongs to a submission, in its transaction.
Result<Reply> store(db::Tx& tx, const Request& request, const NewResponse& response,
                    const Judged& judged, const FollowUps& follow_ups) {
    const Answered& answered = response.answered;
    if (!TRY(insert(tx, response)))
        return conflict("task-answered", "This was answered already, with other answers.");
    const auto alerts = alerts_for(response, judged);
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
        TRY(insert(tx, alert));
        submission.alerts.push_back(alert.id);
    }
    TRY(record(tx, request, response, alerts));
    for (const FollowUp& one : follow_ups) TRY(one.enqueue(tx, submission));
    return Reply::json(201, TRY(json::parse(answered.answer)));
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
        for (http::FieldError& one : errors_of(questionnaire::validate(ready.form, response)))
            examined.errors.push_back(std::move(one));
        if (examined.errors.empty())
            examined.judged = judge(ready.form, response, ready.rules, ready.formulas);
    });
    return examined;
}

}  // namespace

Result<Reply> submit(App& app, ReadyForms& forms, const FollowUps& follow_ups,
                     const Request& request) {
    const SubjectId& subject = patient_of(request).subject;
    if (TRY(fhir_format(request)) != questionnaire::Format::json)
        return invalid("wrong-content-type", "Send the answers as application/fhir+json.");
    Sent sent{.plan = TRY(request.id_param<PlanId>("plan")),
              .number = TRY(number_of(request)),
              .digest = auth::sha256_hex(request.body),
              .response = {}};
    auto read = TRY(questionnaire::read_response(request.body, questionnaire::Format::json));
    if (!read.response) return refusal(errors_of(read.faults));
    sent.response = std::move(*read.response);

    const Admitted first =
        TRY(app.db.read([&](db::Tx& tx) { return admit(tx, subject, sent, request.received); }));
    if (first.before)
        return app.db.transact([&](db::Tx& tx) {
            const auto again = [&](db::Tx&) { return told_before(*first.before); };
            return http::idempotent(tx, request, again, http::Kept::for_ever);
        });
    const Examined examined = TRY(examine(forms, first.version, sent.response));
    if (!examined.errors.empty()) return refusal(examined.errors);

    auto reply = app.db.transact([&](db::Tx& tx) {
        const auto once = [&](db::Tx& unit) -> Result<Reply> {
            const Admitted now_admitted = TRY(admit(unit, subject, sent, request.received));
            if (now_admitted.before) return told_before(*now_admitted.before);
            if (now_admitted.version.id != first.version.id)
                return refused("questionnaire-withdrawn",
                               "This questionnaire has just been replaced. Nothing was saved; "
                               "open it again.");
            return store(unit, request, new_response(request, sent, now_admitted, examined),
                         examined.judged, follow_ups);
        };
        return http::idempotent(tx, request, once, http::Kept::for_ever);
    });
    if (reply && reply->status == 201)
        for (const FollowUp& one : follow_ups)
            if (one.nudge) one.nudge();
    return reply;
}

}  // namespace cohort::epro
