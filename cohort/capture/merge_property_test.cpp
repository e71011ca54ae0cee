// SPDX-License-Identifier: Apache-2.0
// Two editors, any interleaving: whatever was accepted stays until somebody who saw it replaces it.
#include <map>

#include "cohort/capture/merge.h"
#include "tests/support/property.h"

namespace cohort::capture {

namespace {

constexpr int items = 4;

struct Step {
    int editor;      // 0 or 1
    bool refreshes;  // reads the document, or edits what was read last
    int first;       // edits the items from first …
    int count;       // … this many
};

ItemKey key_of(int item) {
    return {"G", "1", std::to_string(item % items)};
}

// What an editor has on the screen: the version of each item.
using Screen = std::map<std::string, std::int64_t>;

Screen screen_of(const Document& document) {
    Screen screen;
    for (int i = 0; i < items; ++i) {
        const Item* item = document.find(key_of(i));
        screen[key_of(i).item] = item == nullptr ? 0 : item->version;
    }
    return screen;
}

Patch edit(const Step& step, const Screen& screen, int& serial) {
    Patch patch;
    for (int i = 0; i < step.count; ++i) {
        Change& change = patch.changes.emplace_back();
        change.key = key_of(step.first + i);
        change.raw = "value " + std::to_string(++serial);
        change.base_version = screen.at(change.key.item);
    }
    return patch;
}

}  // namespace

TEST_CASE("in any interleaving of two editors no accepted value is lost unseen") {
    CHECK_PROPERTY([] {
        const auto length = *rc::gen::inRange(1, 60);
        Document document;
        Screen screens[2] = {screen_of(document), screen_of(document)};
        std::map<std::string, std::string> accepted;  // the model: what must be there
        int serial = 0;
        for (int i = 0; i < length; ++i) {
            const Step step{*rc::gen::inRange(0, 2), *rc::gen::inRange(0, 3) == 0,
                            *rc::gen::inRange(0, items), *rc::gen::inRange(1, items + 1)};
            Screen& screen = screens[step.editor];
            if (step.refreshes) {
                screen = screen_of(document);
                continue;
            }
            const Screen before = screen_of(document);
            const Patch patch = edit(step, screen, serial);
            const Merged merged =
                merge(document, patch, {.by = std::to_string(step.editor), .at = Instant{i}});
            // Exactly the items whose version the editor did not see conflict.
            std::size_t stale = 0;
            for (const Change& change : patch.changes)
                stale += change.base_version != before.at(change.key.item) ? 1 : 0;
            RC_ASSERT(merged.conflicts.size() == stale);
            if (stale == 0) {
                for (const Change& change : patch.changes) accepted[change.key.item] = change.raw;
                screen = screen_of(document);
            }
            RC_ASSERT(merged.changed.size() == (stale == 0 ? patch.changes.size() : 0));
            for (const auto& [item, raw] : accepted)
                RC_ASSERT(document.find({"G", "1", item})->raw == raw);
        }
    });
}

TEST_CASE("disjoint patches give the same values in either order") {
    CHECK_PROPERTY([] {
        const auto split = *rc::gen::container<std::vector<int>>(8, rc::gen::inRange(0, 3));
        Patch left;
        Patch right;
        for (std::size_t i = 0; i < split.size(); ++i) {
            Change change;
            change.key = {"G", "1", std::to_string(i)};
            change.raw = std::to_string(i);
            if (split[i] == 0) left.changes.push_back(change);
            if (split[i] == 1) right.changes.push_back(change);
        }
        Document one;
        Document two;
        RC_ASSERT(merge(one, left, {.by = "l", .at = {}}).conflicts.empty());
        RC_ASSERT(merge(one, right, {.by = "r", .at = {}}).conflicts.empty());
        RC_ASSERT(merge(two, right, {.by = "r", .at = {}}).conflicts.empty());
        RC_ASSERT(merge(two, left, {.by = "l", .at = {}}).conflicts.empty());
        for (std::size_t i = 0; i < split.size(); ++i) {
            const ItemKey key{"G", "1", std::to_string(i)};
            const Item* a = one.find(key);
            const Item* b = two.find(key);
            RC_ASSERT((a == nullptr) == (b == nullptr));
            if (a != nullptr) RC_ASSERT(a->raw == b->raw && a->by == b->by && a->version == 1);
        }
    });
}

}  // namespace cohort::capture
