// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/complete.h"

#include <sstream>

#include "cohort/capture/test_study.h"
#include "cohort/capture/validate.h"
#include "tests/support/test.h"

namespace cohort::capture {

namespace {

// "VITALS/1/SYS=120 AE/1/TERM=" as a checked document; "=~ND" is a missing reason.
Document document(const study::Definition& definition, const std::string& text) {
    Document out;
    std::istringstream in(text);
    std::string group, repeat, oid, raw;
    while (in >> std::ws && std::getline(in, group, '/') && std::getline(in, repeat, '/') &&
           std::getline(in, oid, '=')) {
        in.peek() == ' ' || in.eof() ? (void)raw.clear() : (void)(in >> raw);
        Item& item = out.row(group, repeat).items.emplace_back();
        item.oid = oid;
        item.version = 1;
        (raw.starts_with('~') ? item.missing : item.raw) =
            raw.starts_with('~') ? raw.substr(1) : raw;
        check_value(definition, oid, item.raw, item.unit, item.value, item.findings);
    }
    return out;
}

std::string text_of(const std::vector<http::FieldError>& errors) {
    std::string out;
    for (const http::FieldError& error : errors)
        out += (out.empty() ? "" : " ") + error.pointer + "=" + error.code;
    return out;
}

}  // namespace

TEST_CASE("a form is complete when nothing is in the way, and every obstacle is named") {
    const auto definition = test_definition();
    struct Case {
        const char* what;
        const char* document;
        const char* blockers;
    };
    const Case cases[] = {
        {"all that is mandatory is there", "VITALS/1/SYS=120", ""},
        {"nothing is there", "", "/items/VITALS/1/SYS=mandatory"},
        {"only optional items are there", "VITALS/1/SEX=F", "/items/VITALS/1/SYS=mandatory"},
        {"a reason stands for the value", "VITALS/1/SYS=~ND", ""},
        {"an optional group without content needs nothing", "VITALS/1/SYS=120 LAB/1/NA=", ""},
        {"a repeated row needs its own", "VITALS/1/SYS=120 AE/1/TERM=rash AE/2/GRADE=3",
         "/items/AE/2/TERM=mandatory"},
        {"a wrong type", "VITALS/1/SYS=12x", "/items/VITALS/1/SYS=data-type"},
        {"a value outside the list", "VITALS/1/SYS=120 VITALS/1/SEX=X",
         "/items/VITALS/1/SEX=code-list"},
        {"a hard range, and the soft one before it", "VITALS/1/SYS=400",
         "/items/VITALS/1/SYS=soft-check /items/VITALS/1/SYS=range-2"},
        {"a soft range nobody acknowledged", "VITALS/1/SYS=200", "/items/VITALS/1/SYS=soft-check"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        CHECK(text_of(blockers(*definition, "F", document(*definition, c.document), {})) ==
              c.blockers);
    }
}

TEST_CASE("a soft finding is acknowledged where it is meant, and stays so") {
    const auto definition = test_definition();
    Document high = document(*definition, "VITALS/1/SYS=200");
    const std::vector<Acknowledgement> elsewhere = {{{"VITALS", "2", "SYS"}, "range-1"}};
    CHECK(blockers(*definition, "F", high, elsewhere).size() == 1);
    const std::vector<Acknowledgement> here = {{{"VITALS", "1", "SYS"}, "range-1"}};
    CHECK(blockers(*definition, "F", high, here).empty());
    const std::vector<Acknowledgement> anywhere = {{{}, "range-1"}};
    CHECK(blockers(*definition, "F", high, anywhere).empty());
    CHECK(acknowledge(high, here) == 1);
    CHECK(acknowledge(high, here) == 0);
    CHECK(blockers(*definition, "F", high, {}).empty());
}

TEST_CASE("a hard finding cannot be acknowledged away") {
    const auto definition = test_definition();
    Document high = document(*definition, "VITALS/1/SYS=400");
    const std::vector<Acknowledgement> all = {{{}, "range-1"}, {{}, "range-2"}};
    CHECK(text_of(blockers(*definition, "F", high, all)) == "/items/VITALS/1/SYS=range-2");
    CHECK(acknowledge(high, all) == 1);
}

TEST_CASE("a row that was struck out counts for nothing") {
    const auto definition = test_definition();
    Document struck = document(*definition, "VITALS/1/SYS=120 AE/1/GRADE=3");
    CHECK(blockers(*definition, "F", struck, {}).size() == 1);
    struck.row("AE", "1").removed = Removal{"nurse", Instant{1}, "wrong subject"};
    CHECK(blockers(*definition, "F", struck, {}).empty());
}

TEST_CASE("a pointer names OIDs that contain slashes and tildes") {
    study::MetadataVersion version = test_version();
    version.groups[0].oid = "A/B~C";
    version.forms[0].groups[0].oid = "A/B~C";
    const study::Definition definition(std::move(version), {}, test_units());
    CHECK(text_of(blockers(definition, "F", {}, {})) == "/items/A~1B~0C/1/SYS=mandatory");
}

}  // namespace cohort::capture
