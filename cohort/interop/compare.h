// SPDX-License-Identifier: Apache-2.0
// How much of one ODM document is in another: what the round-trip table is made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cohort/platform/xml/xml.h"

namespace cohort::interop {

struct Share {
    std::int64_t total = 0;
    std::int64_t kept = 0;
};

/// One element, attribute or text that is on one side only: "/ODM/Study[S.1]/…@Name = \"x\"".
struct Comparison {
    Share elements;
    Share attributes;
    Share texts;
    std::vector<std::string> missing;  ///< of `before`, not in `after`
    std::vector<std::string> added;    ///< in `after`, not of `before`
};

/// Compares as multisets: every element by its path, where a step is the local name with the OIDs
/// and repeat keys that identify it; every attribute by its element's path, name and value; every
/// text that is not blank likewise. Order among siblings, prefixes, comments and layout do not
/// count.
Comparison compare(const xml::Element& before, const xml::Element& after);

}  // namespace cohort::interop
