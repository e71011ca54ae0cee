// SPDX-License-Identifier: Apache-2.0
// What the API takes and shows of forms. What is made here is made in view, matrix, stages and
// audit_trail.
#pragma once

#include "cohort/base/schema.h"

namespace cohort::capture {

/// A form with its items.
json::Schema form_schema();

/// The same after a row was added: {…, added}.
json::Schema added_row_schema();

/// A problem that may say where two people changed the same.
json::Schema form_problem_schema();

json::Schema form_place_schema();
json::Schema patch_schema();
json::Schema new_row_schema();
json::Schema acknowledged_schema();

json::Schema history_schema();
json::Schema trail_schema();

json::Schema matrix_schema();
json::Schema subject_detail_schema();

}  // namespace cohort::capture
