// SPDX-License-Identifier: Apache-2.0
// Structs of metadata.h from ODM elements and back. One description of each struct (fields.h)
// serves both directions, so that what is read is what is written.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cohort/base/json.h"
#include "cohort/base/result.h"
#include "cohort/study/metadata.h"

namespace cohort::study {

/// The namespace of ODM 1.3, in which the model speaks; files of 1.1 and 1.2 and files without a
/// namespace are brought into it before they are read.
inline constexpr std::string_view odm_namespace = "http://www.cdisc.org/ns/odm/v1.3";

/// What went into extras, by name and place ("redcap:Variable of ItemRef"), and how often.
struct Kept {
    std::map<std::string, std::int64_t> attributes = {};
    std::map<std::string, std::int64_t> elements = {};

    void note(const xml::Element& parent, const Extras& extras);
};

/// Reads a Study element with all its versions. What has no field stays in the node's extras and
/// is noted in `kept`; nothing is refused here.
StudyMetadata read_study(const xml::Element& element, Kept* kept = nullptr);
MetadataVersion read_version(const xml::Element& element, Kept* kept = nullptr);

/// The inverse: children in the schema's order, extras where they stood. Implied definitions are
/// left out unless wanted.
xml::Element write_study(const StudyMetadata& study);
xml::Element write_version(const MetadataVersion& version, bool with_implied = false);

/// An element as JSON, for tables: {"name", "attributes": [[name, value, ns?, prefix?]…], "text",
/// "children", "tail", "ns", "prefix"}; what is empty or ODM's own namespace is left out.
json::object element_to_json(const xml::Element& element);

/// Errors: internal/stored-element when the store holds something else.
Result<xml::Element> element_from_json(const json::value& stored);

/// Extras of any element as JSON and back; an empty object for none.
json::object extras_to_json(const Extras& extras);
Result<Extras> extras_from_json(const json::value& stored);

}  // namespace cohort::study
