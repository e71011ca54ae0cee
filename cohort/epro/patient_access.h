// SPDX-License-Identifier: Apache-2.0
// How patients come in, in the store: invitations, devices and sessions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/identity/actor.h"
#include "cohort/identity/lockout.h"
#include "cohort/platform/db/tx.h"
#include "cohort/subjects/subjects.h"

namespace cohort::epro {

using InvitationId = Id<struct InvitationTag>;
using DeviceId = Id<struct DeviceTag>;
using PatientSessionId = Id<struct PatientSessionTag>;

struct PatientSettings {
    std::chrono::seconds idle{15 * 60};               ///< a session ends without any request
    std::chrono::seconds absolute{12 * 60 * 60};      ///< and after this long in any case
    std::chrono::seconds invited{14 * 24 * 60 * 60};  ///< how long an invitation may be used
    identity::GuessLimits guesses{.per_account = 5};  ///< per_account: of one link or device
    int wrong_max = 10;  ///< so many wrong ones in all end an invitation or a device
    bool secure_cookie = false;
};

/// What is handed to the patient, by two ways. Neither is anywhere else.
struct Invitation {
    InvitationId id;
    std::string token;  ///< in the link or the QR code
    std::string code;   ///< eight digits, told apart from the link
    Instant expires_at;
};

/// Invites a subject; an earlier invitation that was not used is void.
Result<Invitation> invite(db::Tx& tx, const subjects::Subject& subject,
                          const PatientSettings& settings, const identity::Actor& actor);

/// What staff may know of a patient's access.
struct AccessView {
    struct Device {
        DeviceId id;
        Instant created_at;
        Instant last_seen_at;
    };
    std::optional<Instant> invited_until;  ///< an invitation may be used until then
    std::vector<Device> devices;
};
Result<AccessView> access_of(db::Tx& tx, const SubjectId& subject, Instant at);

/// Ends everything by which a subject could come in, open sessions included.
Result<void> end_access(db::Tx& tx, const subjects::Subject& subject, const identity::Actor& actor);

struct PatientSession {
    PatientSessionId id;
    DeviceId device;
    SubjectId subject;
    StudyId study;
    SiteId site;
    Instant last_seen_at;
    Instant expires_at;  ///< the absolute end
};

/// The living session of a token, if there is one.
Result<std::optional<PatientSession>> find_patient_session(db::Tx& tx, std::string_view token,
                                                           const PatientSettings& settings,
                                                           Instant at);

/// Notes that the session is in use.
Result<void> touch_patient_session(db::Tx& tx, const PatientSessionId& id, Instant at);

/// Ends it, if it lives.
Result<void> end_patient_session(db::Tx& tx, const PatientSession& session,
                                 const identity::Actor& actor);

/// Who comes in, and what the browser must keep.
struct Entered {
    PatientSession session;
    std::string session_token;
    std::string device_token;  ///< empty: the one it has
};

/// How coming in ended. A wrong code is no error of the transaction: it is counted in it.
struct Entry {
    std::optional<Entered> entered = {};
    std::optional<std::chrono::seconds> wait = {};  ///< too many were wrong: how long
};

/// Uses an invitation up: from here on this device comes in with the PIN.
/// Shape: nothing when the link or the code is wrong, used or too old, all alike.
Result<Entry> activate(db::Tx& tx, std::string_view token, std::string_view code,
                       std::string_view pin, const PatientSettings& settings,
                       const identity::Actor& actor);

/// Opens a session on a device that an invitation was used on.
/// Shape: nothing when the device is unknown or the PIN is wrong, both alike.
Result<Entry> come_in(db::Tx& tx, std::string_view device_token, std::string_view pin,
                      const PatientSettings& settings, const identity::Actor& actor);

/// Errors: refused/weak-pin unless it has 6 to 64 characters and is neither one character repeated
///         nor a run like 123456.
Result<void> check_pin(std::string_view pin);

/// The patient, for the audit: the record's subject says which.
identity::Actor patient_actor(const http::Request& request);

}  // namespace cohort::epro
