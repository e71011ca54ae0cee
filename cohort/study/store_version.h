// SPDX-License-Identifier: Apache-2.0
// Inside the module: reading stored versions.
#pragma once

#include "cohort/platform/db/tx.h"
#include "cohort/study/metadata.h"
#include "cohort/study/store.h"

namespace cohort::study {

/// A version as declared, without implied definitions.
Result<MetadataVersion> load_version(db::Tx& tx, const MetadataVersionId& id);

/// Bodies in the store are our own: a deep one is no attack.
Result<json::value> parse_body(const std::string& body);

Result<void> insert_definition(db::Tx& tx, const MetadataVersionId& version, std::int64_t position,
                               const xml::Element& e, bool implied);

/// Whether the element is one of the definitions that have rows of their own.
bool is_definition(const xml::Element& e);

}  // namespace cohort::study
