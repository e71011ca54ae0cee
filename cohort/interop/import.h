// SPDX-License-Identifier: Apache-2.0
// A study file into the tables.
#pragma once

#include <optional>
#include <string_view>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/identity/actor.h"
#include "cohort/interop/normalise.h"
#include "cohort/interop/odm_file.h"
#include "cohort/interop/report.h"
#include "cohort/platform/db/db.h"

namespace cohort::interop {

/// A file that was read and recognised; nothing is stored yet.
struct ParsedFile {
    OdmFile file;
    study::Kept kept;
    Mapped mapped;
    std::int64_t comments = 0;
};

/// Errors: those of xml::parse (with the line) and recognise (by the other format's name);
/// refused/no-study when there is nothing in it.
/// Blocks: not, but takes time and stack: from a goroutine use `weft::blocking`.
Result<ParsedFile> parse_odm(std::string_view bytes);

struct ImportOptions {
    identity::Actor actor;
    /// Where subjects go whose site the study does not know; without it, the study's first site,
    /// else the first site there is (which then takes part in the study).
    std::optional<SiteId> site = {};
};

/// Stores everything in one transaction: all of the file or nothing.
///
/// Shape:  a study that is here already may get new metadata versions and subjects; versions that
///         are here must be the same. Data may name what nobody defined; such definitions are
///         implied and said so in the report.
/// Errors: refused/metadata-first (names the study and version to import before this file);
///         conflict/version-differs; conflict/subject-exists; refused/no-site; those of
///         subjects::create and capture::import_form.
Result<Report> import_odm(db::Tx& tx, const ParsedFile& parsed, const ImportOptions& options);

}  // namespace cohort::interop
