// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/interop/import.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"

namespace cohort::interop {

/// GET /studies, GET /studies/{study}, GET /studies/{study}/definition, POST /studies (ODM in) and
/// GET /studies/{study}/export.xml (ODM out).
void routes(http::Router& router, App& app);

/// Reads, recognises and stores a file, the parsing on a real thread.
/// Errors: those of parse_odm and import_odm.
/// Blocks: the goroutine.
Result<Report> import_bytes(db::Db& db, std::string_view bytes, const ImportOptions& options);

/// Studies as XML, by OID; without one, all there are.
/// Errors: not_found/study names the OID; refused/no-study when there is none at all.
/// Blocks: the goroutine.
Result<std::string> export_text(db::Db& db, const std::vector<std::string>& oids);

}  // namespace cohort::interop
