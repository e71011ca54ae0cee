// SPDX-License-Identifier: Apache-2.0
// Form instances: one form at one visit of one subject, kept as one document of items.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/capture/document.h"
#include "cohort/capture/stages.h"
#include "cohort/study/definition.h"
#include "cohort/subjects/subjects.h"

namespace cohort::capture {

using subjects::Actor;

enum class State { in_progress, complete };

/// What names a form instance within its study; no two have the same.
struct FormPlace {
    SubjectId subject;
    std::string event;  ///< event OID
    std::string event_repeat = "1";
    std::string form;  ///< form OID
    std::string form_repeat = "1";
};

/// What is known of a completed version that was kept, without its text.
struct Archived {
    std::int64_t version = 0;
    Instant at{};
    std::string by;
    std::string digest;  ///< SHA-256 of the text, in hexadecimal
};

struct Form {
    FormId id;
    StudyId study;
    SiteId site;  ///< where the subject is
    FormPlace place;
    std::string subject_key;
    MetadataVersionId metadata_version;
    State state = State::in_progress;
    std::int64_t version = 0;  ///< one more with each accepted write
    Document document;
    std::int64_t position = 0;  ///< order of arrival at the subject
    std::string extra;          ///< what an importer must keep with the form; opaque here
    std::optional<Archived> archived = {};  ///< its newest
    std::optional<Stages> stages = {};      ///< of its last write, for who has just made it

    bool is_complete() const { return state == State::complete; }
};

/// A form that comes from another system: its items carry their own by and at, and `extra` holds
/// what the source says beyond that (audit nodes, vendor attributes) at each level.
struct ImportedForm {
    FormPlace place;
    MetadataVersionId metadata_version;
    State state = State::in_progress;
    Document document;  ///< oid, raw, unit, missing, by, at, extra of each item; the rest is filled
    std::string extra;
};

/// Stores an imported form inside the caller's transaction: items get version 1, typed values and
/// findings by the study's definition; one audit record an item.
///
/// Shape:  a repeat key that the source leaves out is "1"; say so in `extra` when the difference
///         must come out again.
/// Errors: conflict/form-exists; not_found/subject;
///         invalid/duplicate-item when one row names an item twice, or two rows have one key.
Result<FormId> import_form(db::Tx& tx, const study::Definition& definition,
                           const ImportedForm& form, const Actor& actor);

/// Errors: not_found/form.
Result<Form> get(db::Tx& tx, const FormId& id);

/// Says that get() will be asked next (Tx::soon).
void get_soon(db::Tx& tx, const FormId& id);

/// A subject's forms in order of arrival, documents included.
Result<std::vector<Form>> of_subject(db::Tx& tx, const SubjectId& subject);

}  // namespace cohort::capture
