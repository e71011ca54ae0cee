// SPDX-License-Identifier: Apache-2.0
// Who did what, when, where and why. A record commits in the transaction of the change it
// describes; the sealer (sealer.h) chains it within a second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/json.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/platform/db/tx.h"

namespace cohort::audit {

/// A value with its unit, as text; the two are read together or not at all.
struct Datum {
    std::string text;
    std::string unit;

    friend bool operator==(const Datum&, const Datum&) = default;
};

/// What the caller knows of a change. Empty fields are absent.
struct Entry {
    std::string actor;  ///< the user's id; the name of a part of the server ("sealer") without one
    std::string role;   ///< the role in which the user acted
    std::string on_behalf_of;
    std::string action;  ///< a stable word: "form.item.changed"

    StudyId study;  ///< empty: the record belongs to the system's own chain
    SiteId site;
    std::string zone;  ///< the site's zone name
    SubjectId subject;
    std::string event;  ///< OIDs and repeat keys, as in the study
    std::string event_repeat;
    std::string form;
    std::string form_repeat;
    FormId form_id;  ///< the form instance
    std::string group;
    std::string group_repeat;
    std::string item;
    std::string target;  ///< any other object it is about: a user, a session, a record

    std::optional<Datum> old_value;
    std::optional<Datum> new_value;
    std::string reason_code;
    std::string reason;   ///< free text
    std::string address;  ///< where from: the network address
    std::string client;   ///< where from: the program
    std::string how;      ///< "ui", "api", "import", a job's id
    json::object detail;  ///< more, without personal data: it can never be redacted

    std::optional<Instant> at;  ///< the change's own time; absent: now
};

/// Writes one record in the caller's transaction. Values, reason and address are stored beside
/// salted digests: redact() can destroy them and the chain still verifies.
/// Errors: those of the store. `actor` and `action` must be there.
Result<AuditId> append(db::Tx& tx, const Entry& entry);

/// A record as history pages show it.
struct Record {
    AuditId id;
    Entry entry;                        ///< redacted parts are absent
    std::string version;                ///< of the software that wrote it
    std::vector<std::string> redacted;  ///< which of "old", "new", "reason", "address"

    struct Seal {
        std::int64_t number = 0;  ///< in its chain
        std::string hash;
        Instant at;
    };
    std::optional<Seal> seal;  ///< absent for the moment before the sealer comes
};

/// Which records; an empty field does not narrow.
struct Filter {
    std::optional<StudyId> study{};  ///< a study with an empty id: the system's own records
    SiteId site{};
    std::optional<std::vector<SiteId>> sites{};  ///< only records at one of these
    SubjectId subject{};
    FormId form_id{};
    std::string group{};
    std::string group_repeat{};
    std::string item{};
    std::string target{};
    std::string actor{};
    std::string action{};
    std::optional<Instant> from{};   ///< inclusive
    std::optional<Instant> until{};  ///< exclusive
};

struct Page {
    std::int64_t offset = 0;
    std::int64_t limit = 100;  ///< 1..1000
    bool newest_first = true;
};

struct History {
    std::vector<Record> records;
    std::int64_t total = 0;
};

/// One page of records in the order of time.
Result<History> history(db::Tx& tx, const Filter& filter, const Page& page);

/// Destroys values or texts of a record by law: they and their salts are gone, their digests stay,
/// and a record of the redaction (action "audit.redacted", target the record) says who and why.
///
/// Shape:  `parts` of "old", "new", "reason", "address"; parts that hold nothing are ignored.
/// Errors: not_found/audit-record; invalid/bad-part; refused/reason-required.
Result<void> redact(db::Tx& tx, const AuditId& record, const std::vector<std::string>& parts,
                    const Entry& by);

}  // namespace cohort::audit
