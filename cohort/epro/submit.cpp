// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/submit.h"

#include <utility>

#include "cohort/epro/fhir_format.h"
#include "cohort/epro/patients.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/platform/http/idempotency.h"

namespace cohort::epro {

using http::Reply;
using http::Request;

namespace {

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

Result<Reply> told_before(const Answered& answered) {
    return Reply::json(200, TRY(json::parse(answered.answer)));
}

}  // namespace

Result<Reply> submit(App& app, ReadyForms& forms, const FollowUps& follow_ups,
                     const Request& request) {
    if (TRY(fhir_format(request)) != questionnaire::Format::json)
        return invalid("wrong-content-type", "Send the answers as application/fhir+json.");
    Sent sent{.subject = patient_of(request).subject,
              .plan = TRY(request.id_param<PlanId>("plan")),
              .number = TRY(number_of(request)),
              .received_at = request.received,
              .digest = auth::sha256_hex(request.body),
              .response = {}};
    auto read = TRY(questionnaire::read_response(request.body, questionnaire::Format::json));
    if (!read.response) return refusal(errors_of(read.faults));
    sent.response = std::move(*read.response);

    const Admitted first = TRY(app.db.read([&](db::Tx& tx) { return admit(tx, sent); }));
    if (first.before)
        return app.db.transact([&](db::Tx& tx) {
            const auto again = [&](db::Tx&) { return told_before(*first.before); };
            return http::idempotent(tx, request, again, http::Kept::for_ever);
        });
    const Examined examined = TRY(examine(forms, first.version, sent.response));
    if (!examined.errors.empty()) return refusal(examined.errors);

    auto reply = app.db.transact([&](db::Tx& tx) {
        const auto once = [&](db::Tx& unit) -> Result<Reply> {
            const Admitted now_admitted = TRY(admit(unit, sent));
            if (now_admitted.before) return told_before(*now_admitted.before);
            if (now_admitted.version.id != first.version.id)
                return refused("questionnaire-withdrawn",
                               "This questionnaire has just been replaced. Nothing was saved; "
                               "open it again.");
            const std::string told =
                TRY(take(unit, sent, now_admitted, examined, follow_ups, patient_actor(request)));
            return Reply::json(201, TRY(json::parse(told)));
        };
        return http::idempotent(tx, request, once, http::Kept::for_ever);
    });
    if (reply && reply->status == 201)
        for (const FollowUp& one : follow_ups)
            if (one.nudge) one.nudge();
    return reply;
}

}  // namespace cohort::epro
