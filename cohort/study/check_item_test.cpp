// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/check_item.h"

#include <utility>

#include "tests/support/test.h"

using namespace cohort;
using study::ItemDef;

namespace {

ItemDef item(std::string type) {
    ItemDef out;
    out.oid = "I";
    out.data_type = std::move(type);
    return out;
}

study::RangeCheck check(std::string comparator, std::vector<std::string> values,
                        std::string severity = "Hard") {
    study::RangeCheck out;
    out.comparator = std::move(comparator);
    out.soft_hard = std::move(severity);
    for (std::string& v : values) out.values.push_back({std::move(v), {}});
    return out;
}

const study::Definition& nothing() {
    static const study::Definition definition({}, {}, {});
    return definition;
}

/// The checks broken, joined by a space.
std::string broken(const ItemDef& i, std::string_view raw, std::string_view unit = {},
                   const study::Definition& definition = nothing()) {
    std::string out;
    for (const study::Finding& f : study::check_item(definition, i, raw, unit).findings)
        out += (out.empty() ? "" : " ") + f.check;
    return out;
}

std::string ranged(std::string type, study::RangeCheck range, std::string_view raw) {
    ItemDef i = item(std::move(type));
    i.checks.push_back(std::move(range));
    return broken(i, raw);
}

struct TypeCase {
    const char* type;
    const char* raw;
    bool good;
};

}  // namespace

TEST_CASE("A value is of its item's type or gives the one finding data-type") {
    const TypeCase cases[] = {
        {"integer", "12", true},
        {"integer", "-3", true},
        {"integer", "+7", true},
        {"integer", " 12", false},
        {"integer", "12.0", false},
        {"integer", "1e3", false},
        {"integer", "１２", false},
        {"integer", "123456789012345678", true},
        {"integer", "1234567890123456789", false},
        {"float", "12.5", true},
        {"float", ".5", true},
        {"float", "5.", true},
        {"float", ".", false},
        {"float", "1,5", false},
        {"float", "1e3", false},
        {"float", "NaN", false},
        {"float", "inf", false},
        {"float", "-", false},
        {"double", "1.5e-3", true},
        {"double", "1e", false},
        {"double", "1e999", false},
        {"boolean", "true", true},
        {"boolean", "0", true},
        {"boolean", "yes", false},
        {"boolean", "True", false},
        {"date", "2024-02-29", true},
        {"date", "2023-02-29", false},
        {"date", "2024-2-9", false},
        {"date", "2024-02", false},
        {"date", "29.02.2024", false},
        {"date", "2024-02-29Z", false},
        {"partialDate", "2024", true},
        {"partialDate", "2024-05", true},
        {"partialDate", "2024-05-UN", true},
        {"partialDate", "2024-05-31", true},
        {"partialDate", "2024-13", false},
        {"partialDate", "05-2024", false},
        {"time", "08:30", true},
        {"time", "08:30:59", true},
        {"time", "08:30:59.125+08:00", true},
        {"time", "24:00", false},
        {"time", "8:30", false},
        {"time", "08", false},
        {"partialTime", "08", true},
        {"time", "08:30Z", true},
        {"datetime", "2024-05-06T08:30:00", true},
        {"datetime", "2024-05-06 08:30", false},
        {"datetime", "2024-05-06", false},
        {"datetime", "2024-05-06T08:30:00+08:00", true},
        {"partialDatetime", "2024-05", true},
        {"partialDatetime", "2024-05-06T08", true},
        {"hexBinary", "0aFF", true},
        {"hexBinary", "0aF", false},
        {"base64Binary", "aGk=", true},
        {"base64Binary", "aGk", false},
        {"base64Binary", "a=k=", false},
        {"text", "anything at all", true},
        {"URI", "urn:x", true},
        {"no such type", "kept as text", true},
    };
    for (const TypeCase& c : cases) {
        CAPTURE(c.type);
        CAPTURE(c.raw);
        CHECK(broken(item(c.type), c.raw) == (c.good ? "" : "data-type"));
    }
}

