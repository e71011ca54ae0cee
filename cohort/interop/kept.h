// SPDX-License-Identifier: Apache-2.0
// What the importer leaves with subjects, visits, forms, rows and items in their `extra`, so that
// the exporter can say it again: everything that the tables themselves have no column for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/base/result.h"
#include "cohort/study/metadata.h"

namespace cohort::interop {

/// A repeat key as the source wrote it, where that differs from the key in the store.
struct SaidRepeat {
    bool same = true;
    std::optional<std::string> key = {};  ///< nothing: the source gave none

    /// What the source said, given what the store says.
    std::optional<std::string> or_else(const std::string& stored) const {
        return same ? std::optional(stored) : key;
    }
};

/// Of a form or a row.
struct KeptNode {
    SaidRepeat repeat = {};
    study::Extras extras = {};
};

struct KeptItem {
    std::string type = {};  ///< "Integer" of ItemDataInteger
    bool no_value = false;  ///< the source had no Value at all
    bool empty = false;     ///< the source had an empty Value
    study::Extras extras = {};
};

/// Of a subject or a visit: one for each metadata version under which the source lists it.
struct KeptPart {
    std::string version = {};  ///< OID
    bool direct = false;       ///< of a visit: the source had no StudyEventData
    SaidRepeat repeat = {};
    study::Extras extras = {};
};

/// An item with nothing to keep has an empty text; a node's is never empty, which says that it was
/// imported.
std::string to_text(const KeptNode& node);
std::string to_text(const KeptItem& item);
std::string to_text(const std::vector<KeptPart>& parts);

/// Errors: internal/stored-element. An empty text is an empty one.
Result<KeptNode> node_from_text(const std::string& text);
Result<KeptItem> item_from_text(const std::string& text);
Result<std::vector<KeptPart>> parts_from_text(const std::string& text);

/// The part of a version, or null.
const KeptPart* find_part(const std::vector<KeptPart>& parts, const std::string& version);

}  // namespace cohort::interop
