// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/answering.h"

#include "tests/integration/saving.h"
#include "tests/world/patient.h"

namespace tests {

using cohort::http::Pairs;

namespace {

std::string answers_to(std::size_t window) {
    return mood_answers(std::to_string(window % 4), std::to_string(window % 24) + ".50",
                        window % 3 == 0);
}

Pairs come_in(const std::string& address, Client& staff, const std::string& subject) {
    const Answer invitation = staff.ask("POST", "/api/v1/subjects/" + subject + "/invitation");
    must(invitation, 201, "an invitation");
    const Answer in =
        Client(address, "")
            .ask("POST", "/api/v1/patient/activation",
                 R"({"invitation":")" + invitation.at("/invitation") + R"(","code":")" +
                     invitation.at("/code") + R"(","pin":")" + patient_pin + "\"}");
    must(in, 200, "an activation");
    return {{"cookie", "cohort_patient=" + cookie_in(in, "cohort_patient")},
            {"x-csrf-token", in.at("/csrf")}};
}

}  // namespace

std::string plan_in(const std::string& address, const Ground& ground) {
    Client builder(address, ground.tokens.at("builder"));
    const std::string study = "/api/v1/studies/" + ground.study.text;
    const Answer draft =
        builder.ask("POST", study + "/questionnaires", mood_form(), {}, "application/fhir+json");
    must(draft, 201, "a questionnaire");
    const std::string form = "/api/v1/questionnaires/" + draft.at("/id");
    must(builder.ask("PUT", form + "/rules", mood_rules(), {{"if-match", "\"1\""}}), 200, "rules");
    must(builder.ask("POST", form + "/publish", "", {{"if-match", "\"2\""}}), 200, "publishing");
    const Answer plan = builder.ask(
        "POST", study + "/questionnaire-plans",
        R"({"url":"http://example.org/mood","name":"n","times":1000,"late_days":3660})");
    must(plan, 201, "a plan");
    return plan.at("/id");
}

AnsweringPatient::AnsweringPatient(const std::string& address, const Ground& ground,
                                   std::string plan)
    : plan_(std::move(plan)), client_(address, "") {
    Client staff(address, ground.tokens.at("ann"));
    const Answer subject =
        staff.ask("POST", "/api/v1/studies/" + ground.study.text + "/subjects",
                  R"({"site":")" + ground.site_a.text + R"(","enrolled_on":"2020-01-01"})");
    must(subject, 201, "a new subject");
    session_ = come_in(address, staff, subject.at("/id"));
}

void AnsweringPatient::turn_to(const std::string& address) {
    client_ = Client(address, "");
}

Answer AnsweringPatient::send(std::size_t window) {
    Pairs headers = session_;
    headers.emplace_back("idempotency-key", "window-" + std::to_string(window));
    return client_.ask(
        "POST", "/api/v1/patient/tasks/" + plan_ + "/" + std::to_string(window) + "/response",
        answers_to(window), headers, "application/fhir+json");
}

Submission AnsweringPatient::any_submission(const std::string& address, bool asks_to_send) const {
    Submission one{.head = "POST /api/v1/patient/tasks/" + plan_ +
                           "/{W}/response HTTP/1.1\r\nHost: " + address + "\r\n",
                   .body = answers_to(1)};
    Pairs headers = session_;
    headers.emplace_back("idempotency-key", "window-{W}");
    headers.emplace_back("content-type", "application/fhir+json");
    headers.emplace_back("content-length", std::to_string(one.body.size()));
    if (asks_to_send) headers.emplace_back("expect", "100-continue");
    for (const auto& [name, value] : headers) one.head += name + ": " + value + "\r\n";
    one.head += "\r\n";
    return one;
}

void AnsweringPatient::act() {
    const auto from = std::chrono::steady_clock::now();
    must(send(++window_), 201, "a submission");
    milliseconds.push_back(ms_since(from));
}

Patients patients_at(const std::string& address, const Ground& ground, std::int64_t count) {
    const std::string plan = plan_in(address, ground);
    Patients all;
    for (std::int64_t i = 0; i < count; ++i) all.emplace_back(address, ground, plan);
    return all;
}

}  // namespace tests
