// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/alerts.h"

#include <array>

#include "cohort/audit/audit.h"
#include "cohort/identity/grants.h"
#include "cohort/identity/record.h"
#include "cohort/study/store.h"

namespace cohort::epro {

using identity::Role;

namespace {

// --- who is told --------------------------------------------------------------------------

struct Rung {
    Told told;
    std::string_view word;
    std::vector<Role> roles;
};

// The site acts; a monitor and a safety officer see the answers and see to it that it does.
const std::array<Rung, 4>& ladder() {
    static const std::array<Rung, 4> rungs{{
        {Told::site, "site", {Role::coordinator, Role::investigator}},
        {Told::monitor, "monitor", {Role::monitor}},
        {Told::safety_officer, "safety_officer", {Role::safety_officer}},
        {Told::nobody, "nobody", {}},
    }};
    return rungs;
}

const Rung& rung_of(Told told) {
    return ladder().at(static_cast<std::size_t>(told));
}

Result<Told> parse_told(std::string_view word) {
    for (const Rung& rung : ladder())
        if (rung.word == word) return rung.told;
    return internal("stored-alert-step", "an alert was passed on to nobody that is known");
}

// --- rows ---------------------------------------------------------------------------------

const std::string alert_columns =
    "SELECT id, study_id, site_id, subject_id, response_id, rule, raised_at, due_at, "
    "acknowledged_at, acknowledged_by, note, next_step_at, "
    "(SELECT key FROM subject WHERE subject.id = subject_id) FROM patient_alert ";

Alert alert_of(const db::Row& row) {
    return {.id = row.get<AlertId>(0),
            .study = row.get<StudyId>(1),
            .site = row.get<SiteId>(2),
            .subject = row.get<SubjectId>(3),
            .subject_key = row.get<std::string>(12),
            .response = row.get<ResponseId>(4),
            .rule = row.get<std::string>(5),
            .raised_at = row.get<Instant>(6),
            .due_at = row.get<Instant>(7),
            .next_step_at = row.get<std::optional<Instant>>(11),
            .acknowledged_at = row.get<std::optional<Instant>>(8),
            .acknowledged_by = row.get<std::optional<std::string>>(9).value_or(""),
            .note = row.get<std::optional<std::string>>(10).value_or("")};
}

json::array to_json(const std::vector<std::string>& names) {
    json::array all;
    for (const std::string& name : names) all.emplace_back(name);
    return all;
}

Result<Step> step_of(const db::Row& row) {
    Step step{.to = TRY(parse_told(row.get<std::string>(1))),
              .due_at = row.get<Instant>(3),
              .done_at = row.get<Instant>(4)};
    const auto names = TRY(
        json::as_array(TRY(json::parse(row.get<std::string>(2))), "the people of an alert's step"));
    for (const json::value& name : names) step.people.emplace_back(name.as_string());
    return step;
}

// The alerts that a condition finds, in its order, with their steps: two questions, however many
// there are.
template <class... Args>
Result<std::vector<Alert>> find_alerts(db::Tx& tx, const std::string& where, const Args&... args) {
    std::vector<Alert> alerts;
    for (const db::Row& row : TRY(tx.all(alert_columns + where, args...)))
        alerts.push_back(alert_of(row));
    const auto steps = TRY(tx.all(
        "SELECT alert_id, told, people, due_at, done_at FROM patient_alert_step WHERE alert_id IN "
        "(SELECT id FROM patient_alert " +
            where + ") ORDER BY number",
        args...));
    for (Alert& alert : alerts)
        for (const db::Row& row : steps)
            if (row.get<AlertId>(0) == alert.id) alert.steps.push_back(TRY(step_of(row)));
    return alerts;
}

// --- steps --------------------------------------------------------------------------------

// Notes that a step was taken, and when the next one is due. Where nobody holds a role there is
// nobody to wait for.
Result<Step> take_step(db::Tx& tx, const Alert& alert, Instant due_at, Instant at) {
    const Rung& rung = rung_of(alert.next_told());
    const Step step{.to = rung.told,
                    .people = TRY(identity::holders_of(
                        tx, rung.roles, {.study = alert.study, .site = alert.site}, at)),
                    .due_at = due_at,
                    .done_at = at};
    TRY(tx.put(
        "INSERT INTO patient_alert_step (alert_id, number, told, people, due_at, done_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        alert.id, alert.steps.size(), rung.word, json::to_text(to_json(step.people)), due_at, at));
    const std::int64_t minutes = step.people.empty() ? 0 : TRY(patience_of(tx, alert.study));
    std::optional<Instant> next;
    if (step.to != Told::nobody) next = Instant{at.ms + minutes * 60'000};
    TRY(tx.put("UPDATE patient_alert SET next_step_at = ? WHERE id = ?", next, alert.id));
    return step;
}

audit::Entry about(audit::Entry entry, const Alert& alert) {
    entry.study = alert.study;
    entry.site = alert.site;
    entry.subject = alert.subject;
    entry.target = alert.id.text;
    return entry;
}

}  // namespace

std::string_view to_string(Told told) noexcept {
    return rung_of(told).word;
}

Result<void> raise(db::Tx& tx, Alert alert) {
    alert.due_at = Instant{alert.raised_at.ms + TRY(patience_of(tx, alert.study)) * 60'000};
    TRY(
        tx.put("INSERT INTO patient_alert (id, study_id, site_id, subject_id, response_id, rule, "
               "raised_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               alert.id, alert.study, alert.site, alert.subject, alert.response, alert.rule,
               alert.raised_at, alert.due_at));
    TRY(take_step(tx, alert, alert.raised_at, alert.raised_at));
    return {};
}

Result<void> pass_on(db::Tx& tx, const AlertId& id, std::size_t number, const std::string& by) {
    const Alert alert = TRY(get_alert(tx, id));
    if (!alert.next_step_at || alert.steps.size() != number) return {};
    const Step step = TRY(take_step(tx, alert, *alert.next_step_at, now()));
    audit::Entry entry;
    entry.actor = "alert.escalation";
    entry.how = by;
    entry.action = step.to == Told::nobody ? "patient-alert.exhausted" : "patient-alert.passed-on";
    entry.detail = {{"to", to_string(step.to)},
                    {"people", to_json(step.people)},
                    {"due_at", to_rfc3339(step.due_at)}};
    TRY(audit::append(tx, about(std::move(entry), alert)));
    return {};
}

// --- looking ------------------------------------------------------------------------------

Result<Alert> get_alert(db::Tx& tx, const AlertId& id) {
    auto found = TRY(find_alerts(tx, "WHERE id = ?", id));
    if (found.empty()) return not_found("alert", "There is no such alert.");
    return std::move(found.front());
}

Result<std::vector<Alert>> alerts_of(db::Tx& tx, const StudyId& study, AlertsShown shown,
                                     const identity::SiteFilter& sites, std::int64_t limit) {
    // A list of ids as one parameter: ids have no wildcards, so LIKE finds them whole.
    std::string listed;
    for (const SiteId& site : sites.sites) listed += site.text + ",";
    // Those that nobody has taken come first, the oldest of them before all.
    return find_alerts(tx,
                       "WHERE study_id = ? AND (? = 1 OR acknowledged_at IS NULL) "
                       "AND (? = 1 OR ? LIKE '%' || site_id || '%') "
                       "ORDER BY CASE WHEN acknowledged_at IS NULL THEN 0 ELSE 1 END, "
                       "CASE WHEN acknowledged_at IS NULL THEN raised_at "
                       "ELSE -raised_at END, id LIMIT ?",
                       study, shown == AlertsShown::all, sites.all, listed, limit);
}

Result<std::vector<Alert>> alerts_of(db::Tx& tx, const ResponseId& response) {
    return find_alerts(tx, "WHERE response_id = ? ORDER BY rule, id", response);
}

Result<OpenAlerts> open_alerts(db::Tx& tx) {
    const auto row = TRY(
        tx.one("SELECT count(*), min(raised_at) FROM patient_alert WHERE acknowledged_at IS NULL"));
    return OpenAlerts{row.get<std::int64_t>(0), row.get<std::optional<Instant>>(1)};
}

// --- taking care --------------------------------------------------------------------------

Result<Alert> acknowledge(db::Tx& tx, const AlertId& id, const std::string& note,
                          const identity::Actor& actor) {
    Alert alert = TRY(get_alert(tx, id));
    if (alert.acknowledged_at)
        return conflict("alert-acknowledged", "Somebody has taken this alert already.");
    if (note.empty()) return refused("note-required", "Say what is done about the alert.");
    alert.acknowledged_at = now();
    alert.acknowledged_by = actor.name();
    alert.note = note;
    alert.next_step_at.reset();
    TRY(
        tx.put("UPDATE patient_alert SET acknowledged_at = ?, acknowledged_by = ?, note = ?, "
               "next_step_at = NULL WHERE id = ?",
               alert.acknowledged_at, alert.acknowledged_by, note, id));
    audit::Entry entry =
        about(identity::entry_of(actor, "patient-alert.acknowledged", id.text), alert);
    entry.new_value = audit::Datum{.text = note, .unit = {}};
    TRY(audit::append(tx, entry));
    return alert;
}

// --- patience -----------------------------------------------------------------------------

Result<std::int64_t> patience_of(db::Tx& tx, const StudyId& study) {
    const auto row = TRY(tx.maybe("SELECT minutes FROM alert_patience WHERE study_id = ?", study));
    return row ? row->get<std::int64_t>(0) : patience_usual;
}

Result<void> set_patience(db::Tx& tx, const StudyId& study, std::int64_t minutes,
                          const identity::Actor& actor) {
    TRY(study::get(tx, study));
    if (minutes < 1 || minutes > patience_max)
        return invalid("bad-patience", "Alerts are passed on after 1 minute to 24 hours.");
    const std::int64_t before = TRY(patience_of(tx, study));
    TRY(
        tx.put("INSERT INTO alert_patience (study_id, minutes, changed_at, changed_by) "
               "VALUES (?, ?, ?, ?) ON CONFLICT (study_id) DO UPDATE SET "
               "minutes = excluded.minutes, changed_at = excluded.changed_at, "
               "changed_by = excluded.changed_by",
               study, minutes, now(), actor.name()));
    audit::Entry entry = identity::entry_of(actor, "alert-patience.set", study.text);
    entry.study = study;
    entry.old_value = audit::Datum{.text = std::to_string(before), .unit = {}};
    entry.new_value = audit::Datum{.text = std::to_string(minutes), .unit = {}};
    TRY(audit::append(tx, entry));
    return {};
}

}  // namespace cohort::epro
