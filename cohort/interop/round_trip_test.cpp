// SPDX-License-Identifier: Apache-2.0
// The round trip of every real file: import into an empty store, export, compare. With
// COHORT_ODM_TABLE set to a path it also writes the table that docs/odm-roundtrip.md shows.
#include <cstdlib>
#include <fstream>
#include <map>

#include "cohort/interop/compare.h"
#include "cohort/interop/test_files.h"
#include "cohort/interop/test_store.h"
#include "tests/support/test.h"

using namespace cohort;
using interop::test::Store;

namespace {

/// Data that need another file's metadata first.
const std::map<std::string, std::string> needs = {
    {"openedc/clinicaldata.xml", "openedc/metadata.xml"}};

/// What each file that is no importable study must be refused as.
const std::map<std::string, std::string> refusals = {
    {"cdisc-odm/odm1.1-examples/odm1_1_0_example.xml", "odm-transactional"},
    {"cdisc-odm/odm2-examples/Conditional_Repeats.xml", "odm-fragment"},
    {"cdisc-odm/odm2-examples/Inclusion_Exclusion_Simple_Workflow.xml", "odm-fragment"},
    {"cdisc-odm/odm2-examples/Physio_Underwater_Therapy_BPMN_to_ODMv2_Workflow_2019-10-18_result."
     "xml",
     "odm-fragment"},
    {"cdisc-odm/odm2-examples/Physio_Underwater_Therapy_BPMN_to_ODMv2_Workflow_result.xml",
     "odm-fragment"},
    {"cdisc-odm/odm2-examples/SimpleTimingConstraints.xml", "odm-fragment"},
    {"odmlib/ae.xml", "dataset-xml"},
    {"odmlib/ae_test.xml", "dataset-xml"},
    {"odmlib/dm.xml", "dataset-xml"},
    {"odmlib/defineV21-SDTM-test.xml", "define-xml"},
    {"odmlib/test_igd_001.xml", "define-xml"},
    {"odmlib/test_clinical_data_01.xml", "metadata-first"},
    {"odmlib/test_referece_data_01.xml", "metadata-first"},
    {"odmlib/test_odm_001.xml", "xml-ill-formed"},
    {"odmlib/test_odm_namespace.xml", "no-study"},
    {"openclinica-extracts/rule_xml_openclinica.xml", "openclinica-rules"},
    {"openclinica-extracts/rules-AE_SAE.xml", "openclinica-rules"},
};

struct Outcome {
    std::string name;
    std::string refused;  ///< code; empty when imported
    std::string why;
    interop::Comparison comparison;
    interop::Mapped mapped;
};

Outcome round_trip(const std::string& name) {
    Outcome out;
    out.name = name;
    const std::string bytes = interop::test::real_file(name).value();
    Store store;
    if (const auto first = needs.find(name); first != needs.end())
        REQUIRE(store.import(*interop::test::real_file(first->second)));
    const auto report = store.import(bytes);
    if (!report) {
        out.refused = report.error().code;
        out.why = report.error().text;
        return out;
    }
    auto before = xml::parse(bytes).value();
    out.mapped = interop::normalise(before.root);
    out.comparison = interop::compare(before.root, xml::parse(store.export_all()).value().root);
    return out;
}

std::string percent(const interop::Share& share) {
    if (share.total == 0) return "–";
    // Rounded down: what is not all is never shown as 100 %.
    const std::int64_t tenths = share.kept * 1000 / share.total;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " % of " +
           std::to_string(share.total);
}

/// "CreationDateTime, FileOID": the attributes of ODM that were not kept.
std::string lost_names(const interop::Comparison& comparison) {
    std::string out;
    for (const std::string& what : comparison.missing) {
        const std::string name =
            what.starts_with("/ODM@") ? what.substr(5, what.find(' ') - 5) : what;
        out += (out.empty() ? "" : ", ") + name;
    }
    return out.empty() ? "nothing" : out;
}

void write_table(std::ostream& out, const std::vector<Outcome>& outcomes) {
    out << "| file | elements | attributes | texts | written anew |\n|---|--:|--:|--:|---|\n";
    for (const Outcome& o : outcomes)
        if (o.refused.empty())
            out << "| " << o.name << " | " << percent(o.comparison.elements) << " | "
                << percent(o.comparison.attributes) << " | " << percent(o.comparison.texts) << " | "
                << lost_names(o.comparison) << " |\n";
    out << "\n| file | refused as | what is said |\n|---|---|---|\n";
    for (const Outcome& o : outcomes)
        if (!o.refused.empty())
            out << "| " << o.name << " | " << o.refused << " | " << o.why << " |\n";
    out << "\n| file | said in other words |\n|---|---|\n";
    for (const Outcome& o : outcomes) {
        if (o.mapped.empty()) continue;
        std::string all;
        for (const auto& [what, count] : o.mapped)
            all += (all.empty() ? "" : "; ") + std::to_string(count) + " × " + what;
        out << "| " << o.name << " | " << all << " |\n";
    }
}

/// Replaces what stands between the markers of the page.
void refresh_page(const std::string& path, const std::vector<Outcome>& outcomes) {
    const std::string begin = "<!-- table begins -->\n", end = "<!-- table ends -->";
    std::ifstream in(path);
    std::ostringstream page;
    page << in.rdbuf();
    const std::string old = page.str();
    const size_t from = old.find(begin), to = old.find(end);
    REQUIRE_MESSAGE((from != std::string::npos && to != std::string::npos),
                    "the page has no table markers");
    std::ofstream out(path, std::ios::trunc);
    out << old.substr(0, from + begin.size());
    write_table(out, outcomes);
    out << old.substr(to);
}

}  // namespace

TEST_CASE("Every real file comes back whole, but for what a new file says of itself") {
    const auto names = interop::test::real_files();
    if (names.empty()) {
        MESSAGE("real data: absent");
        return;
    }
    std::vector<Outcome> outcomes;
    for (const std::string& name : names) {
        CAPTURE(name);
        outcomes.push_back(round_trip(name));
        const Outcome& o = outcomes.back();
        const auto expected = refusals.find(name);
        CHECK(o.refused == (expected == refusals.end() ? "" : expected->second));
        CHECK(o.comparison.elements.kept == o.comparison.elements.total);
        CHECK(o.comparison.texts.kept == o.comparison.texts.total);
        for (const std::string& what : o.comparison.missing)
            CHECK_MESSAGE(what.starts_with("/ODM@"), what);
    }
    if (const char* path = std::getenv("COHORT_ODM_TABLE")) refresh_page(path, outcomes);
}
