// SPDX-License-Identifier: Apache-2.0
// Subjects: people in a study, known by number only, each at one site; and their visits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/identity/actor.h"
#include "cohort/identity/rights.h"
#include "cohort/platform/db/tx.h"

namespace cohort::subjects {

using identity::Actor;

struct Subject {
    SubjectId id;
    StudyId study;
    SiteId site;
    std::string key;  ///< the subject's number, unique in the study
    std::optional<CivilDate> enrolled_on;
    std::int64_t position = 0;  ///< order of arrival in the study
    std::string extra;          ///< what an importer must keep with the subject; opaque here
};

struct NewSubject {
    StudyId study;
    SiteId site;
    std::optional<std::string> key;  ///< without one the site's next number is taken
    std::optional<CivilDate> enrolled_on;
    std::string extra;
};

/// Creates a subject, its audit record included, inside the caller's transaction.
///
/// Shape:  allocated numbers follow the site's pattern ("S01-####"), skip keys taken by hand and
/// are
///         never given twice, also when many are created at once.
/// Errors: conflict/subject-key-taken; invalid/bad-subject-key (1..64 characters, none of them a
///         control character, no space at either end); refused/subject-numbers-used-up;
///         not_found/site when the site takes no part in the study.
Result<Subject> create(db::Tx& tx, const NewSubject& wish, const Actor& actor);

/// Errors: not_found/subject.
Result<Subject> get(db::Tx& tx, const SubjectId& id);

/// The subject with this number in the study, if there is one.
Result<std::optional<Subject>> find(db::Tx& tx, const StudyId& study, const std::string& key);

/// Subjects of a study in order of arrival, `limit` at a time: pass the last one's position on.
Result<std::vector<Subject>> after(db::Tx& tx, const StudyId& study, std::int64_t position,
                                   int limit);

/// Which subjects of a study a list shows.
struct Filter {
    StudyId study;
    identity::SiteFilter sites;  ///< what the caller may see
    std::optional<SiteId> site;  ///< what the caller wants to see
    std::string search;          ///< part of the number, in either case; empty: all
};

/// Subjects by number. Shape: at most `limit` after skipping `offset`.
Result<std::vector<Subject>> list(db::Tx& tx, const Filter& filter, std::int64_t offset,
                                  std::int64_t limit);

Result<std::int64_t> count(db::Tx& tx, const Filter& filter);

/// Sets how a site's numbers are made from here on; numbers given out stay.
/// Errors: invalid/bad-number-pattern.
Result<void> set_number_pattern(db::Tx& tx, const StudyId& study, const SiteId& site,
                                const std::string& pattern, const Actor& actor);

/// A visit that exists because something was recorded at it.
struct Visit {
    SubjectId subject;
    std::string event;          ///< event OID
    std::string repeat = "1";   ///< event repeat key; "1" where a source gives none
    std::int64_t position = 0;  ///< order of arrival at the subject
    std::string extra;          ///< what an importer must keep with the visit; opaque here
};

/// Notes a visit unless it is known already; `extra`, when not empty, replaces what was kept.
Result<void> note_visit(db::Tx& tx, const Visit& visit);

/// A subject's recorded visits in order of arrival.
Result<std::vector<Visit>> visits(db::Tx& tx, const SubjectId& subject);

}  // namespace cohort::subjects
