// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/odm_file.h"

#include <map>

#include "cohort/interop/compare.h"
#include "cohort/interop/normalise.h"
#include "cohort/interop/test_files.h"
#include "tests/support/test.h"

using namespace cohort;

namespace {

/// Every attribute's value and every text, wherever it stands, and how often.
std::map<std::string, std::int64_t> values_of(const xml::Element& e) {
    std::map<std::string, std::int64_t> out;
    const auto add = [&out](const auto& self, const xml::Element& one) -> void {
        for (const xml::Attribute& a : one.attributes) ++out[a.value];
        if (!xml::is_blank(one.text)) ++out[one.text];
        for (const xml::Element& child : one.children) self(self, child);
    };
    add(add, e);
    return out;
}

}  // namespace

TEST_CASE("A real file read into structs and written again has lost nothing") {
    const auto files = interop::test::real_files();
    if (files.empty()) MESSAGE("real data: absent");
    for (const std::string& name : files) {
        CAPTURE(name);
        const auto bytes = interop::test::real_file(name);
        REQUIRE(bytes);
        auto document = xml::parse(*bytes);
        if (!document || !interop::recognise(*document)) continue;
        interop::normalise(document->root);
        study::Kept kept;
        const auto file = interop::read_odm(document->root, kept);
        const auto comparison = interop::compare(document->root, interop::write_odm(file));
        for (const std::string& what : comparison.missing) FAIL_CHECK(("missing " + what));
        for (const std::string& what : comparison.added) FAIL_CHECK(("added " + what));
        CHECK(comparison.elements.kept == comparison.elements.total);
    }
}

TEST_CASE("What ODM 2.0 says in other words loses no value on the way to 1.3.2") {
    for (const std::string& name : interop::test::real_files()) {
        if (name.find("odm2-examples") == std::string::npos) continue;
        CAPTURE(name);
        auto document = xml::parse(*interop::test::real_file(name));
        REQUIRE(document);
        if (!interop::recognise(*document)) continue;
        const auto before = values_of(document->root);
        const auto mapped = interop::normalise(document->root);
        const auto after = values_of(document->root);
        // The one value that becomes an element's name instead.
        const auto forms = mapped.find("ItemGroupDef Type=\"Form\" became FormDef");
        std::int64_t lost = 0;
        for (const auto& [value, count] : before) {
            const auto it = after.find(value);
            const std::int64_t there = it == after.end() ? 0 : it->second;
            if (there < count && value != "Form") FAIL_CHECK(("lost " + value));
            lost += std::max<std::int64_t>(0, count - there);
        }
        CHECK(lost == (forms == mapped.end() ? 0 : forms->second));
    }
}
