// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cohort/capture/document.h"

namespace cohort::capture {

/// One editor's wish for one item. `base_version` is the item's version the editor saw, 0 for
/// "I saw no value".
struct Change {
    ItemKey key;
    std::string raw;
    std::string unit;
    std::string missing;
    std::int64_t base_version = 0;
    std::string reason;

    // Filled by validation, before the merge.
    json::value value;
    std::vector<Finding> findings;
};

/// A wish for a new row under a key of the editor's choice.
struct RowAddition {
    std::string group;
    std::string repeat;
    std::string reason;       ///< needed where the form was complete
    std::string row_id = {};  ///< the editor's own name for the row; empty without

    // Filled by recognise_rows().
    bool is_known = false;  ///< the row is there: an earlier request added it
};

/// A wish to strike a row out. `base_version` is the row's version the editor saw.
struct RowRemoval {
    std::string group;
    std::string repeat;
    std::int64_t base_version = 0;
    std::string reason;
};

struct Patch {
    std::vector<Change> changes;
    std::vector<RowAddition> additions;
    std::vector<RowRemoval> removals;
};

/// Marks the additions whose row_id a row of the group has already (the answer to an earlier
/// request was lost), and turns the patch's changes of these rows to the keys the rows have.
void recognise_rows(const Document& document, Patch& patch);

struct Editor {
    std::string by;
    Instant at{};
};

/// Somebody else was there first. Without `item` the row itself is in dispute.
struct Conflict {
    ItemKey key;
    const Change* yours = nullptr;  ///< null for a row
    Item theirs;
    std::optional<Removal> removed;  ///< set when the row was struck out meanwhile
};

struct ChangedItem {
    ItemKey key;
    Item before;
    Item after;
    std::string reason;
};

struct Merged {
    std::vector<Conflict> conflicts;  ///< not empty: nothing was applied
    std::vector<ChangedItem> changed;
    std::vector<RowAddition> added;
    std::vector<RowRemoval> removed;

    bool is_nothing() const { return changed.empty() && added.empty() && removed.empty(); }
};

/// Applies a patch to a document, all of it or nothing.
///
/// Shape: disjoint edits merge; an item conflicts only when its version is not the one the editor
///        saw and its content is not what the editor wants anyway (so a repeated patch is a
///        harmless repetition). A wish equal to what stands changes nothing.
///        The patch names each item once; the rows it names exist or are added by it
///        (validation sees to both), and recognise_rows() has seen it.
Merged merge(Document& document, const Patch& patch, const Editor& editor);

/// Whether a stored item already says what the change asks for.
bool says_the_same(const Item& item, const Change& change);

}  // namespace cohort::capture
