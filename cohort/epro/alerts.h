// SPDX-License-Identifier: Apache-2.0
// Dangerous answers call somebody: the alerts in the store, who has been told of each, and who
// took care of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/epro/responses.h"
#include "cohort/identity/actor.h"
#include "cohort/identity/rights.h"
#include "cohort/platform/db/tx.h"

namespace cohort {
using AlertId = Id<struct AlertTag>;
}

namespace cohort::epro {

/// Who is told of an alert, in this order.
enum class Told : std::uint8_t {
    site,            ///< the coordinators and investigators there, at once
    monitor,         ///< the monitors of the site
    safety_officer,  ///< those of the study
    nobody,          ///< none is left: it stays an alarm for all who see the list
};
std::string_view to_string(Told told) noexcept;

/// That somebody was told.
struct Step {
    Told to = Told::site;
    std::vector<std::string> people = {};  ///< who held the roles then, by name
    Instant due_at;
    Instant done_at;
};

/// Somebody is called to a response.
struct Alert {
    AlertId id;
    StudyId study;
    SiteId site;
    SubjectId subject;
    std::string subject_key = {};
    ResponseId response;
    std::string rule;
    Instant raised_at;
    Instant due_at = {};  ///< by when the site should have taken it
    std::optional<Instant> next_step_at = {};
    std::optional<Instant> acknowledged_at = {};
    std::string acknowledged_by = {};
    std::string note = {};
    std::vector<Step> steps = {};

    /// Nobody has taken it, and nobody is left to be told.
    bool is_exhausted() const noexcept {
        return !acknowledged_at && !steps.empty() && steps.back().to == Told::nobody;
    }
    /// Who is told next. Precondition: there is a next step.
    Told next_told() const noexcept { return static_cast<Told>(steps.size()); }
};

/// Calls the site: the alert, and that the site was told of it at that moment.
Result<void> raise(db::Tx& tx, Alert alert);

/// Tells whoever comes next, with its audit record, unless the alert was acknowledged or the step
/// was taken. `number` is the number of steps before it, `by` what the audit says of its origin.
/// Errors: not_found/alert.
Result<void> pass_on(db::Tx& tx, const AlertId& id, std::size_t number, const std::string& by);

/// Errors: not_found/alert.
Result<Alert> get_alert(db::Tx& tx, const AlertId& id);

enum class AlertsShown : std::uint8_t { open, all };

/// Of a study, as far as `sites` allows, the most urgent first.
Result<std::vector<Alert>> alerts_of(db::Tx& tx, const StudyId& study, AlertsShown shown,
                                     const identity::SiteFilter& sites, std::int64_t limit);

/// Of a response, by rule.
Result<std::vector<Alert>> alerts_of(db::Tx& tx, const ResponseId& response);

/// Somebody takes care of it: from here on it is not open, and nobody else is told.
/// Errors: not_found/alert; conflict/alert-acknowledged (somebody was first);
///         refused/note-required.
Result<Alert> acknowledge(db::Tx& tx, const AlertId& id, const std::string& note,
                          const identity::Actor& actor);

/// Those of the whole store that nobody has taken.
struct OpenAlerts {
    std::int64_t count = 0;
    std::optional<Instant> oldest = {};
};
Result<OpenAlerts> open_alerts(db::Tx& tx);

// --- how long each of them has ----------------------------------------------------------------

inline constexpr std::int64_t patience_usual = 15;
inline constexpr std::int64_t patience_max = 24 * 60;

/// Minutes after which an alert of the study is passed on.
Result<std::int64_t> patience_of(db::Tx& tx, const StudyId& study);

/// Sets it for every step that is planned from here on, its audit record included.
/// Errors: not_found/study; invalid/bad-patience.
Result<void> set_patience(db::Tx& tx, const StudyId& study, std::int64_t minutes,
                          const identity::Actor& actor);

}  // namespace cohort::epro
