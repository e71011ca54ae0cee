// SPDX-License-Identifier: Apache-2.0
// First every wish is held against the document, then all of them are applied: a patch with one
// conflict leaves no trace. A version never goes back and a row never disappears, so "the version
// I saw" names one content for ever.
#include "cohort/capture/merge.h"

#include <algorithm>

#include "weft/ensure.h"

namespace cohort::capture {

bool says_the_same(const Item& item, const Change& change) {
    return item.raw == change.raw && item.unit == change.unit && item.missing == change.missing;
}

// --- repetitions --------------------------------------------------------------------------

void recognise_rows(const Document& document, Patch& patch) {
    for (RowAddition& addition : patch.additions) {
        if (addition.row_id.empty()) continue;
        const auto row = std::ranges::find_if(document.rows, [&](const Row& known) {
            return known.group == addition.group && known.row_id == addition.row_id;
        });
        if (row == document.rows.end()) continue;
        addition.is_known = true;
        for (Change& change : patch.changes)
            if (change.key.group == addition.group && change.key.repeat == addition.repeat)
                change.key.repeat = row->repeat;
        addition.repeat = row->repeat;
    }
}

// --- conflicts ----------------------------------------------------------------------------

static std::optional<Conflict> conflict_of(const Document& document, const Change& change) {
    const Row* row = document.find(change.key.group, change.key.repeat);
    if (row == nullptr) return std::nullopt;
    const Item* item = row->find(change.key.item);
    const Item theirs = item == nullptr ? Item{} : *item;
    if (row->removed) return Conflict{change.key, &change, theirs, row->removed};
    if (theirs.version == change.base_version || says_the_same(theirs, change)) return std::nullopt;
    return Conflict{change.key, &change, theirs, std::nullopt};
}

static std::optional<Conflict> conflict_of(const Document& document, const RowAddition& addition) {
    const Row* row = document.find(addition.group, addition.repeat);
    if (row == nullptr || addition.is_known) return std::nullopt;
    return Conflict{{row->group, row->repeat, ""}, nullptr, Item{}, row->removed};
}

static std::optional<Conflict> conflict_of(const Document& document, const RowRemoval& removal) {
    const Row* row = document.find(removal.group, removal.repeat);
    ENSURE(row != nullptr, "a removal must name a row that exists");
    if (row->removed || row->version == removal.base_version) return std::nullopt;
    Conflict conflict{{row->group, row->repeat, ""}, nullptr, Item{}, std::nullopt};
    conflict.theirs.version = row->version;
    return conflict;
}

static std::vector<Conflict> conflicts_of(const Document& document, const Patch& patch) {
    std::vector<Conflict> conflicts;
    const auto collect = [&](const auto& wishes) {
        for (const auto& wish : wishes)
            if (auto conflict = conflict_of(document, wish))
                conflicts.push_back(std::move(*conflict));
    };
    collect(patch.additions);
    collect(patch.changes);
    collect(patch.removals);
    return conflicts;
}

// --- application --------------------------------------------------------------------------

static void apply(Document& document, const Change& change, const Editor& editor, Merged& merged) {
    Row& row = document.row(change.key.group, change.key.repeat);
    Item* item = row.find(change.key.item);
    const Item before = item == nullptr ? Item{} : *item;
    if (says_the_same(before, change)) return;
    if (item == nullptr) {
        item = &row.items.emplace_back();
        item->oid = change.key.item;
    }
    item->raw = change.raw;
    item->value = change.value;
    item->unit = change.unit;
    item->missing = change.missing;
    item->by = editor.by;
    item->at = editor.at;
    item->version = before.version + 1;
    item->findings = change.findings;
    row.version += 1;
    merged.changed.push_back({change.key, before, *item, change.reason});
}

static void apply(Document& document, const RowRemoval& removal, const Editor& editor,
                  Merged& merged) {
    Row& row = document.row(removal.group, removal.repeat);
    if (row.removed) return;
    row.removed = Removal{editor.by, editor.at, removal.reason};
    row.version += 1;
    merged.removed.push_back(removal);
}

Merged merge(Document& document, const Patch& patch, const Editor& editor) {
    Merged merged;
    merged.conflicts = conflicts_of(document, patch);
    if (!merged.conflicts.empty()) return merged;
    for (const RowAddition& addition : patch.additions) {
        if (addition.is_known) continue;
        document.row(addition.group, addition.repeat).row_id = addition.row_id;
        merged.added.push_back(addition);
    }
    for (const Change& change : patch.changes) apply(document, change, editor, merged);
    for (const RowRemoval& removal : patch.removals) apply(document, removal, editor, merged);
    return merged;
}

}  // namespace cohort::capture