TEST_CASE("A value keeps its exact number, boolean or text") {
    CHECK(study::check_item(nothing(), item("integer"), "123456789012345678").value ==
          json::value(std::int64_t{123456789012345678}));
    CHECK(study::check_item(nothing(), item("integer"), "+7").value == json::value(7));
    CHECK(study::check_item(nothing(), item("float"), "2.50").value == json::value(2.5));
    CHECK(study::check_item(nothing(), item("boolean"), "1").value == json::value(true));
    CHECK(study::check_item(nothing(), item("date"), "2024-05-06").value ==
          json::value("2024-05-06"));
    CHECK(study::check_item(nothing(), item("integer"), "many").value.is_null());
}

TEST_CASE("No value breaks no check and has no type") {
    ItemDef i = item("integer");
    i.length = 1;
    i.checks.push_back(check("GT", {"0"}));
    i.checks.push_back(check("NOTIN", {"0"}));
    i.units = {{"U1", {}}, {"U2", {}}};
    const auto checked = study::check_item(nothing(), i, "");
    CHECK(checked.value.is_null());
    CHECK(checked.findings.empty());
}

TEST_CASE("A wrong type is the only finding: nothing else is asked of the value") {
    ItemDef i = item("integer");
    i.length = 1;
    i.checks.push_back(check("LT", {"5"}));
    CHECK(broken(i, "a hundred") == "data-type");
}

TEST_CASE("Each comparator says yes and no at its edge") {
    const std::pair<const char*, std::string> edges[] = {
        {"LT", "4:ok 5:no 6:no"}, {"LE", "4:ok 5:ok 6:no"}, {"GT", "4:no 5:no 6:ok"},
        {"GE", "4:no 5:ok 6:ok"}, {"EQ", "4:no 5:ok 6:no"}, {"NE", "4:ok 5:no 6:ok"},
    };
    for (const auto& [comparator, wanted] : edges) {
        std::string got;
        for (const char* raw : {"4", "5", "6"})
            got += std::string(got.empty() ? "" : " ") + raw + ":" +
                   (ranged("integer", check(comparator, {"5"}), raw).empty() ? "ok" : "no");
        CHECK(got == wanted);
    }
}

TEST_CASE("IN and NOTIN look through all their values") {
    CHECK(ranged("text", check("IN", {"A", "B"}), "B").empty());
    CHECK(ranged("text", check("IN", {"A", "B"}), "b") == "range-1");
    CHECK(ranged("integer", check("IN", {"1", "2"}), "02").empty());
    CHECK(ranged("integer", check("NOTIN", {"1", "2"}), "2") == "range-1");
    CHECK(ranged("integer", check("NOTIN", {"1", "2"}), "3").empty());
}

TEST_CASE("What cannot be decided is no finding") {
    CHECK(ranged("integer", check("GT", {"five"}), "1").empty());
    CHECK(ranged("integer", check("IN", {"five", "2"}), "1").empty());
    CHECK(ranged("integer", check("NOTIN", {"five", "1"}), "1") == "range-1");
    CHECK(ranged("partialDate", check("LT", {"2024-05-06"}), "2024-05").empty());
    CHECK(ranged("datetime", check("LT", {"2020-01-01T00:00:00Z"}), "2024-01-01T00:00:00").empty());
    CHECK(ranged("integer", check("BETWEEN", {"1", "2"}), "9").empty());
    CHECK(ranged("integer", check("GT", {}), "9").empty());
}

TEST_CASE("Dates and times compare as moments, also when partial or in different zones") {
    CHECK(ranged("date", check("GE", {"2024-02-29"}), "2024-02-28") == "range-1");
    CHECK(ranged("partialDate", check("LT", {"2024-05-06"}), "2025") == "range-1");
    CHECK(ranged("datetime", check("EQ", {"2024-01-01T00:00:00Z"}), "2024-01-01T08:00:00+08:00")
              .empty());
    CHECK(ranged("time", check("LE", {"12:00"}), "12:00:01") == "range-1");
}

