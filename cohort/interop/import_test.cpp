// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/import.h"

#include "cohort/capture/forms.h"
#include "cohort/interop/test_files.h"
#include "cohort/interop/test_store.h"
#include "tests/support/test.h"

using namespace cohort;
using interop::test::Store;

namespace {

/// A study of one event, form, group and item, with the given attributes and data.
std::string small_study(std::string_view data = {}, std::string_view items = {}) {
    std::string out =
        R"(<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:v="urn:vendor" ODMVersion="1.3.2"
 FileOID="F" FileType="Snapshot" CreationDateTime="2024-01-01T00:00:00Z"><Study OID="S">
<GlobalVariables><StudyName>Small</StudyName><StudyDescription/><ProtocolName>P</ProtocolName>
</GlobalVariables><MetaDataVersion OID="M" Name="M"><Protocol>
<StudyEventRef StudyEventOID="E" Mandatory="Yes"/></Protocol>
<StudyEventDef OID="E" Name="E" Repeating="No" Type="Scheduled">
<FormRef FormOID="F" Mandatory="Yes"/></StudyEventDef>
<FormDef OID="F" Name="F" Repeating="No"><ItemGroupRef ItemGroupOID="G" Mandatory="Yes"/></FormDef>
<ItemGroupDef OID="G" Name="G" Repeating="No">
<ItemRef ItemOID="I" Mandatory="Yes"/></ItemGroupDef><ItemDef OID="I" Name="I" DataType="integer">
<RangeCheck Comparator="LE" SoftHard="Soft"><CheckValue>10</CheckValue></RangeCheck></ItemDef>)";
    out += items;
    out += "</MetaDataVersion></Study>";
    out += data;
    return out + "</ODM>";
}

std::string data_for(std::string_view subjects) {
    return R"(<ClinicalData StudyOID="S" MetaDataVersionOID="M">)" + std::string(subjects) +
           "</ClinicalData>";
}

std::string one_value(std::string_view key, std::string_view item) {
    return R"(<SubjectData SubjectKey=")" + std::string(key) +
           R"("><StudyEventData StudyEventOID="E"><FormData FormOID="F"><ItemGroupData ItemGroupOID="G">)" +
           std::string(item) + "</ItemGroupData></FormData></StudyEventData></SubjectData>";
}

std::string refusal(std::string_view bytes) {
    const auto parsed = interop::parse_odm(bytes);
    return parsed ? "" : parsed.error().code;
}

std::vector<capture::Form> forms_of(Store& store, const std::string& key) {
    return store.db()
        .read([&](db::Tx& tx) -> Result<std::vector<capture::Form>> {
            const auto study = TRY(study::find(tx, "S"));
            const auto subject = TRY(subjects::find(tx, study->id, key));
            return capture::of_subject(tx, subject->id);
        })
        .value();
}

}  // namespace

TEST_CASE("A study with data comes in with its values typed and checked") {
    Store store;
    const auto report =
        store
            .import(small_study(data_for(one_value("1", R"(<ItemData ItemOID="I" Value="12"/>)") +
                                         one_value("2", R"(<ItemData ItemOID="I" Value="x"/>)"))))
            .value();
    CHECK(report.studies.size() == 1);
    CHECK(report.subjects == 2);
    CHECK(report.values == 2);
    CHECK(report.soft_findings == 1);
    CHECK(report.hard_findings == 1);
    const auto forms = forms_of(store, "1");
    REQUIRE(forms.size() == 1);
    const capture::Item* item = forms[0].document.find({"G", "1", "I"});
    REQUIRE(item != nullptr);
    CHECK(item->value == json::value(12));
    CHECK(item->findings.size() == 1);
}

TEST_CASE("Who entered a value and when comes from the nearest audit record") {
    Store store;
    const std::string audit =
        R"(<AuditRecord><UserRef UserOID="USR.7"/><LocationRef LocationOID="L"/>
<DateTimeStamp>2020-02-03T04:05:06Z</DateTimeStamp></AuditRecord>)";
    REQUIRE(store.import(small_study(
        data_for(one_value("1", R"(<ItemData ItemOID="I" Value="1">)" + audit + "</ItemData>")))));
    const auto forms = forms_of(store, "1");
    const capture::Item* item = forms.at(0).document.find({"G", "1", "I"});
    REQUIRE(item != nullptr);
    CHECK(item->by == "USR.7");
    CHECK(to_rfc3339(item->at) == "2020-02-03T04:05:06.000Z");
}

TEST_CASE("What data name and nobody defined is implied, said, and can be edited") {
    Store store;
    const auto report =
        store
            .import(small_study(data_for(one_value(
                "1",
                R"(<ItemData ItemOID="NEW" Value="1"/><ItemDataInteger ItemOID="N2">5</ItemDataInteger>)"))))
            .value();
    CHECK(report.implied.at("item defined by no metadata") == 2);
    const auto definition =
        store.db()
            .read([](db::Tx& tx) {
                return study::definition(
                    tx, study::latest_version(tx, study::find(tx, "S").value()->id).value());
            })
            .value();
    REQUIRE(definition->item("N2") != nullptr);
    CHECK(definition->item("N2")->data_type == "integer");
    CHECK(definition->group_has_item("G", "NEW"));
    CHECK(definition->item("NEW")->implied);
    CHECK(store.export_all().find("ItemDef OID=\"NEW\"") == std::string::npos);
}

