// SPDX-License-Identifier: Apache-2.0
// Coming in: a link and a code once, then the device's cookie and a PIN. What is wrong with a link
// or a code is never said more exactly.
#include "cohort/epro/patients.h"
#include "cohort/identity/body.h"
#include "cohort/identity/sessions.h"
#include "cohort/platform/http/problem.h"
#include "cohort/study/store.h"
#include "cohort/subjects/routes.h"

namespace cohort::epro {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;

namespace {

constexpr std::size_t body_bytes_max = 16 * 1024;
constexpr const char* cookie_path = "/api/v1/patient";
constexpr std::chrono::seconds device_kept{365 * 24 * 60 * 60};

// --- answers ------------------------------------------------------------------------------

http::Cookie cookie_of(const Patients& patients, std::string_view name, std::string value) {
    http::Cookie cookie;
    cookie.name = name;
    cookie.value = std::move(value);
    cookie.path = cookie_path;
    cookie.secure = patients.settings().secure_cookie;
    return cookie;
}

Schema session_schema() {
    return Schema::named(
        "PatientSession",
        Schema::object({has("csrf", Schema::text()), has("study", Schema::text()),
                        has("subject", Schema::text()), has("idle_seconds", Schema::whole(1)),
                        has("expires_at", Schema::instant())}));
}

Result<Reply> session_reply(Patients& patients, const PatientSession& session,
                            std::string_view token) {
    return patients.db().read([&](db::Tx& tx) -> Result<Reply> {
        const json::object body{{"csrf", identity::csrf_of(token)},
                                {"study", TRY(study::get(tx, session.study)).name},
                                {"subject", TRY(subjects::get(tx, session.subject)).key},
                                {"idle_seconds", patients.settings().idle.count()},
                                {"expires_at", to_rfc3339(session.expires_at)}};
        Reply reply = Reply::json(200, body);
        reply.set("Cache-Control", "no-store");
        return reply;
    });
}

Result<Reply> answer(Patients& patients, const Entry& entry) {
    if (entry.wait) {
        http::Problem problem{
            .error = throttled("locked-out", "There were too many attempts. Try again later.")};
        problem.retry_after = entry.wait;
        return http::problem(problem);
    }
    if (!entry.entered)
        return unauthenticated("bad-credentials",
                               "This did not work. Check what you typed, or ask your study team "
                               "for a new invitation.");
    const Entered& entered = *entry.entered;
    Reply reply = TRY(session_reply(patients, entered.session, entered.session_token));
    reply.add(cookie_of(patients, patient_cookie, entered.session_token));
    if (!entered.device_token.empty()) {
        auto device = cookie_of(patients, device_cookie, entered.device_token);
        device.max_age = device_kept;
        reply.add(device);
    }
    return reply;
}

// --- patients -----------------------------------------------------------------------------

Result<Reply> post_activation(Patients& patients, Request& request) {
    auto body = TRY(identity::SecretBody::read(request));
    const auto token = TRY(body.secret("invitation"));
    const auto code = TRY(body.secret("code"));
    const auto pin = TRY(body.secret("pin"));
    TRY(check_pin(pin.reveal()));
    const auto actor = patient_actor(request);
    const Entry entry = TRY(patients.db().transact([&](db::Tx& tx) {
        return activate(tx, token.reveal(), code.reveal(), pin.reveal(), patients.settings(),
                        actor);
    }));
    return answer(patients, entry);
}

Result<Reply> post_session(Patients& patients, Request& request) {
    auto body = TRY(identity::SecretBody::read(request));
    const auto pin = TRY(body.secret("pin"));
    const auto device = request.cookie(device_cookie).value_or("");
    const auto actor = patient_actor(request);
    const Entry entry = TRY(patients.db().transact(
        [&](db::Tx& tx) { return come_in(tx, device, pin.reveal(), patients.settings(), actor); }));
    return answer(patients, entry);
}

Result<PatientSession> living(Patients& patients, const Request& request) {
    auto session = TRY(patients.session_of(request));
    if (!session)
        return unauthenticated("no-session", "You are not signed in, or the session has ended.");
    return std::move(*session);
}

Result<Reply> get_session(Patients& patients, Request& request) {
    const PatientSession session = TRY(living(patients, request));
    return session_reply(patients, session, request.cookie(patient_cookie).value_or(""));
}

Result<Reply> delete_session(Patients& patients, Request& request) {
    const PatientSession session = TRY(living(patients, request));
    const auto actor = patient_actor(request);
    TRY(patients.db().transact(
        [&](db::Tx& tx) { return end_patient_session(tx, session, actor); }));
    auto cookie = cookie_of(patients, patient_cookie, "");
    cookie.max_age = std::chrono::seconds(0);
    Reply reply = Reply::empty();
    reply.add(cookie);
    return reply;
}

// --- staff --------------------------------------------------------------------------------

Result<Reply> post_invitation(Patients& patients, Request& request) {
    const auto id = TRY(request.id_param<SubjectId>("subject"));
    const auto actor = identity::actor_of(request);
    const Invitation made = TRY(patients.db().transact([&](db::Tx& tx) -> Result<Invitation> {
        return invite(tx, TRY(subjects::get(tx, id)), patients.settings(), actor);
    }));
    // What stands after # is never sent to a server, so it is in no log.
    Reply reply = Reply::json(201, json::object{{"link", "/patient/#" + made.token},
                                                {"invitation", made.token},
                                                {"code", made.code},
                                                {"expires_at", to_rfc3339(made.expires_at)}});
    reply.set("Cache-Control", "no-store");
    return reply;
}

Result<Reply> get_access(Patients& patients, Request& request) {
    const auto id = TRY(request.id_param<SubjectId>("subject"));
    const AccessView view =
        TRY(patients.db().read([&](db::Tx& tx) { return access_of(tx, id, request.received); }));
    json::array devices;
    for (const AccessView::Device& one : view.devices)
        devices.push_back(json::object{{"id", one.id.text},
                                       {"created_at", to_rfc3339(one.created_at)},
                                       {"last_seen_at", to_rfc3339(one.last_seen_at)}});
    return Reply::json(
        200, json::object{
                 {"invited_until", view.invited_until ? json::value(to_rfc3339(*view.invited_until))
                                                      : json::value(nullptr)},
                 {"devices", std::move(devices)}});
}

Result<Reply> delete_access(Patients& patients, Request& request) {
    const auto id = TRY(request.id_param<SubjectId>("subject"));
    const auto actor = identity::actor_of(request);
    TRY(patients.db().transact([&](db::Tx& tx) -> Result<void> {
        return end_access(tx, TRY(subjects::get(tx, id)), actor);
    }));
    return Reply::empty();
}

// --- the routes ---------------------------------------------------------------------------

void session_routes(http::Router& router, Patients& patients) {
    const Content session = Content::json(session_schema());
    const Schema text = Schema::text();
    router.add(
        Method::post, "/api/v1/patient/activation",
        Access::open("An invitation is how a patient's access begins; guesses are counted."),
        [&patients](Request& request) { return post_activation(patients, request); },
        {.name = "activatePatient",
         .summary = "Uses an invitation up with its code, and chooses the PIN of this device",
         .body = Content::json(Schema::named(
             "Activation",
             Schema::object({has("invitation", text), has("code", text), has("pin", text)}))),
         .good = {{200, "The session; its cookie and the device's are set", session}},
         .problems = {401, 422},
         .body_bytes_max = body_bytes_max});
    router.add(
        Method::post, "/api/v1/patient/session",
        Access::open("Coming in is how a session begins; guesses are counted."),
        [&patients](Request& request) { return post_session(patients, request); },
        {.name = "startPatientSession",
         .summary = "Comes in with this device's PIN",
         .body = Content::json(Schema::named("PatientPin", Schema::object({has("pin", text)}))),
         .good = {{200, "The session; its cookie is set", session}},
         .problems = {401},
         .body_bytes_max = body_bytes_max});
    router.add(Method::get, "/api/v1/patient/session", Access::signed_in(),
               [&patients](Request& request) { return get_session(patients, request); },
               {.name = "readPatientSession",
                .summary = "Which patient is signed in",
                .good = {{200, "The session", session}}});
    router.add(Method::del, "/api/v1/patient/session", Access::signed_in(),
               [&patients](Request& request) { return delete_session(patients, request); },
               {.name = "endPatientSession", .summary = "Goes out", .good = {{204, "Ended"}}});
}

void access_routes(http::Router& router, Patients& patients,
                   const http::ScopeOf& scope_of_subject) {
    const auto needs = [&](Permission permission) {
        return Access::needs(permission, scope_of_subject);
    };
    const Schema invitation = Schema::named(
        "Invitation",
        Schema::object({has("link", Schema::text()), has("invitation", Schema::text()),
                        has("code", Schema::text()), has("expires_at", Schema::instant())}));
    const Schema device =
        Schema::object({has("id", Schema::id()), has("created_at", Schema::instant()),
                        has("last_seen_at", Schema::instant())});
    const Schema access = Schema::named(
        "PatientAccess", Schema::object({has("invited_until", Schema::instant().or_null()),
                                         has("devices", Schema::list(device))}));
    router.add(Method::post, "/api/v1/subjects/{subject}/invitation",
               needs(Permission::subject_create),
               [&patients](Request& request) { return post_invitation(patients, request); },
               {.name = "invitePatient",
                .summary = "Makes a link for the patient and, to be told apart from it, a code; an "
                           "earlier unused link is void",
                .good = {{201, "Both, shown this once", Content::json(invitation)}}});
    router.add(Method::get, "/api/v1/subjects/{subject}/patient-access",
               needs(Permission::subject_view),
               [&patients](Request& request) { return get_access(patients, request); },
               {.name = "readPatientAccess",
                .summary = "Whether and on which devices the patient can come in",
                .good = {{200, "As it is now", Content::json(access)}}});
    router.add(Method::del, "/api/v1/subjects/{subject}/patient-access",
               needs(Permission::subject_create),
               [&patients](Request& request) { return delete_access(patients, request); },
               {.name = "endPatientAccess",
                .summary = "Ends the patient's links, devices and sessions",
                .good = {{204, "Nobody comes in with them any more"}}});
}

}  // namespace

void patient_routes(http::Router& router, App& app, Patients& patients) {
    session_routes(router, patients);
    access_routes(router, patients, subjects::scope_of_subject(app));
}

}  // namespace cohort::epro
