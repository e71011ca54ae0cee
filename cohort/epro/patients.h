// SPDX-License-Identifier: Apache-2.0
// The patients' door: which patient is calling, and how one comes in.
#pragma once

#include <string>
#include <string_view>

#include "cohort/epro/patient_access.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/access.h"
#include "cohort/platform/http/router.h"

namespace cohort::epro {

inline constexpr std::string_view patient_cookie = "cohort_patient";
inline constexpr std::string_view device_cookie = "cohort_patient_device";

/// What the routes of patients begin with. Whoever is signed in there is a patient: the rule goes
/// by the path, so that no route can forget it, and a user's session is nobody's there.
inline constexpr std::string_view patient_path = "/api/v1/patient/";

struct PatientCaller {
    SubjectId subject;
    StudyId study;
    SiteId site;
};

/// Which patient calls. Only in handlers of these routes that are not open.
const PatientCaller& patient_of(const http::Request& request);

/// Sessions of patients over one store: another kind than those of users. Safe from any goroutine.
class Patients {
  public:
    Patients(db::Db& db, const PatientSettings& settings) : db_(db), settings_(settings) {}

    /// Lets patients through on the routes of patients; every other route is the users' rule's.
    /// Both must outlive it.
    /// Errors: unauthenticated/no-session; forbidden/csrf; those of `users`.
    http::Authoriser authoriser(http::Authoriser users);

    /// The living session of a request's cookie.
    Result<std::optional<PatientSession>> session_of(const http::Request& request);

    db::Db& db() noexcept { return db_; }
    const PatientSettings& settings() const noexcept { return settings_; }

  private:
    Result<void> authorise(http::Request& request);

    db::Db& db_;
    const PatientSettings settings_;
};

/// /patient/activation and /patient/session for patients; invitations and access for staff.
void patient_routes(http::Router& router, App& app, Patients& patients);

}  // namespace cohort::epro
