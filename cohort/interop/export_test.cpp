// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/export.h"

#include <cstdlib>
#include <fstream>

#include "cohort/capture/capture.h"
#include "cohort/interop/compare.h"
#include "cohort/interop/test_files.h"
#include "cohort/interop/test_store.h"
#include "cohort/study/check_item.h"
#include "tests/support/test.h"

using namespace cohort;
using interop::test::Store;

namespace {

/// Changes one value of a subject's form through the front door of capture.
void edit(Store& store, const std::string& study_oid, const std::string& key,
          const std::string& form_oid, const capture::ItemKey& item, const std::string& raw) {
    store.db()
        .transact([&](db::Tx& tx) -> Result<void> {
            const auto study = TRY(study::find(tx, study_oid));
            const auto subject = TRY(subjects::find(tx, study->id, key));
            for (const capture::Form& form : TRY(capture::of_subject(tx, subject->id))) {
                if (form.place.form != form_oid || !form.document.find(item)) continue;
                const auto definition = TRY(study::definition(tx, form.metadata_version));
                capture::Patch patch;
                capture::Change& change = patch.changes.emplace_back();
                change.key = item;
                change.raw = raw;
                change.base_version = form.document.find(item)->version;
                capture::Refusal refusal;
                TRY(capture::save(tx, form.id, patch, {*definition, Store::actor(), {}}, refusal));
                return {};
            }
            return not_found("item", "no form of the subject has this item");
        })
        .value();
}

void add_subject(Store& store, const std::string& study_oid, const std::string& key) {
    store.db()
        .transact([&](db::Tx& tx) -> Result<void> {
            const auto study = TRY(study::find(tx, study_oid));
            const auto site = TRY(sites::active_of_study(tx, study->id)).at(0);
            TRY(subjects::create(
                tx,
                {.study = study->id, .site = site.id, .key = key, .enrolled_on = {}, .extra = {}},
                Store::actor()));
            return {};
        })
        .value();
}

xml::Element tree(const std::string& text) {
    return xml::parse(text).value().root;
}

}  // namespace

TEST_CASE(
    "An export comes from the tables: an edited value and a new subject differ, exactly there") {
    const auto metadata = interop::test::real_file("openedc/metadata.xml");
    const auto data = interop::test::real_file("openedc/clinicaldata.xml");
    if (!metadata || !data) {
        MESSAGE("real data: absent");
        return;
    }
    Store store;
    REQUIRE(store.import(*metadata));
    REQUIRE(store.import(*data));
    const auto before = tree(store.export_all());
    edit(store, "S.1", "01", "F.1", {"IG.1", "1", "Age"}, "73");
    add_subject(store, "S.1", "NEW-1");
    const auto difference = interop::compare(before, tree(store.export_all()));
    const std::string age =
        "/ODM/ClinicalData/SubjectData[01]/StudyEventData[SE.1]/FormData[F.1]"
        "/ItemGroupData[IG.1]/ItemData[Age]@Value = ";
    CHECK(difference.missing == std::vector<std::string>{age + "\"72\""});
    CHECK(difference.added ==
          std::vector<std::string>{"/ODM/ClinicalData/SubjectData[NEW-1]", age + "\"73\"",
                                   "/ODM/ClinicalData/SubjectData[NEW-1]@SubjectKey = \"NEW-1\""});
}

TEST_CASE("An export that is imported elsewhere exports the same again") {
    for (const char* name : {"openclinica-extracts/nsclc-extract.xml", "odmxmltools/test.xml",
                             "redcap-etl/Visits.REDCap.xml", "convert-pheno/generic_odm_v1.xml"}) {
        CAPTURE(name);
        const auto bytes = interop::test::real_file(name);
        if (!bytes) {
            MESSAGE("real data: absent");
            return;
        }
        Store one;
        REQUIRE(one.import(*bytes));
        const std::string first = one.export_all();
        Store other;
        REQUIRE(other.import(first));
        const auto difference = interop::compare(tree(first), tree(other.export_all()));
        CHECK(difference.missing.size() == 1);  // PriorFileOID names another file now
        CHECK(difference.added.size() == 1);
    }
}

TEST_CASE("The demo study comes in without a warning and goes out as it came") {
    const auto bytes = interop::test::project_file("demo/hypertension.xml");
    REQUIRE(bytes);
    Store store;
    const auto report = store.import(*bytes).value();
    CHECK(report.warnings.empty());
    CHECK(report.implied.empty());
    CHECK(report.studies.at(0).forms == 14);
    CHECK(report.studies.at(0).items == 147);
    const auto difference = interop::compare(tree(*bytes), tree(store.export_all()));
    for (const std::string& what : difference.missing)
        CHECK_MESSAGE(what.starts_with("/ODM@"), what);
    CHECK(difference.elements.kept == difference.elements.total);
    CHECK(difference.texts.kept == difference.texts.total);
}

TEST_CASE("Every question, choice and message of the demo study is there in Chinese and English") {
    Store store;
    REQUIRE(store.import(*interop::test::project_file("demo/hypertension.xml")));
    const auto definition =
        store.db()
            .read([&](db::Tx& tx) {
                return study::definition(tx, store.studies().at(0).latest_version);
            })
            .value();
    const auto bilingual = [](const std::optional<study::Texts>& texts) {
        if (!texts) return false;
        const auto out = study::to_json(*texts);
        return out.contains("en") && out.contains("zh-CN");
    };
    for (const auto& item : definition->items()) {
        CAPTURE(item.oid);
        CHECK(bilingual(item.question));
        for (const auto& check : item.checks) CHECK(bilingual(check.error_message));
        CHECK(study::unusable_checks(*definition, item).empty());
    }
    for (const auto& list : definition->code_lists())
        for (const auto& entry : list.items) CHECK(bilingual(entry.decode));
    for (const auto* event : definition->events()) CHECK(bilingual(event->description));
    CHECK(definition->events().size() == 8);
    CHECK(study::window_of(*definition->event("SE.V3"))->day == 28);
    CHECK_FALSE(study::window_of(*definition->event("SE.LOG")));
}

TEST_CASE("The demo study is valid by the schema of ODM 1.3.2, apart from our visit windows") {
    const auto folder = real_data::folder();
    const bool has_xmllint = std::system("xmllint --version >/dev/null 2>&1") == 0;
    if (!folder || !has_xmllint) {
        MESSAGE("real data or xmllint: absent");
        return;
    }
    auto document = xml::parse(*interop::test::project_file("demo/hypertension.xml")).value();
    const auto drop_ours = [](const auto& self, xml::Element& e) -> void {
        std::erase_if(e.attributes,
                      [](const xml::Attribute& a) { return a.ns == study::vendor_namespace; });
        for (xml::Element& child : e.children) self(self, child);
    };
    drop_ours(drop_ours, document.root);
    const ::test::TempFolder temp;
    std::ofstream(temp / "study.xml") << xml::write(document.root);
    const auto schema = *folder / "odm/cdisc-odm/xsd-1.3.2/ODM1-3-2.xsd";
    real_data::use(schema);
    const std::string command =
        "xmllint --nonet --noout --schema '" + schema.string() + "' '" + (temp / "study.xml") + "'";
    CHECK(std::system(command.c_str()) == 0);
}
