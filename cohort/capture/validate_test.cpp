// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/validate.h"

#include "cohort/capture/test_study.h"
#include "tests/support/test.h"

namespace cohort::capture {

namespace {

Change change(const char* group, const char* repeat, const char* item, std::string raw) {
    Change out;
    out.key = {group, repeat, item};
    out.raw = std::move(raw);
    return out;
}

std::string text_of(const std::vector<http::FieldError>& errors) {
    std::string out;
    for (const http::FieldError& error : errors)
        out += (out.empty() ? "" : " ") + error.pointer + "=" + error.code;
    return out;
}

std::string text_of(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& finding : findings)
        out += (out.empty() ? "" : " ") + finding.check +
               (finding.severity == Severity::hard ? "!" : "?");
    return out;
}

}  // namespace

TEST_CASE("what can never be stored is refused with its place in the body") {
    const auto definition = test_definition();
    struct Case {
        const char* what;
        Change change;
        const char* errors;
    };
    Change reason = change("VITALS", "1", "SYS", "");
    reason.missing = "BECAUSE";
    Change both = change("VITALS", "1", "SYS", "120");
    both.missing = "ND";
    const Case cases[] = {
        {"a known item", change("VITALS", "1", "SYS", "120"), ""},
        {"no such group", change("NOWHERE", "1", "SYS", "1"), "/changes/0/group=unknown-item"},
        {"a group of another form", change("ELSEWHERE", "1", "NOTE", "1"),
         "/changes/0/group=unknown-item"},
        {"no such item", change("VITALS", "1", "DIA", "80"), "/changes/0/item=unknown-item"},
        {"an item of another group", change("VITALS", "1", "NA", "1"),
         "/changes/0/item=unknown-item"},
        {"an empty repeat key", change("VITALS", "", "SYS", "1"), "/changes/0/repeat=bad-repeat"},
        {"an invented reason", reason, "/changes/0/missing=bad-missing-reason"},
        {"a value and a reason", both, "/changes/0/missing=value-and-missing"},
        {"a control character", change("VITALS", "1", "NOTE", "a\x01"),
         "/changes/0/raw=bad-character"},
        {"no character of XML", change("VITALS", "1", "NOTE", "\xef\xbf\xbf"),
         "/changes/0/raw=bad-character"},
        {"lines and tabs are text", change("VITALS", "1", "NOTE", "a\n\tb\r\n"), ""},
        {"64 KiB are text", change("VITALS", "1", "NOTE", std::string(raw_bytes_max, 'x')), ""},
        {"more is too long", change("VITALS", "1", "NOTE", std::string(raw_bytes_max + 1, 'x')),
         "/changes/0/raw=too-long"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        Patch patch;
        patch.changes.push_back(c.change);
        CHECK(text_of(validate(*definition, "F", patch)) == c.errors);
    }
}

TEST_CASE("an item named twice in one request is refused, and so are wrong rows") {
    const auto definition = test_definition();
    Patch patch;
    patch.changes = {change("VITALS", "1", "SYS", "1"), change("VITALS", "1", "SYS", "2")};
    CHECK(text_of(validate(*definition, "F", patch)) == "/changes/1/item=duplicate-item");
    Patch rows;
    rows.additions = {{"VITALS", "2", ""}, {"NOWHERE", "1", ""}, {"AE", "", ""}};
    rows.removals = {{"VITALS", "1", 1, "wrong"}, {"AE", "1", 1, ""}};
    CHECK(text_of(validate(*definition, "F", rows)) ==
          "/additions/0/group=not-repeating /additions/1/group=unknown-item "
          "/additions/2/repeat=bad-repeat /removals/0/group=not-repeating "
          "/removals/1/reason=reason-required");
}

TEST_CASE("a row is added once in one request, by its key and by its id, and its id can be read") {
    const auto definition = test_definition();
    Patch rows;
    rows.additions = {{"AE", "1", "", "r-1"}, {"AE", "2", "", "r-1"}, {"AE", "1", "", ""},
                      {"AE", "3", "", ""},    {"AE", "4", "", " "},   {"AE", "5", "", "a\nb"}};
    CHECK(text_of(validate(*definition, "F", rows)) ==
          "/additions/4/row_id=bad-row-id /additions/5/row_id=bad-row-id "
          "/additions/1/row_id=duplicate-row /additions/2/repeat=duplicate-row");
}

TEST_CASE("a value that breaks a check is stored with its finding, never refused or coerced") {
    const auto definition = test_definition();
    struct Case {
        const char* item;
        const char* raw;
        const char* value;
        const char* findings;
    };
    const Case cases[] = {
        {"SYS", "120", "120", ""},
        {"SYS", "", "null", ""},
        {"SYS", "12x", "null", "data-type!"},
        {"SYS", " 120", "null", "data-type!"},
        {"SYS", "200", "200", "range-1?"},
        {"SYS", "400", "400", "range-1? range-2!"},
        {"SEX", "F", "\"F\"", ""},
        {"SEX", "X", "\"X\"", "code-list!"},
        {"NOTE", "<b>", "\"<b>\"", ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.item);
        CAPTURE(c.raw);
        Patch patch;
        patch.changes.push_back(change("VITALS", "1", c.item, c.raw));
        CHECK(validate(*definition, "F", patch).empty());
        CHECK(json::to_text(patch.changes[0].value) == c.value);
        CHECK(text_of(patch.changes[0].findings) == c.findings);
    }
}

TEST_CASE("a row of a repeating group exists or is added first; a single row appears by itself") {
    const auto definition = test_definition();
    Document document;
    document.row("AE", "1");
    document.row("LAB", "7");  // an imported key
    const auto errors_of = [&](const char* group, const char* repeat, const char* added = nullptr) {
        Patch patch;
        patch.changes.push_back(change(group, repeat, "X", "1"));
        if (added != nullptr) patch.additions.push_back({group, added, ""});
        return text_of(check_rows(*definition, document, patch));
    };
    CHECK(errors_of("AE", "1") == "");
    CHECK(errors_of("AE", "2") == "/changes/0/repeat=unknown-row");
    CHECK(errors_of("AE", "2", "2") == "");
    CHECK(errors_of("VITALS", "1") == "");
    CHECK(errors_of("VITALS", "2") == "/changes/0/repeat=unknown-row");
    CHECK(errors_of("LAB", "7") == "");
    CHECK(errors_of("LAB", "1") == "/changes/0/repeat=unknown-row");
    Patch removal;
    removal.removals.push_back({"AE", "9", 1, "gone"});
    CHECK(text_of(check_rows(*definition, document, removal)) == "/removals/0/repeat=unknown-row");
}

}  // namespace cohort::capture
