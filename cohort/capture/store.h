// SPDX-License-Identifier: Apache-2.0
// The tables of capture. Only this slice reads them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/capture/forms.h"
#include "cohort/capture/stages.h"

namespace cohort::capture {

struct Archive {
    Archived head;
    std::string document;  ///< canonical JSON
};

/// What a form's routes need to know before they open its document.
struct FormHead {
    FormId id;
    StudyId study;
    SiteId site;
    std::string form;
    MetadataVersionId metadata_version;
};

/// Errors: not_found/form.
Result<FormHead> head_of(db::Tx& tx, const FormId& id);

/// The form at this place, if there is one.
Result<std::optional<Form>> find(db::Tx& tx, const FormPlace& place);

/// Adds a form, and tells it. Its position, study, site and subject key are filled in here.
/// Errors: not_found/subject; conflict/form-exists.
Result<Form> insert(db::Tx& tx, Form form, Instant at);

/// Writes state, version and document, and tells it.
Result<void> update(db::Tx& tx, const Form& form, Instant at);

Result<void> insert_stages(db::Tx& tx, const FormId& form, std::int64_t version,
                           const Stages& stages);

struct VersionStages {
    std::int64_t version = 0;
    Stages stages;
};

/// Newest first, at most `limit`.
Result<std::vector<VersionStages>> stages_of(db::Tx& tx, const FormId& form, int limit);

Result<void> insert_archive(db::Tx& tx, const FormId& form, const Archive& archive);

/// An archived version, if there is one of that number.
Result<std::optional<Archive>> archive_of(db::Tx& tx, const FormId& form, std::int64_t version);

}  // namespace cohort::capture
