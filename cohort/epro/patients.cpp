// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/patients.h"

#include "weft/ensure.h"

#include "cohort/identity/sessions.h"
#include "cohort/platform/auth/digest.h"

namespace cohort::epro {

namespace {

// The idle time is kept this exactly; finer would cost a write a request.
constexpr std::int64_t touch_every_ms = 60'000;

}  // namespace

Result<std::optional<PatientSession>> Patients::session_of(const http::Request& request) {
    const auto token = request.cookie(patient_cookie).value_or("");
    if (!identity::is_token(token)) return std::optional<PatientSession>();
    const Instant at = now();
    auto session =
        TRY(db_.read([&](db::Tx& tx) { return find_patient_session(tx, token, settings_, at); }));
    // A store that cannot write must still show what it holds.
    if (session && at.ms - session->last_seen_at.ms >= touch_every_ms)
        (void)db_.transact([&](db::Tx& tx) { return touch_patient_session(tx, session->id, at); });
    return session;
}

Result<void> Patients::authorise(http::Request& request) {
    const auto session = TRY(session_of(request));
    if (!session)
        return unauthenticated("no-session", "You are not signed in, or the session has ended.");
    if (!http::is_safe(request.method)) {
        const auto sent = request.header("x-csrf-token").value_or("");
        const auto token = request.cookie(patient_cookie).value_or("");
        if (!auth::same_bytes(sent, identity::csrf_of(token)))
            return forbidden("csrf", "The request does not come from the page you signed in on.");
    }
    // Under a user's name stands the subject: what is kept of each caller is kept of each patient.
    request.caller = http::Principal{.user = UserId{session->subject.text},
                                     .login = "patient",
                                     .name = "patient",
                                     .role = "patient",
                                     .session = session->id.text};
    request.found = PatientCaller{session->subject, session->study, session->site};
    return {};
}

const PatientCaller& patient_of(const http::Request& request) {
    const auto* const patient = std::any_cast<PatientCaller>(&request.found);
    ENSURE(patient != nullptr, "the route is one of patients");
    return *patient;
}

http::Authoriser Patients::authoriser(http::Authoriser users) {
    return [this, users = std::move(users)](http::Request& request, const http::Access& access) {
        if (access.kind() != http::Access::Kind::open && request.route.starts_with(patient_path))
            return authorise(request);
        return users(request, access);
    };
}

}  // namespace cohort::epro
