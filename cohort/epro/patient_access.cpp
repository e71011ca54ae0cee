// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/patient_access.h"

#include "cohort/audit/audit.h"
#include "cohort/identity/record.h"
#include "cohort/identity/sessions.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/platform/auth/random.h"

namespace cohort::epro {

using identity::Actor;
using subjects::Subject;

namespace {

// An ended session's row is of no use after a day: the audit says who was here when.
constexpr std::int64_t session_kept_ms = 24 * 60 * 60 * 1000;
constexpr std::size_t code_digits = 8;

std::int64_t ms(std::chrono::seconds duration) {
    return std::chrono::milliseconds(duration).count();
}

// A code has few digits: without the token, which the store does not have, its tag tells nothing.
std::string tag_of(std::string_view token, std::string_view code) {
    return auth::to_hex(auth::hmac_sha256(token, "cohort patient v1 " + std::string(code)));
}

std::string random_code() {
    std::string code;
    while (code.size() < code_digits)
        for (const char byte : auth::random_bytes(code_digits))
            if (const auto number = static_cast<unsigned char>(byte);
                number < 250 && code.size() < code_digits)
                code += static_cast<char>('0' + number % 10);
    return code;
}

Result<void> record(db::Tx& tx, const Actor& actor, const char* action, const Subject& subject,
                    const std::string& target, json::object detail = {}) {
    audit::Entry entry = identity::entry_of(actor, action, target);
    entry.study = subject.study;
    entry.site = subject.site;
    entry.subject = subject.id;
    entry.detail = std::move(detail);
    TRY(audit::append(tx, entry));
    return {};
}

// --- what is guessed at -------------------------------------------------------------------

/// An invitation or a device: whoever has its token and the secret that belongs to it comes in.
struct Lock {
    const char* table;
    std::string id;
    Subject subject;
    std::string tag;
    std::int64_t wrong = 0;
};

Result<std::optional<Lock>> lock_of(db::Tx& tx, const char* table,
                                    const std::optional<db::Row>& row) {
    if (!row) return std::optional<Lock>();
    return std::optional(Lock{.table = table,
                              .id = row->get<std::string>(0),
                              .subject = TRY(subjects::get(tx, row->get<SubjectId>(1))),
                              .tag = row->get<std::string>(2),
                              .wrong = row->get<std::int64_t>(3)});
}

Result<std::optional<Lock>> find_invitation(db::Tx& tx, std::string_view token, Instant at) {
    return lock_of(tx, "patient_invitation",
                   TRY(tx.maybe("SELECT id, subject_id, code_tag, wrong FROM patient_invitation "
                                "WHERE token_hash = ? AND ended_at IS NULL AND expires_at > ?",
                                auth::sha256_hex(token), at)));
}

Result<std::optional<Lock>> find_device(db::Tx& tx, std::string_view token) {
    return lock_of(tx, "patient_device",
                   TRY(tx.maybe("SELECT id, subject_id, pin_tag, wrong FROM patient_device "
                                "WHERE token_hash = ? AND ended_at IS NULL",
                                auth::sha256_hex(token))));
}

// So many were wrong that the link or the device may be in wrong hands: it is void.
Result<void> count_wrong(db::Tx& tx, const Lock& lock, const PatientSettings& settings,
                         const Actor& actor) {
    TRY(tx.put(std::string("UPDATE ") + lock.table + " SET wrong = wrong + 1 WHERE id = ?",
               lock.id));
    TRY(record(tx, actor, "patient.refused", lock.subject, lock.id));
    if (lock.wrong + 1 < settings.wrong_max) return {};
    const bool is_invitation = std::string_view(lock.table) == "patient_invitation";
    TRY(tx.put(std::string("UPDATE ") + lock.table + " SET ended_at = ?" +
                   (is_invitation ? ", ended_how = 'guessed'" : "") + " WHERE id = ?",
               now(), lock.id));
    return record(tx, actor, "patient.locked-out", lock.subject, lock.id);
}

struct Tried {
    std::optional<Lock> opened = {};                ///< by the right secret
    std::optional<std::chrono::seconds> wait = {};  ///< too many were wrong
};

// Counts the attempt before it looks, as signing in does, and gives it back when it was right.
Result<Tried> try_secret(db::Tx& tx, std::optional<Lock> lock, std::string_view token,
                         std::string_view secret, const PatientSettings& settings,
                         const Actor& actor) {
    const auto attempt = TRY(identity::take_attempt(tx, "patient " + auth::sha256_hex(token),
                                                    actor.address, settings.guesses, now()));
    if (attempt.wait) return Tried{.wait = attempt.wait};
    const std::string tag = tag_of(token, secret);
    if (!lock || !auth::same_bytes(tag, lock->tag)) {
        if (lock) TRY(count_wrong(tx, *lock, settings, actor));
        return Tried{};
    }
    TRY(identity::give_back(tx, attempt.id));
    return Tried{.opened = std::move(lock)};
}

// --- sessions -----------------------------------------------------------------------------

Result<Entered> open_session(db::Tx& tx, const Subject& subject, const DeviceId& device,
                             const PatientSettings& settings, const Actor& actor) {
    const Instant at = now();
    TRY(tx.put("DELETE FROM patient_session WHERE expires_at < ?",
               Instant{at.ms - session_kept_ms}));
    Entered entered{.session = {.id = new_id<PatientSessionId>(),
                                .device = device,
                                .subject = subject.id,
                                .study = subject.study,
                                .site = subject.site,
                                .last_seen_at = at,
                                .expires_at = Instant{at.ms + ms(settings.absolute)}},
                    .session_token = auth::random_token(),
                    .device_token = {}};
    TRY(
        tx.put("INSERT INTO patient_session (id, device_id, subject_id, token_hash, created_at, "
               "last_seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
               entered.session.id, device, subject.id, auth::sha256_hex(entered.session_token), at,
               at, entered.session.expires_at));
    TRY(tx.put("UPDATE patient_device SET last_seen_at = ?, wrong = 0 WHERE id = ?", at, device));
    TRY(record(tx, actor, "patient.session.started", subject, entered.session.id.text));
    return entered;
}

Result<void> void_invitations(db::Tx& tx, const SubjectId& subject, const char* how, Instant at) {
    TRY(
        tx.put("UPDATE patient_invitation SET ended_at = ?, ended_how = ? "
               "WHERE subject_id = ? AND ended_at IS NULL",
               at, how, subject));
    return {};
}

}  // namespace

// --- staff --------------------------------------------------------------------------------

Result<Invitation> invite(db::Tx& tx, const Subject& subject, const PatientSettings& settings,
                          const Actor& actor) {
    const Instant at = now();
    const Invitation made{.id = new_id<InvitationId>(),
                          .token = auth::random_token(),
                          .code = random_code(),
                          .expires_at = Instant{at.ms + ms(settings.invited)}};
    TRY(void_invitations(tx, subject.id, "replaced", at));
    TRY(
        tx.put("INSERT INTO patient_invitation (id, subject_id, token_hash, code_tag, wrong, "
               "created_at, created_by, expires_at) VALUES (?, ?, ?, ?, 0, ?, ?, ?)",
               made.id, subject.id, auth::sha256_hex(made.token), tag_of(made.token, made.code), at,
               actor.name(), made.expires_at));
    TRY(record(tx, actor, "patient.invited", subject, made.id.text));
    return made;
}

Result<AccessView> access_of(db::Tx& tx, const SubjectId& subject, Instant at) {
    AccessView view;
    for (const db::Row& row :
         TRY(tx.all("SELECT expires_at FROM patient_invitation WHERE subject_id = ? "
                    "AND ended_at IS NULL AND expires_at > ?",
                    subject, at)))
        view.invited_until = row.get<Instant>(0);
    for (const db::Row& row :
         TRY(tx.all("SELECT id, created_at, last_seen_at FROM patient_device "
                    "WHERE subject_id = ? AND ended_at IS NULL ORDER BY created_at, id",
                    subject)))
        view.devices.push_back({.id = row.get<DeviceId>(0),
                                .created_at = row.get<Instant>(1),
                                .last_seen_at = row.get<Instant>(2)});
    return view;
}

Result<void> end_access(db::Tx& tx, const Subject& subject, const Actor& actor) {
    const Instant at = now();
    TRY(void_invitations(tx, subject.id, "revoked", at));
    for (const char* table : {"patient_device", "patient_session"})
        TRY(tx.put(std::string("UPDATE ") + table +
                       " SET ended_at = ? WHERE subject_id = ? AND ended_at IS NULL",
                   at, subject.id));
    return record(tx, actor, "patient.access-ended", subject, subject.id.text);
}

// --- patients -----------------------------------------------------------------------------

Result<Entry> activate(db::Tx& tx, std::string_view token, std::string_view code,
                       std::string_view pin, const PatientSettings& settings, const Actor& actor) {
    const Instant at = now();
    const Tried tried =
        TRY(try_secret(tx, TRY(find_invitation(tx, token, at)), token, code, settings, actor));
    if (!tried.opened) return Entry{.wait = tried.wait};
    const Lock& lock = *tried.opened;
    TRY(tx.put("UPDATE patient_invitation SET ended_at = ?, ended_how = 'used' WHERE id = ?", at,
               lock.id));
    const auto device = new_id<DeviceId>();
    std::string device_token = auth::random_token();
    TRY(
        tx.put("INSERT INTO patient_device (id, subject_id, token_hash, pin_tag, wrong, "
               "created_at, last_seen_at) VALUES (?, ?, ?, ?, 0, ?, ?)",
               device, lock.subject.id, auth::sha256_hex(device_token), tag_of(device_token, pin),
               at, at));
    TRY(record(tx, actor, "patient.activated", lock.subject, device.text));
    Entered entered = TRY(open_session(tx, lock.subject, device, settings, actor));
    entered.device_token = std::move(device_token);
    return Entry{.entered = std::move(entered)};
}

Result<Entry> come_in(db::Tx& tx, std::string_view device_token, std::string_view pin,
                      const PatientSettings& settings, const Actor& actor) {
    const Tried tried =
        TRY(try_secret(tx, TRY(find_device(tx, device_token)), device_token, pin, settings, actor));
    if (!tried.opened) return Entry{.wait = tried.wait};
    const Lock& lock = *tried.opened;
    return Entry{.entered =
                     TRY(open_session(tx, lock.subject, DeviceId{lock.id}, settings, actor))};
}

Result<std::optional<PatientSession>> find_patient_session(db::Tx& tx, std::string_view token,
                                                           const PatientSettings& settings,
                                                           Instant at) {
    if (!identity::is_token(token)) return std::optional<PatientSession>();
    const auto row =
        TRY(tx.maybe("SELECT p.id, p.device_id, p.subject_id, s.study_id, s.site_id, "
                     "p.last_seen_at, p.expires_at FROM patient_session p "
                     "JOIN enrolled_subject s ON s.id = p.subject_id "
                     "WHERE p.token_hash = ? AND p.ended_at IS NULL",
                     auth::sha256_hex(token)));
    if (!row) return std::optional<PatientSession>();
    PatientSession session{.id = row->get<PatientSessionId>(0),
                           .device = row->get<DeviceId>(1),
                           .subject = row->get<SubjectId>(2),
                           .study = row->get<StudyId>(3),
                           .site = row->get<SiteId>(4),
                           .last_seen_at = row->get<Instant>(5),
                           .expires_at = row->get<Instant>(6)};
    const bool is_alive =
        at < session.expires_at && at.ms < session.last_seen_at.ms + ms(settings.idle);
    return is_alive ? std::optional(std::move(session)) : std::nullopt;
}

Result<void> touch_patient_session(db::Tx& tx, const PatientSessionId& id, Instant at) {
    TRY(tx.put("UPDATE patient_session SET last_seen_at = ? WHERE id = ? AND last_seen_at < ?", at,
               id, at));
    return {};
}

Result<void> end_patient_session(db::Tx& tx, const PatientSession& session, const Actor& actor) {
    const auto ended =
        TRY(tx.run("UPDATE patient_session SET ended_at = ? WHERE id = ? AND ended_at IS NULL",
                   now(), session.id));
    if (ended == 0) return {};
    return record(tx, actor, "patient.session.ended", TRY(subjects::get(tx, session.subject)),
                  session.id.text);
}

Result<void> check_pin(std::string_view pin) {
    bool is_run = true;
    bool is_one = true;
    for (std::size_t i = 1; i < pin.size(); ++i) {
        is_run = is_run && pin[i] == pin[i - 1] + 1;
        is_one = is_one && pin[i] == pin[i - 1];
    }
    if (pin.size() < 6 || pin.size() > 64 || is_run || is_one)
        return refused("weak-pin",
                       "Choose a PIN of at least six characters that nobody guesses at once.");
    return {};
}

Actor patient_actor(const http::Request& request) {
    Actor actor = identity::actor_of(request);
    actor.user = {};
    actor.part = "patient";
    actor.role = "patient";
    return actor;
}

}  // namespace cohort::epro
