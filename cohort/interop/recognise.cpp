// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/normalise.h"
#include "cohort/study/element_io.h"

namespace cohort::interop {
namespace {

constexpr std::string_view dataset_namespace = "http://www.cdisc.org/ns/Dataset-XML/";
constexpr std::string_view define_namespace = "http://www.cdisc.org/ns/def/";

std::string at(const xml::Element& e) {
    return " (line " + std::to_string(e.line) + ")";
}

bool is_odm_namespace(std::string_view ns) {
    return ns.empty() || ns == study::odm_namespace || ns == odm2_namespace ||
           ns == "http://www.cdisc.org/ns/odm/v1.2" || ns == "http://www.cdisc.org/ns/odm/v1.1";
}

bool is_dataset_xml(const xml::Element& root) {
    for (const xml::Attribute& a : root.attributes)
        if (a.name == "DatasetXMLVersion") return true;
    for (const xml::Element& data : root.children)
        for (const xml::Element& row : data.children)
            for (const xml::Attribute& a : row.attributes)
                if (a.ns.starts_with(dataset_namespace)) return true;
    return false;
}

const xml::Element* define_xml(const xml::Element& root) {
    for (const xml::Element& study : root.children)
        for (const xml::Element& version : study.children)
            for (const xml::Attribute& a : version.attributes)
                if (a.ns.starts_with(define_namespace) && a.name == "DefineVersion")
                    return &version;
    return nullptr;
}

/// A change to data that must be here already; applying a file of changes is another task than
/// taking a study in.
const xml::Element* change_of_data(const xml::Element& e) {
    const std::string* type = e.attribute("TransactionType");
    if (type && (*type == "Update" || *type == "Remove")) return &e;
    for (const xml::Element& child : e.children)
        if (const xml::Element* found = change_of_data(child)) return found;
    return nullptr;
}

Result<void> recognise_other(const xml::Element& root) {
    if (root.name == "RuleImport")
        return refused("openclinica-rules",
                       "this is an OpenClinica rule file, not an ODM study; rules that belong to a "
                       "study come inside its ODM export");
    if (root.name == "MetaDataVersion" || root.name == "Study")
        return refused("odm-fragment", "this is a " + root.name +
                                           " alone, not an ODM file: the root element must be ODM");
    return refused("not-odm",
                   "the root element is " + root.name + "; a study file has the root element ODM");
}

}  // namespace

Result<void> recognise(const xml::Document& document) {
    const xml::Element& root = document.root;
    if (root.name != "ODM") return recognise_other(root);
    if (!is_odm_namespace(root.ns))
        return refused("odm-version", "the namespace " + root.ns + " is not one of ODM 1.x or 2.0");
    if (is_dataset_xml(root))
        return refused("dataset-xml",
                       "this is a Dataset-XML file: tables of submission data, not a study with "
                       "forms; it cannot be imported as a study");
    if (const xml::Element* version = define_xml(root))
        return refused("define-xml",
                       "this is a Define-XML file: it describes submission tables, not forms; it "
                       "cannot be imported as a study" +
                           at(*version));
    if (const xml::Element* change = change_of_data(root))
        return refused("odm-transactional",
                       "this file changes data that must be here already (TransactionType " +
                           *change->attribute("TransactionType") + " on " + change->name +
                           "); only snapshots are imported" + at(*change));
    return {};
}

}  // namespace cohort::interop