TEST_CASE("A soft check gives a soft finding with the study's own words") {
    ItemDef i = item("float");
    i.checks.push_back(check("LE", {"250"}, "Soft"));
    study::Texts words;
    words.texts.push_back({"en", "Very high", {}});
    i.checks.back().error_message = words;
    const auto checked = study::check_item(nothing(), i, "251.5");
    REQUIRE(checked.findings.size() == 1);
    CHECK(checked.findings[0].severity == study::Severity::soft);
    CHECK(study::to_json(checked.findings[0]).at("message").at("en") == "Very high");
    CHECK(checked.value == json::value(251.5));
}

TEST_CASE("Length counts characters of texts and digits of numbers, not bytes, signs or points") {
    ItemDef text = item("text");
    text.length = 2;
    CHECK(broken(text, "中文").empty());
    CHECK(broken(text, "中文字") == "length");
    ItemDef number = item("float");
    number.length = 4;
    number.significant_digits = 1;
    CHECK(broken(number, "-123.4").empty());
    CHECK(broken(number, "12.34") == "significant-digits");
    CHECK(broken(number, "1234.5") == "length");
    CHECK(broken(number, "12.").empty());
}

TEST_CASE("A code list takes its own values only, numbers also in another spelling") {
    study::MetadataVersion version;
    study::CodeList list;
    list.oid = "CL";
    list.data_type = "integer";
    list.items.push_back({.coded_value = "1"});
    list.enumerated.push_back({.coded_value = "2"});
    version.code_lists.push_back(list);
    study::CodeList external;
    external.oid = "EXT";
    external.external = study::ExternalCodeList{};
    version.code_lists.push_back(external);
    const study::Definition definition(version, {}, {});
    ItemDef i = item("integer");
    i.code_list = study::Ref{"CL", {}};
    CHECK(broken(i, "1", {}, definition).empty());
    CHECK(broken(i, "02", {}, definition).empty());
    CHECK(broken(i, "3", {}, definition) == "code-list");
    i.code_list = study::Ref{"EXT", {}};
    CHECK(broken(i, "3", {}, definition).empty());
    i.code_list = study::Ref{"NOWHERE", {}};
    CHECK(broken(i, "3", {}, definition).empty());
    CHECK(study::unusable_checks(definition, i).size() == 1);
}

TEST_CASE("A unit must be one of the item's, and is needed when there are several") {
    ItemDef i = item("float");
    CHECK(broken(i, "1").empty());
    CHECK(broken(i, "1", "KG") == "unit");
    i.units = {{"KG", {}}};
    CHECK(broken(i, "1").empty());
    i.units = {{"KG", {}}, {"LB", {}}};
    CHECK(broken(i, "1") == "unit");
    CHECK(broken(i, "1", "LB").empty());
}

TEST_CASE("A check in another unit than the value's says nothing about it") {
    ItemDef i = item("float");
    i.units = {{"KG", {}}, {"LB", {}}};
    i.checks.push_back(check("LE", {"200"}));
    i.checks.back().unit = study::Ref{"KG", {}};
    CHECK(broken(i, "300", "LB").empty());
    CHECK(broken(i, "300", "KG") == "range-1");
}

TEST_CASE("What an item cannot have checked is said in words") {
    ItemDef i = item("integer");
    i.checks = {check("GT", {"five"}), check("BETWEEN", {"1"}), {}};
    const auto said = study::unusable_checks(nothing(), i);
    CHECK(said.size() == 3);
    CHECK(study::unusable_checks(nothing(), item("string")).empty());
    CHECK(study::unusable_checks(nothing(), item("colour")).size() == 1);
}
