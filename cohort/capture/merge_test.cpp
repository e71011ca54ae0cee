// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/merge.h"

#include <sstream>

#include "tests/support/test.h"

namespace cohort::capture {

namespace {

// Short texts for cases that read at a glance. An item is "BP/1/SYS=120@2": group, row, item, raw
// value, version. A change is the same with the version that its editor saw.
struct Parsed {
    ItemKey key;
    std::string raw;
    std::int64_t version;
};

Parsed parse(const std::string& text) {
    std::istringstream in(text);
    Parsed out;
    std::string version;
    std::getline(in, out.key.group, '/');
    std::getline(in, out.key.repeat, '/');
    std::getline(in, out.key.item, '=');
    std::getline(in, out.raw, '@');
    std::getline(in, version);
    out.version = std::stoll(version);
    return out;
}

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

Document document(const std::string& text) {
    Document out;
    for (const std::string& word : words(text)) {
        const Parsed parsed = parse(word);
        Row& row = out.row(parsed.key.group, parsed.key.repeat);
        Item& item = row.items.emplace_back();
        item.oid = parsed.key.item;
        item.raw = parsed.raw;
        item.version = parsed.version;
        row.version += parsed.version;
    }
    return out;
}

Patch patch(const std::string& text) {
    Patch out;
    for (const std::string& word : words(text)) {
        Parsed parsed = parse(word);
        Change change;
        change.key = std::move(parsed.key);
        change.raw = std::move(parsed.raw);
        change.base_version = parsed.version;
        out.changes.push_back(std::move(change));
    }
    return out;
}

std::string text_of(const Document& document) {
    std::string out;
    for (const Row& row : document.rows)
        for (const Item& item : row.items)
            out += (out.empty() ? "" : " ") + row.group + "/" + row.repeat + "/" + item.oid + "=" +
                   item.raw + "@" + std::to_string(item.version);
    return out;
}

std::string text_of(const std::vector<Conflict>& conflicts) {
    std::string out;
    for (const Conflict& conflict : conflicts)
        out += (out.empty() ? "" : " ") + conflict.key.group + "/" + conflict.key.repeat + "/" +
               conflict.key.item + "=" + conflict.theirs.raw + "@" +
               std::to_string(conflict.theirs.version);
    return out;
}

const Editor nurse{.by = "nurse", .at = Instant{1000}};

}  // namespace

TEST_CASE("a patch merges, repeats harmlessly or conflicts item by item, and never half") {
    struct Case {
        const char* what;
        const char* stored;
        const char* patch;
        const char* conflicts;
        const char* after;
    };
    const Case cases[] = {
        {"a first value becomes version 1", "", "BP/1/SYS=120@0", "", "BP/1/SYS=120@1"},
        {"a seen value is replaced", "BP/1/SYS=120@3", "BP/1/SYS=125@3", "", "BP/1/SYS=125@4"},
        {"items of others stay", "BP/1/DIA=80@7", "BP/1/SYS=120@0", "",
         "BP/1/DIA=80@7 BP/1/SYS=120@1"},
        {"the same item in another row is another item", "BP/1/SYS=120@1", "BP/2/SYS=130@0", "",
         "BP/1/SYS=120@1 BP/2/SYS=130@1"},
        {"a value not seen conflicts", "BP/1/SYS=120@1", "BP/1/SYS=125@0", "BP/1/SYS=120@1",
         "BP/1/SYS=120@1"},
        {"an old version conflicts", "BP/1/SYS=120@4", "BP/1/SYS=125@3", "BP/1/SYS=120@4",
         "BP/1/SYS=120@4"},
        {"a version that never was conflicts", "BP/1/SYS=120@4", "BP/1/SYS=125@5", "BP/1/SYS=120@4",
         "BP/1/SYS=120@4"},
        {"a version of an item that has none conflicts", "", "BP/1/SYS=125@2", "",
         "BP/1/SYS=125@1"},
        {"one conflict stops the whole patch", "BP/1/SYS=120@2", "BP/1/DIA=80@0 BP/1/SYS=125@1",
         "BP/1/SYS=120@2", "BP/1/SYS=120@2"},
        {"every conflict is named", "BP/1/SYS=120@2 BP/1/DIA=80@2", "BP/1/DIA=81@1 BP/1/SYS=125@1",
         "BP/1/DIA=80@2 BP/1/SYS=120@2", "BP/1/SYS=120@2 BP/1/DIA=80@2"},
        {"the same wish twice changes once", "BP/1/SYS=120@1", "BP/1/SYS=120@0", "",
         "BP/1/SYS=120@1"},
        {"clearing keeps the item and its version", "BP/1/SYS=120@1", "BP/1/SYS=@1", "",
         "BP/1/SYS=@2"},
        {"a cleared item does not fall back to 'never seen'", "BP/1/SYS=@2", "BP/1/SYS=125@0",
         "BP/1/SYS=@2", "BP/1/SYS=@2"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        Document stored = document(c.stored);
        const Merged merged = merge(stored, patch(c.patch), nurse);
        CHECK(text_of(merged.conflicts) == c.conflicts);
        CHECK(text_of(stored) == c.after);
    }
}

TEST_CASE("a change of unit or missing reason alone is a change") {
    Document stored = document("LAB/1/NA=140@1");
    Patch wish = patch("LAB/1/NA=140@1");
    wish.changes[0].unit = "U.MMOL_L";
    CHECK(merge(stored, wish, nurse).changed.size() == 1);
    wish.changes[0].raw = "";
    wish.changes[0].unit = "";
    wish.changes[0].missing = "ND";
    wish.changes[0].base_version = 2;
    const Merged merged = merge(stored, wish, nurse);
    REQUIRE(merged.changed.size() == 1);
    CHECK(merged.changed[0].before.unit == "U.MMOL_L");
    CHECK(merged.changed[0].after.missing == "ND");
    CHECK(stored.find({"LAB", "1", "NA"})->version == 3);
}

TEST_CASE("a change keeps who, when and why; what others entered keeps theirs") {
    Document stored = document("BP/1/DIA=80@1");
    Patch wish = patch("BP/1/SYS=120@0");
    wish.changes[0].reason = "typing error";
    const Merged merged = merge(stored, wish, nurse);
    REQUIRE(merged.changed.size() == 1);
    CHECK(merged.changed[0].reason == "typing error");
    CHECK(stored.find({"BP", "1", "SYS"})->by == "nurse");
    CHECK(stored.find({"BP", "1", "SYS"})->at == Instant{1000});
    CHECK(stored.find({"BP", "1", "DIA"})->by.empty());
}

TEST_CASE(
    "a row struck out stays with its reason, refuses edits, and its key is never given again") {
    Document stored = document("AE/1/TERM=rash@1 AE/2/TERM=cough@1");
    Patch strike;
    strike.removals.push_back({"AE", "2", 1, "entered for another subject"});
    CHECK(merge(stored, strike, nurse).removed.size() == 1);
    REQUIRE(stored.find("AE", "2")->removed);
    CHECK(stored.find("AE", "2")->removed->reason == "entered for another subject");
    CHECK(stored.find({"AE", "2", "TERM"})->raw == "cough");
    CHECK(stored.next_repeat("AE") == "3");

    const Merged edited = merge(stored, patch("AE/2/TERM=fever@1"), nurse);
    REQUIRE(edited.conflicts.size() == 1);
    CHECK(edited.conflicts[0].removed);
    Patch again;
    again.additions.push_back({"AE", "2", ""});
    CHECK(merge(stored, again, nurse).conflicts.size() == 1);
    CHECK(merge(stored, strike, nurse).is_nothing());
}

TEST_CASE("a row that somebody edited meanwhile is not struck out unseen") {
    Document stored = document("AE/1/TERM=rash@1");
    merge(stored, patch("AE/1/GRADE=2@0"), nurse);
    Patch strike;
    strike.removals.push_back({"AE", "1", 1, "duplicate"});
    CHECK(merge(stored, strike, nurse).conflicts.size() == 1);
    CHECK_FALSE(stored.find("AE", "1")->removed);
}

TEST_CASE("two editors who add a row under one key do not write into one row") {
    Document stored;
    Patch first = patch("AE/1/TERM=rash@0");
    first.additions.push_back({"AE", "1", ""});
    Patch second = patch("AE/1/GRADE=2@0");
    second.additions.push_back({"AE", "1", ""});
    CHECK(merge(stored, first, nurse).added.size() == 1);
    CHECK(merge(stored, second, nurse).conflicts.size() == 1);
    CHECK(text_of(stored) == "AE/1/TERM=rash@1");
}

// A new row AE/<repeat> with one value, under the editor's own name for it.
static Patch new_row(const std::string& repeat, const std::string& term, const char* row_id) {
    Patch out = patch("AE/" + repeat + "/TERM=" + term + "@0");
    out.additions.push_back({.group = "AE", .repeat = repeat, .reason = "", .row_id = row_id});
    return out;
}

static Merged recognise_and_merge(Document& stored, Patch wish) {
    recognise_rows(stored, wish);
    return merge(stored, wish, nurse);
}

TEST_CASE(
    "a new row sent again under the id its editor gave it is the same row, also when changed") {
    Document stored;
    CHECK(recognise_and_merge(stored, new_row("1", "rash", "r-1")).added.size() == 1);
    const Merged again = recognise_and_merge(stored, new_row("1", "rash", "r-1"));
    CHECK(again.conflicts.empty());
    CHECK(again.is_nothing());
    CHECK(recognise_and_merge(stored, new_row("7", "rash", "r-1")).is_nothing());
    CHECK(text_of(stored) == "AE/1/TERM=rash@1");

    Patch more = new_row("7", "rash", "r-1");
    more.changes.push_back(patch("AE/7/GRADE=2@0").changes[0]);
    CHECK(recognise_and_merge(stored, more).changed.size() == 1);
    CHECK(text_of(stored) == "AE/1/TERM=rash@1 AE/1/GRADE=2@1");
}

TEST_CASE("a row id is known in its group and in nobody else's row") {
    Document stored = document("AE/1/TERM=rash@1");
    CHECK(recognise_and_merge(stored, new_row("1", "rash", "r-1")).conflicts.size() == 1);
    CHECK(recognise_and_merge(stored, new_row("2", "rash", "r-1")).added.size() == 1);
    Patch elsewhere;
    elsewhere.additions.push_back({.group = "CM", .repeat = "1", .reason = "", .row_id = "r-1"});
    CHECK(recognise_and_merge(stored, elsewhere).added.size() == 1);
    CHECK(recognise_and_merge(stored, new_row("3", "rash", "r-2")).added.size() == 1);
}

TEST_CASE("a row sent again after somebody struck it out does not come back") {
    Document stored;
    recognise_and_merge(stored, new_row("1", "rash", "r-1"));
    stored.rows[0].removed = Removal{"0193", Instant{5}, "wrong subject"};
    const Merged again = recognise_and_merge(stored, new_row("1", "rash", "r-1"));
    REQUIRE(again.conflicts.size() == 1);
    CHECK(again.conflicts[0].removed);
    CHECK(stored.rows.size() == 1);
}

TEST_CASE("repeat keys that are not numbers do not disturb the next number") {
    CHECK(document("AE/first/TERM=rash@1").next_repeat("AE") == "1");
    CHECK(document("AE/7/TERM=rash@1 AE/x9/TERM=rash@1").next_repeat("AE") == "8");
    CHECK(Document().next_repeat("AE") == "1");
}

TEST_CASE("a document comes back from its stored text as it was") {
    Document before = document("LAB/1/NA=140@1 LAB/2/NA=@4");
    Item& item = before.rows[0].items[0];
    item.value = 140.5;
    item.unit = "U.MMOL_L";
    item.by = "0192";
    item.at = Instant{1715000000123};
    item.extra = "<AuditRecord/>";
    item.findings.push_back({"RC.NA", Severity::soft, {{"en", "high"}, {"zh-CN", "偏高"}}, true});
    before.rows[1].items[0].missing = "REFUSED";
    before.rows[1].removed = Removal{"0193", Instant{5}, "wrong subject"};
    before.rows[1].extra = "vendor";
    before.rows[1].row_id = "r-1";
    const std::string text = json::canonical(to_json(before));
    const auto parsed = json::parse(text);
    REQUIRE(parsed);
    const auto after = from_json(*parsed);
    REQUIRE(after);
    CHECK(json::canonical(to_json(*after)) == text);
    CHECK(after->find({"LAB", "1", "NA"})->findings[0].acknowledged);
    CHECK(after->find("LAB", "2")->removed->reason == "wrong subject");
}

TEST_CASE("a stored text that is no document is our defect, not the caller's") {
    for (const char* text : {"[]", "{}", R"({"rows":[{}]})", R"({"rows":[{"group":1}]})",
                             R"({"rows":[{"group":"A","repeat":"1","version":1,"items":[1]}]})"}) {
        const auto read = from_json(*json::parse(text));
        REQUIRE_FALSE(read);
        CHECK(read.error().code == "form-document");
    }
}

}  // namespace cohort::capture
