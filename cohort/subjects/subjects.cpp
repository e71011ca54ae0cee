// SPDX-License-Identifier: Apache-2.0
#include "cohort/subjects/subjects.h"

#include "cohort/audit/audit.h"
#include "cohort/sites/sites.h"
#include "cohort/subjects/entry.h"
#include "cohort/subjects/numbering.h"

namespace cohort::subjects {

// --- numbers ------------------------------------------------------------------------------

static Result<bool> is_taken(db::Tx& tx, const StudyId& study, const std::string& key) {
    return TRY(tx.maybe("SELECT id FROM subject WHERE study_id = ? AND key = ?", study, key))
        .has_value();
}

// The counter's row is written first, so that two creations at one site take turns also where
// write transactions run side by side.
static Result<std::int64_t> take_number(db::Tx& tx, const StudyId& study, const sites::Site& site) {
    TRY(
        tx.put("INSERT INTO subject_numbering (study_id, site_id, pattern, next) "
               "VALUES (?, ?, ?, 2) ON CONFLICT (study_id, site_id) "
               "DO UPDATE SET next = subject_numbering.next + 1",
               study, site.id, default_pattern(site.oid)));
    const db::Row row = TRY(tx.one(
        "SELECT next FROM subject_numbering WHERE study_id = ? AND site_id = ?", study, site.id));
    return row.get<std::int64_t>(0) - 1;
}

static Result<std::string> next_key(db::Tx& tx, const StudyId& study, const sites::Site& site) {
    for (;;) {  // ends: every turn takes a number, and a pattern has room for a billion at most
        const std::int64_t number = TRY(take_number(tx, study, site));
        const db::Row row =
            TRY(tx.one("SELECT pattern FROM subject_numbering WHERE study_id = ? AND site_id = ?",
                       study, site.id));
        std::string key = TRY(key_of(row.get<std::string>(0), number));
        if (!TRY(is_taken(tx, study, key))) return key;
    }
}

static Result<std::string> given_key(db::Tx& tx, const StudyId& study, const std::string& key) {
    TRY(check_key(key));
    if (TRY(is_taken(tx, study, key)))
        return conflict("subject-key-taken", "The study has a subject with this number already.");
    return key;
}

Result<void> set_number_pattern(db::Tx& tx, const StudyId& study, const SiteId& site,
                                const std::string& pattern, const Actor& actor) {
    TRY(check_pattern(pattern));
    TRY(
        tx.put("INSERT INTO subject_numbering (study_id, site_id, pattern, next) "
               "VALUES (?, ?, ?, 1) ON CONFLICT (study_id, site_id) "
               "DO UPDATE SET pattern = excluded.pattern",
               study, site, pattern));
    audit::Entry entry = entry_of(actor, "subject.numbering.changed");
    entry.study = study;
    entry.site = site;
    entry.detail = {{"pattern", pattern}};
    TRY(audit::append(tx, entry));
    return {};
}

// --- subjects -----------------------------------------------------------------------------

static constexpr const char* columns =
    "SELECT id, study_id, site_id, key, enrolled_on, position, extra FROM subject ";

static Subject subject_of(const db::Row& row) {
    return {.id = row.get<SubjectId>(0),
            .study = row.get<StudyId>(1),
            .site = row.get<SiteId>(2),
            .key = row.get<std::string>(3),
            .enrolled_on = row.get<std::optional<CivilDate>>(4),
            .position = row.get<std::int64_t>(5),
            .extra = row.get<std::string>(6)};
}

static std::vector<Subject> subjects_of(const db::Rows& rows) {
    std::vector<Subject> subjects;
    subjects.reserve(rows.size());
    for (const db::Row& row : rows) subjects.push_back(subject_of(row));
    return subjects;
}

static Result<void> insert(db::Tx& tx, const Subject& subject) {
    TRY(
        tx.put("INSERT INTO subject "
               "(id, study_id, site_id, key, enrolled_on, position, created_at, extra) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               subject.id, subject.study, subject.site, subject.key, subject.enrolled_on,
               subject.position, now(), subject.extra));
    return {};
}

static Result<void> record(db::Tx& tx, const Subject& subject, const Actor& actor) {
    audit::Entry entry = entry_of(actor, "subject.created");
    entry.study = subject.study;
    entry.site = subject.site;
    entry.subject = subject.id;
    entry.new_value = audit::Datum{.text = subject.key, .unit = {}};
    if (subject.enrolled_on) entry.detail = {{"enrolled_on", to_string(*subject.enrolled_on)}};
    TRY(audit::append(tx, entry));
    return {};
}

Result<Subject> create(db::Tx& tx, const NewSubject& wish, const Actor& actor) {
    if (!TRY(sites::is_active(tx, wish.study, wish.site)))
        return not_found("site", "The study has no such site.");
    const sites::Site site = TRY(sites::get(tx, wish.site));
    const db::Row last = TRY(
        tx.one("SELECT COALESCE(MAX(position), 0) FROM subject WHERE study_id = ?", wish.study));
    Subject subject{.id = new_id<SubjectId>(),
                    .study = wish.study,
                    .site = wish.site,
                    .key = wish.key ? TRY(given_key(tx, wish.study, *wish.key))
                                    : TRY(next_key(tx, wish.study, site)),
                    .enrolled_on = wish.enrolled_on,
                    .position = last.get<std::int64_t>(0) + 1,
                    .extra = wish.extra};
    TRY(insert(tx, subject));
    TRY(record(tx, subject, actor));
    return subject;
}

Result<Subject> get(db::Tx& tx, const SubjectId& id) {
    const auto row = TRY(tx.maybe(std::string(columns) + "WHERE id = ?", id));
    if (!row) return not_found("subject", "There is no such subject.");
    return subject_of(*row);
}

Result<std::optional<Subject>> find(db::Tx& tx, const StudyId& study, const std::string& key) {
    const auto row =
        TRY(tx.maybe(std::string(columns) + "WHERE study_id = ? AND key = ?", study, key));
    return row ? std::optional(subject_of(*row)) : std::nullopt;
}

Result<std::vector<Subject>> after(db::Tx& tx, const StudyId& study, std::int64_t position,
                                   int limit) {
    return subjects_of(TRY(tx.all(std::string(columns) + "WHERE study_id = ? AND position > ? "
                                                         "ORDER BY position LIMIT ?",
                                  study, position, limit)));
}

// --- lists --------------------------------------------------------------------------------

// A list of ids as one parameter: ids have no wildcards, so LIKE finds them whole.
static std::string joined(const identity::SiteFilter& sites) {
    std::string out;
    for (const SiteId& site : sites.sites) out += site.text + ",";
    return out;
}

static std::string like_pattern(std::string_view search) {
    std::string out = "%";
    for (const char c : search) {
        if (c == '%' || c == '_' || c == '\\') out += '\\';
        out += c;
    }
    return out + "%";
}

static constexpr const char* where =
    "WHERE study_id = ? AND (? = 1 OR ? LIKE '%' || site_id || '%') AND (? = '' OR site_id = ?) "
    "AND LOWER(key) LIKE LOWER(?) ESCAPE '\\' ";

Result<std::vector<Subject>> list(db::Tx& tx, const Filter& filter, std::int64_t offset,
                                  std::int64_t limit) {
    const std::string site = filter.site.value_or(SiteId()).text;
    return subjects_of(TRY(tx.all(std::string(columns) + where + "ORDER BY key LIMIT ? OFFSET ?",
                                  filter.study, filter.sites.all, joined(filter.sites), site, site,
                                  like_pattern(filter.search), limit, offset)));
}

Result<std::int64_t> count(db::Tx& tx, const Filter& filter) {
    const std::string site = filter.site.value_or(SiteId()).text;
    const db::Row row = TRY(tx.one(std::string("SELECT COUNT(*) FROM subject ") + where,
                                   filter.study, filter.sites.all, joined(filter.sites), site, site,
                                   like_pattern(filter.search)));
    return row.get<std::int64_t>(0);
}

// --- visits -------------------------------------------------------------------------------

Result<void> note_visit(db::Tx& tx, const Visit& visit) {
    TRY(
        tx.put("INSERT INTO visit (subject_id, event_oid, event_repeat, position, extra) "
               "SELECT ?, ?, ?, COALESCE(MAX(position), 0) + 1, ? FROM visit WHERE subject_id = ? "
               "ON CONFLICT (subject_id, event_oid, event_repeat) DO UPDATE SET extra = "
               "CASE WHEN excluded.extra = '' THEN visit.extra ELSE excluded.extra END",
               visit.subject, visit.event, visit.repeat, visit.extra, visit.subject));
    return {};
}

Result<std::vector<Visit>> visits(db::Tx& tx, const SubjectId& subject) {
    std::vector<Visit> visits;
    for (const db::Row& row :
         TRY(tx.all("SELECT event_oid, event_repeat, position, extra FROM visit "
                    "WHERE subject_id = ? ORDER BY position",
                    subject)))
        visits.push_back({.subject = subject,
                          .event = row.get<std::string>(0),
                          .repeat = row.get<std::string>(1),
                          .position = row.get<std::int64_t>(2),
                          .extra = row.get<std::string>(3)});
    return visits;
}

}  // namespace cohort::subjects
