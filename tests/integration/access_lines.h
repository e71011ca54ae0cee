// SPDX-License-Identifier: Apache-2.0
// Every route that the server has, and who is expected to get through: a column of the table of
// docs/identity.md, or a place where no right is asked for.
#pragma once

namespace tests {

// Where a route acts: `site` is the place of a subject or a form; `system` belongs to no study;
// `patient` is a patient's own, and no user's.
enum class Place { anybody, signed_in, site, study, system, patient };

struct Line {
    const char* route;
    Place place;
    const char* right = "";  ///< a column of the table
    const char* body = "";
    const char* content_type = "application/json";
};

inline constexpr Line lines[] = {
    {"GET /ping", Place::anybody},
    {"GET /api/v1/openapi.json", Place::anybody},
    {"GET /healthz", Place::anybody},
    {"POST /api/v1/session", Place::anybody, "", "{}"},
    {"GET /api/v1/session", Place::signed_in},
    {"POST /api/v1/session/password", Place::signed_in, "", "{}"},
    {"GET /api/v1/studies", Place::signed_in},
    {"POST /api/v1/studies", Place::system, "build", "<x/>", "application/xml"},
    {"GET /api/v1/studies/{study}", Place::study, "study"},
    {"GET /api/v1/studies/{study}/definition", Place::study, "study"},
    {"GET /api/v1/studies/{study}/export.xml", Place::study, "export"},
    {"POST /api/v1/studies/{study}/exports", Place::study, "export", "{}"},
    {"GET /api/v1/studies/{study}/exports/schedules", Place::study, "export"},
    {"POST /api/v1/studies/{study}/exports/schedules", Place::study, "export",
     R"({"name":"n","hour":2,"minute":30,"time_zone":"UTC"})"},
    {"DELETE /api/v1/schedules/{schedule}", Place::study, "export"},
    {"GET /api/v1/jobs", Place::signed_in},
    {"GET /api/v1/jobs/changes", Place::signed_in},
    {"GET /api/v1/jobs/{job}", Place::study, "jobs"},
    {"GET /api/v1/jobs/{job}/changes", Place::study, "jobs"},
    {"GET /api/v1/jobs/{job}/items", Place::study, "jobs"},
    {"GET /api/v1/jobs/{job}/items/{item}/result", Place::study, "export"},
    {"POST /api/v1/jobs/{job}/pause", Place::study, "steer"},
    {"POST /api/v1/jobs/{job}/resume", Place::study, "steer"},
    {"POST /api/v1/jobs/{job}/cancel", Place::study, "steer"},
    {"POST /api/v1/jobs/{job}/pace", Place::study, "steer", "{}"},
    {"POST /api/v1/jobs/{job}/redrive", Place::study, "steer", R"({"state":"failed"})"},
    {"GET /api/v1/studies/{study}/access", Place::study, "audit"},
    {"GET /api/v1/studies/{study}/audit", Place::study, "audit"},
    {"GET /api/v1/studies/{study}/matrix", Place::study, "subjects"},
    {"GET /api/v1/studies/{study}/changes", Place::study, "subjects"},
    {"GET /api/v1/studies/{study}/activity", Place::study, "subjects"},
    {"POST /api/v1/studies/{study}/subjects", Place::site, "enrol", R"({"site":"{site}"})"},
    {"GET /api/v1/subjects/{subject}", Place::site, "subjects"},
    {"POST /api/v1/subjects/{subject}/forms", Place::site, "edit", R"({"event":"V","form":"F"})"},
    {"GET /api/v1/forms/{form}", Place::site, "forms"},
    {"PATCH /api/v1/forms/{form}", Place::site, "edit", "{}"},
    {"POST /api/v1/forms/{form}/rows", Place::site, "edit", "{}"},
    {"POST /api/v1/forms/{form}/complete", Place::site, "complete", "{}"},
    {"GET /api/v1/forms/{form}/history", Place::site, "forms"},
    {"GET /api/v1/forms/{form}/archive/{version}", Place::site, "forms"},
    {"POST /api/v1/studies/{study}/questionnaires", Place::study, "build", "{}",
     "application/fhir+json"},
    {"GET /api/v1/studies/{study}/questionnaires", Place::study, "study"},
    {"GET /api/v1/questionnaires/{questionnaire}", Place::study, "study"},
    {"GET /api/v1/questionnaires/{questionnaire}/fhir.json", Place::study, "study"},
    {"GET /api/v1/questionnaires/{questionnaire}/fhir.xml", Place::study, "study"},
    {"PUT /api/v1/questionnaires/{questionnaire}/rules", Place::study, "build", "{}"},
    {"POST /api/v1/questionnaires/{questionnaire}/publish", Place::study, "build"},
    {"POST /api/v1/questionnaires/{questionnaire}/withdraw", Place::study, "build", "{}"},
    {"POST /api/v1/studies/{study}/questionnaire-plans", Place::study, "build", "{}"},
    {"GET /api/v1/studies/{study}/questionnaire-plans", Place::study, "study"},
    {"POST /api/v1/questionnaire-plans/{plan}/end", Place::study, "build"},
    {"PUT /api/v1/studies/{study}/questionnaire-pause", Place::study, "build", "{}"},
    {"DELETE /api/v1/studies/{study}/questionnaire-pause", Place::study, "build"},
    {"POST /api/v1/subjects/{subject}/invitation", Place::site, "enrol"},
    {"GET /api/v1/subjects/{subject}/patient-access", Place::site, "subjects"},
    {"DELETE /api/v1/subjects/{subject}/patient-access", Place::site, "enrol"},
    {"GET /api/v1/subjects/{subject}/tasks", Place::site, "subjects"},
    {"PUT /api/v1/subjects/{subject}/assignments/{plan}", Place::site, "enrol", "{}"},
    {"DELETE /api/v1/subjects/{subject}/assignments/{plan}", Place::site, "enrol"},
    {"GET /api/v1/subjects/{subject}/responses", Place::site, "forms"},
    {"GET /api/v1/responses/{response}", Place::site, "forms"},
    {"GET /api/v1/responses/{response}/fhir.json", Place::site, "forms"},
    {"GET /api/v1/studies/{study}/response-rates", Place::study, "subjects"},
    {"GET /api/v1/studies/{study}/response-rates/{site}/{plan}/{number}", Place::site, "subjects"},
    {"GET /api/v1/studies/{study}/patient-alerts", Place::study, "forms"},
    {"POST /api/v1/patient-alerts/{alert}/acknowledge", Place::site, "edit", "{}"},
    {"POST /api/v1/patient/activation", Place::anybody, "", "{}"},
    {"POST /api/v1/patient/session", Place::anybody, "", "{}"},
    {"GET /api/v1/patient/session", Place::patient},
    {"GET /api/v1/patient/tasks", Place::patient},
    {"GET /api/v1/patient/questionnaires/{questionnaire}", Place::patient},
    {"GET /api/v1/patient/history", Place::patient},
    {"POST /api/v1/patient/tasks/{plan}/{number}/response", Place::patient, "", "{}",
     "application/fhir+json"},
    {"GET /api/v1/users", Place::system, "accounts"},
    {"POST /api/v1/users", Place::system, "accounts", "{}"},
    {"GET /api/v1/users/{user}", Place::system, "accounts"},
    {"POST /api/v1/users/{user}/disable", Place::system, "accounts"},
    {"POST /api/v1/users/{user}/enable", Place::system, "accounts"},
    {"POST /api/v1/users/{user}/password", Place::system, "accounts", "{}"},
    {"POST /api/v1/users/{user}/grants", Place::system, "accounts", "{}"},
    {"DELETE /api/v1/users/{user}/grants/{grant}", Place::system, "accounts"},
    {"GET /api/v1/system", Place::system, "system"},
    {"GET /api/v1/system/requests", Place::system, "system"},
    {"GET /api/v1/system/events", Place::system, "system"},
    {"POST /api/v1/system/events/redrive", Place::system, "system", R"({"subscriber":"nobody"})"},
    {"GET /system/goroutines", Place::system, "system"},
    {"GET /system/goroutines/stuck", Place::system, "system"},
    {"GET /system/goroutines/stuck.json", Place::system, "system"},
    {"GET /system/goroutines/goroutines", Place::system, "system"},
    {"GET /system/goroutines/goroutines.json", Place::system, "system"},
    {"GET /system/goroutines/waits.svg", Place::system, "system"},
    {"GET /system/goroutines/waits.json", Place::system, "system"},
    {"GET /metrics", Place::system, "system"},
    {"GET /config", Place::system, "system"},
    {"DELETE /api/v1/patient/session", Place::patient},  // these are last: they end the session
    {"DELETE /api/v1/session", Place::signed_in},
};

}  // namespace tests
