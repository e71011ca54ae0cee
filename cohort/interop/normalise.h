// SPDX-License-Identifier: Apache-2.0
// From what a file is to the one shape that is read: ODM 1.3.2.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cohort/base/result.h"
#include "cohort/platform/xml/xml.h"

namespace cohort::interop {

inline constexpr std::string_view odm2_namespace = "http://www.cdisc.org/ns/odm/v2.0";

/// What was renamed on the way, in words, and how often.
using Mapped = std::map<std::string, std::int64_t>;

/// Refuses what is not an ODM study file, by its own name.
///
/// Errors: refused/dataset-xml, refused/define-xml, refused/openclinica-rules,
/// refused/odm-fragment (a MetaDataVersion alone), refused/odm-version, refused/odm-transactional,
/// refused/not-odm.
Result<void> recognise(const xml::Document& document);

/// Brings ODM 1.x into the 1.3 namespace, and what ODM 2.0 says in other words into the words of
/// 1.3.2; what 1.3.2 has no word for keeps its 2.0 name. Files that mix both are taken alike.
Mapped normalise(xml::Element& root);

}  // namespace cohort::interop