TEST_CASE("A second value of one item in one row is kept, said and exported") {
    Store store;
    const auto report =
        store
            .import(small_study(data_for(one_value(
                "1", R"(<ItemData ItemOID="I" Value="1"/><ItemData ItemOID="I" Value="2"/>)"))))
            .value();
    CHECK(report.kept_elements.at("ItemData of ItemGroupData") == 1);
    const std::string xml = store.export_all();
    CHECK(xml.find("Value=\"1\"") != std::string::npos);
    CHECK(xml.find("Value=\"2\"") != std::string::npos);
}

TEST_CASE("Two rows without a repeat key become two rows and come out without one") {
    Store store;
    const std::string rows = R"(<SubjectData SubjectKey="1"><StudyEventData StudyEventOID="E">
<FormData FormOID="F"><ItemGroupData ItemGroupOID="G">
<ItemData ItemOID="I" Value="1"/></ItemGroupData>
<ItemGroupData ItemGroupOID="G"><ItemData ItemOID="I" Value="2"/></ItemGroupData></FormData>
</StudyEventData></SubjectData>)";
    REQUIRE(store.import(small_study(data_for(rows))));
    CHECK(forms_of(store, "1").at(0).document.rows.size() == 2);
    CHECK(store.export_all().find("ItemGroupRepeatKey") == std::string::npos);
}

TEST_CASE("Data without their metadata name the study and version to import first") {
    Store store;
    const auto parsed = interop::parse_odm(
        R"(<ODM ODMVersion="1.3"><ClinicalData StudyOID="S.9" MetaDataVersionOID="MDV.3"/></ODM>)");
    const auto report = store.import(parsed.value());
    REQUIRE_FALSE(report);
    CHECK(report.error().code == "metadata-first");
    CHECK(report.error().text.find("S.9") != std::string::npos);
    CHECK(report.error().text.find("MDV.3") != std::string::npos);
}

TEST_CASE("An import is all or nothing: a subject that exists leaves everything as it was") {
    Store store;
    const std::string first =
        small_study(data_for(one_value("1", R"(<ItemData ItemOID="I" Value="1"/>)")));
    REQUIRE(store.import(first));
    const std::string before = store.export_all();
    const std::string second = small_study(data_for(one_value("2", "") + one_value("1", "")));
    const auto again = store.import(second);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == "subject-exists");
    CHECK(store.export_all() == before);
}

TEST_CASE("A known version must be the same; a new one is added beside it") {
    Store store;
    REQUIRE(store.import(small_study()));
    REQUIRE(store.import(small_study()));
    const auto changed =
        store.import(small_study({}, R"(<ItemDef OID="J" Name="J" DataType="text"/>)"));
    REQUIRE_FALSE(changed);
    CHECK(changed.error().code == "version-differs");
    std::string next = small_study();
    next.replace(next.find("MetaDataVersion OID=\"M\""), 23, "MetaDataVersion OID=\"N\"");
    const auto report = store.import(next).value();
    REQUIRE(report.studies.size() == 1);
    CHECK_FALSE(report.studies[0].created);
    CHECK(report.studies[0].versions_added == std::vector<std::string>{"N"});
    CHECK(store.studies().at(0).latest_version_oid == "N");
}

TEST_CASE("A version sees what it includes, and its own definitions count first") {
    Store store;
    const std::string file = R"(<ODM ODMVersion="1.3.2"><Study OID="BASE"><MetaDataVersion OID="B"
 Name="B"><ItemDef OID="I" Name="base" DataType="text"/>
<ItemDef OID="J" Name="base" DataType="text"/></MetaDataVersion></Study>
<Study OID="S"><MetaDataVersion OID="M" Name="M"><Include StudyOID="BASE"
 MetaDataVersionOID="B"/><ItemDef OID="I" Name="own" DataType="text"/></MetaDataVersion></Study>
</ODM>)";
    REQUIRE(store.import(file));
    const auto definition =
        store.db()
            .read([](db::Tx& tx) {
                return study::definition(
                    tx, study::latest_version(tx, study::find(tx, "S").value()->id).value());
            })
            .value();
    CHECK(definition->item("I")->name == "own");
    CHECK(definition->item("J")->name == "base");
}

TEST_CASE("What is no study is refused by its own name") {
    CHECK(refusal("<RuleImport/>") == "openclinica-rules");
    CHECK(refusal("<MetaDataVersion OID='M'/>") == "odm-fragment");
    CHECK(refusal("<html/>") == "not-odm");
    CHECK(refusal("<ODM/>") == "no-study");
    CHECK(refusal("<ODM xmlns='http://www.cdisc.org/ns/odm/v9'/>") == "odm-version");
    CHECK(
        refusal(
            "<ODM xmlns:d='http://www.cdisc.org/ns/Dataset-XML/v1.0' d:DatasetXMLVersion='1'/>") ==
        "dataset-xml");
    CHECK(refusal("<ODM xmlns:d='http://www.cdisc.org/ns/def/v2.1'><Study OID='S'><MetaDataVersion"
                  " OID='M' d:DefineVersion='2.1'/></Study></ODM>") == "define-xml");
    CHECK(refusal(
              small_study(data_for(R"(<SubjectData SubjectKey="1" TransactionType="Remove"/>)"))) ==
          "odm-transactional");
    CHECK(refusal("<ODM><Study></ODM>") == "xml-ill-formed");
}

TEST_CASE("Data with subjects and no site at all say that a site is needed") {
    Store store(Store::Sites::none);
    const auto report = store.import(small_study(data_for(one_value("1", ""))));
    REQUIRE_FALSE(report);
    CHECK(report.error().code == "no-site");
    CHECK(store.import(small_study()));
}
