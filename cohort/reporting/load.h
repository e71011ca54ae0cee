// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "cohort/delivery/report_kind.h"
#include "cohort/platform/db/db.h"

namespace cohort::reporting {

/// What the report of a patient's response shows: its answers and scores, how the scores went until
/// then, and the subject by its number in the study, since a study knows no names. The link leads
/// to the response's page below `links`; the doctor is whom the site's reports are told to.
///
/// Errors: invalid/bad-id, not_found/response, internal/stored-response,
///         internal/stored-questionnaire; those of the store.
delivery::Load loader(db::Db& db, const std::string& links);

/// The report of a response as a PDF.
using Render = std::function<Result<std::string>(const std::string& response)>;

/// Errors: those of the loader and of report::render(); unavailable/no-font.
/// Blocks: the goroutine.
Render renderer(db::Db& db, delivery::OpenFonts fonts);

}  // namespace cohort::reporting
