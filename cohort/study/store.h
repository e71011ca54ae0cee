// SPDX-License-Identifier: Apache-2.0
// Studies in the store. A metadata version is immutable once it is there.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/json.h"
#include "cohort/base/time.h"
#include "cohort/platform/db/tx.h"
#include "cohort/study/definition.h"

namespace cohort::study {

struct Study {
    StudyId id;
    std::string oid;
    std::string name;
    std::string description;
    std::string protocol_name;
    MetadataVersionId latest_version;  ///< empty while the study has none
    std::string latest_version_oid;
    json::object origin;  ///< what the file it came from said about itself; the importer's own
};

/// Every study in order of arrival.
Result<std::vector<Study>> list(db::Tx& tx);

/// Errors: not_found/study.
Result<Study> get(db::Tx& tx, const StudyId& id);
Result<std::optional<Study>> find(db::Tx& tx, const std::string& oid);

/// The version new forms are made with: the one that arrived last.
/// Errors: not_found/metadata-version when the study has none.
Result<MetadataVersionId> latest_version(db::Tx& tx, const StudyId& id);

struct VersionRef {
    MetadataVersionId id;
    StudyId study;
    std::string oid;
    std::string name;
};

/// Errors: not_found/metadata-version.
Result<VersionRef> version(db::Tx& tx, const MetadataVersionId& id);
Result<std::optional<VersionRef>> find_version(db::Tx& tx, const StudyId& study,
                                               const std::string& oid);

/// All versions of a study in order of arrival.
Result<std::vector<VersionRef>> versions(db::Tx& tx, const StudyId& study);

/// A version with all it includes, ready for checks.
///
/// Shape:  the same object for every caller until implied definitions are added; what is loaded
///         once is remembered, because it cannot change.
/// Errors: not_found/metadata-version; internal/stored-element.
Result<std::shared_ptr<const Definition>> definition(db::Tx& tx, const MetadataVersionId& id);

/// Says that definition() will be asked next (Tx::soon).
void definition_soon(db::Tx& tx, const MetadataVersionId& id);

/// What definition() answered somebody a moment ago, or null. It may lack what was implied since.
std::shared_ptr<const Definition> last_definition(const MetadataVersionId& id);

/// Stores a study that is not there yet, with its units and versions.
/// Errors: conflict/study-exists; conflict/version-exists when the file holds one OID twice.
Result<StudyId> store(db::Tx& tx, const StudyMetadata& study, const json::object& origin,
                      const UserId& by);

/// Adds a version to a study.
/// Errors: not_found/study; conflict/version-exists.
Result<MetadataVersionId> add_version(db::Tx& tx, const StudyId& study,
                                      const MetadataVersion& version);

/// Adds units that the study does not have yet, by OID.
Result<void> add_units(db::Tx& tx, const StudyId& study, const std::vector<MeasurementUnit>& units);

/// Adds implied definitions to a version: what data named and nobody defined. Only definitions
/// marked implied are taken, and only when their OID is not there yet; an implied parent that is
/// there already gets the children it lacks.
Result<void> add_implied(db::Tx& tx, const MetadataVersionId& version,
                         const MetadataVersion& implied);

/// The study as declared: versions not merged, implied definitions left out.
/// Errors: not_found/study; internal/stored-element.
Result<StudyMetadata> load(db::Tx& tx, const StudyId& id);

/// What a file says beside definitions and subjects; `body` is the importer's own.
struct Annex {
    std::string section;
    std::int64_t container = 0;
    std::string kind;
    std::string oid;
    json::object body;
};

Result<void> add_annex(db::Tx& tx, const StudyId& study, const std::vector<Annex>& entries);

/// In order of arrival.
Result<std::vector<Annex>> annexes(db::Tx& tx, const StudyId& study);

}  // namespace cohort::study
