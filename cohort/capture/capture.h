// SPDX-License-Identifier: Apache-2.0
// What people do with a form: open it, save changes as a draft, call it complete. Each is one unit
// of work: the document, its stages, its archive and its audit records commit together or not.
#pragma once

#include <optional>
#include <vector>

#include "cohort/capture/complete.h"
#include "cohort/capture/merge.h"
#include "cohort/capture/store.h"

namespace cohort::capture {

/// Who does it, when it came in, and how long its earlier stages took.
struct Request {
    const study::Definition& definition;  ///< of the form's metadata version
    Actor actor;
    StageClock clock;
};

/// Why a use case said no, with everything a caller can be told. The unit of work that returns
/// `error` changes nothing.
struct Refusal {
    std::optional<http::Problem> problem;

    Error because(http::Problem why) {
        problem = std::move(why);
        return problem->error;
    }
};

/// "Nothing was saved", with what is wrong where. The problem's code is that of the first error.
http::Problem problem_of(std::vector<http::FieldError> errors);

/// The form at this place, made when it is not there yet.
/// Errors: not_found/subject; refused/unknown-form when the study's definition does not plan this
///         form at this event; refused/not-repeating for another repeat of what does not repeat;
///         invalid/bad-repeat.
struct Opened {
    Form form;
    bool created = false;
};
Result<Opened> open(db::Tx& tx, const FormPlace& place, const MetadataVersionId& version,
                    const Request& request);

/// Saves a validated patch as a draft.
/// Errors: not_found/form; conflict/item-changed with `conflicts`; refused/unknown-row;
///         refused/reason-required for a changed item of a completed form, which goes back to
///         in_progress.
Result<Form> save(db::Tx& tx, const FormId& id, Patch patch, const Request& request,
                  Refusal& refusal);

/// Adds a row to a repeating group under a key that no row of the group ever had; a row whose
/// row_id the group knows is there already.
/// Errors: not_found/form; refused/unknown-item; refused/not-repeating; refused/reason-required for
/// a
///         completed form, which goes back to in_progress.
struct Added {
    Form form;
    std::string repeat;
    bool is_new = true;
};
Result<Added> add_row(db::Tx& tx, const FormId& id, const RowAddition& wish, const Request& request,
                      Refusal& refusal);

/// Calls the form complete and archives it. A form that is complete already stays as it is.
/// Errors: not_found/form; conflict/stale-version; refused/not-complete with the blockers.
Result<Form> complete(db::Tx& tx, const FormId& id, std::int64_t version,
                      const std::vector<Acknowledgement>& acknowledged, const Request& request,
                      Refusal& refusal);

}  // namespace cohort::capture
