// SPDX-License-Identifier: Apache-2.0
// A FHIR resource as a tree: read from JSON or XML, held against the tables of elements.h, and
// written again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/exact_json.h"

namespace cohort::questionnaire {

/// One thing that keeps a resource from being read.
struct Fault {
    std::string code;   ///< "unsupported-element", "unsupported-extension", "wrong-type", …
    std::string place;  ///< JSON pointer: "/item/3/extension/0"
    std::string message;

    bool operator==(const Fault&) const = default;
};

struct Resource {
    json::Exact tree;                       ///< in FHIR's JSON shape, whatever it came from
    std::vector<Fault> faults = {};         ///< empty: every element is supported and well-formed
    std::vector<std::string> dropped = {};  ///< places of what was left out (narratives)
};

enum class Format { json, xml };

/// Reads a resource of one of the types ("Questionnaire"). Text that is no JSON or XML at all, or
/// another resource, is an error; everything else that is wrong is a fault, all of them named.
/// Errors: those of json::parse_exact() and xml::parse(); invalid/resource-type.
/// Blocks: with XML as xml::parse() does; call it inside weft::blocking.
Result<Resource> read_resource(std::string_view bytes, Format format, std::string_view type);

/// The format by its first character.
Format format_of(std::string_view bytes);

/// FHIR's XML of a tree without faults.
std::string to_xml(const json::Exact& tree);

}  // namespace cohort::questionnaire
