// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/normalise.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "cohort/study/element_io.h"

namespace cohort::interop {
namespace {

/// The elements of ODM 1.3.2; of a 2.0 file, only these are said in 1.3.2's namespace.
const std::set<std::string_view> names_in_132 = {"ODM",
                                                 "Study",
                                                 "GlobalVariables",
                                                 "StudyName",
                                                 "StudyDescription",
                                                 "ProtocolName",
                                                 "BasicDefinitions",
                                                 "MeasurementUnit",
                                                 "Symbol",
                                                 "TranslatedText",
                                                 "MetaDataVersion",
                                                 "Include",
                                                 "Protocol",
                                                 "Description",
                                                 "StudyEventRef",
                                                 "Alias",
                                                 "StudyEventDef",
                                                 "FormRef",
                                                 "FormDef",
                                                 "ItemGroupRef",
                                                 "ArchiveLayout",
                                                 "ItemGroupDef",
                                                 "ItemRef",
                                                 "ItemDef",
                                                 "Question",
                                                 "ExternalQuestion",
                                                 "MeasurementUnitRef",
                                                 "RangeCheck",
                                                 "CheckValue",
                                                 "FormalExpression",
                                                 "ErrorMessage",
                                                 "CodeListRef",
                                                 "Role",
                                                 "CodeList",
                                                 "CodeListItem",
                                                 "Decode",
                                                 "ExternalCodeList",
                                                 "EnumeratedItem",
                                                 "ImputationMethod",
                                                 "Presentation",
                                                 "ConditionDef",
                                                 "MethodDef",
                                                 "AdminData",
                                                 "User",
                                                 "Location",
                                                 "SignatureDef",
                                                 "ReferenceData",
                                                 "ClinicalData",
                                                 "SubjectData",
                                                 "StudyEventData",
                                                 "FormData",
                                                 "ItemGroupData",
                                                 "ItemData",
                                                 "AuditRecord",
                                                 "AuditRecords",
                                                 "Signature",
                                                 "Signatures",
                                                 "Annotation",
                                                 "Annotations",
                                                 "UserRef",
                                                 "LocationRef",
                                                 "SignatureRef",
                                                 "DateTimeStamp",
                                                 "ReasonForChange",
                                                 "SourceID",
                                                 "InvestigatorRef",
                                                 "SiteRef",
                                                 "ArchiveLayoutRef",
                                                 "Comment",
                                                 "Flag",
                                                 "FlagValue",
                                                 "FlagType",
                                                 "Association",
                                                 "KeySet",
                                                 "LoginName",
                                                 "DisplayName",
                                                 "FullName",
                                                 "FirstName",
                                                 "LastName",
                                                 "Organization",
                                                 "Address",
                                                 "StreetName",
                                                 "City",
                                                 "StateProv",
                                                 "Country",
                                                 "PostalCode",
                                                 "OtherText",
                                                 "Email",
                                                 "Picture",
                                                 "Pager",
                                                 "Fax",
                                                 "Phone",
                                                 "Certificate",
                                                 "MetaDataVersionRef",
                                                 "Meaning",
                                                 "LegalReason",
                                                 "CryptoBindingManifest"};

bool is_in_132(std::string_view name) {
    // Value, Code and the like are mapped before they could keep their name.
    return names_in_132.count(name) != 0;
}

void rename_namespace(xml::Element& e, const std::string& from, bool only_known) {
    if (e.ns == from && (!only_known || is_in_132(e.name))) {
        e.ns = study::odm_namespace;
        e.prefix.clear();
    } else if (e.ns == odm2_namespace) {
        e.prefix = "odm2";
    }
    for (xml::Element& child : e.children) rename_namespace(child, from, only_known);
}

bool is(const xml::Element& e, std::string_view name) {
    return e.name == name && (e.ns == study::odm_namespace || e.ns == odm2_namespace);
}

std::optional<std::string> take_attribute(xml::Element& e, std::string_view name) {
    for (auto it = e.attributes.begin(); it != e.attributes.end(); ++it) {
        if (!it->ns.empty() || it->name != name) continue;
        std::string value = std::move(it->value);
        e.attributes.erase(it);
        return value;
    }
    return std::nullopt;
}

void rename_attribute(xml::Element& e, std::string_view from, const std::string& to) {
    for (xml::Attribute& a : e.attributes)
        if (a.ns.empty() && a.name == from) a.name = to;
}

xml::Element element(std::string name) {
    xml::Element e;
    e.ns = study::odm_namespace;
    e.name = std::move(name);
    return e;
}

/// Moves the children of this name out, in order. The text behind one stays where it stood.
void take_children(xml::Element& from, std::string_view name, std::vector<xml::Element>& into) {
    std::vector<xml::Element> rest;
    for (xml::Element& child : from.children) {
        if (!is(child, name)) {
            rest.push_back(std::move(child));
            continue;
        }
        (rest.empty() ? from.text : rest.back().tail) += std::exchange(child.tail, {});
        into.push_back(std::move(child));
    }
    from.children = std::move(rest);
}

/// One study's metadata and data from the words of 2.0 into those of 1.3.2.
class Translator {
  public:
    Translator(xml::Element& root, Mapped& mapped) : root_(root), mapped_(mapped) {}

    void run() {
        hoist_clinical_data();
        for (xml::Element& study : root_.children)
            if (is(study, "Study")) translate_study(study);
        for (xml::Element& data : root_.children)
            if (is(data, "ClinicalData"))
                for (xml::Element& subject : data.children)
                    for (xml::Element& event : subject.children)
                        if (is(event, "StudyEventData")) translate_event_data(event);
        translate_values(root_);
    }

  private:
    void note(const char* what) { ++mapped_[what]; }

    void hoist_clinical_data() {
        std::vector<xml::Element> found;
        for (xml::Element& study : root_.children) {
            if (!is(study, "Study")) continue;
            take_children(study, "ClinicalData", found);
        }
        for (xml::Element& data : found) {
            note("ClinicalData inside Study moved under ODM");
            root_.children.push_back(std::move(data));
        }
    }

    void translate_study(xml::Element& study) {
        translate_names(study);
        for (xml::Element& version : study.children) {
            if (!is(version, "MetaDataVersion")) continue;
            translate_forms(version);
            translate_event_refs(version);
            lift_nested_groups(version);
        }
    }

    /// Study@StudyName, Study@ProtocolName, Study/Description → GlobalVariables.
    void translate_names(xml::Element& study) {
        const bool has_globals =
            std::any_of(study.children.begin(), study.children.end(),
                        [](const xml::Element& e) { return is(e, "GlobalVariables"); });
        if (has_globals || !study.attribute("StudyName")) return;
        note("Study attributes and Description became GlobalVariables");
        xml::Element globals = element("GlobalVariables");
        xml::Element& name = globals.children.emplace_back(element("StudyName"));
        name.text = take_attribute(study, "StudyName").value_or("");
        xml::Element description = element("StudyDescription");
        const auto given = std::find_if(study.children.begin(), study.children.end(),
                                        [](const xml::Element& e) { return is(e, "Description"); });
        if (given != study.children.end() && given->children.size() == 1 &&
            given->attributes.empty()) {
            description.text = given->children.front().text;
            description.attributes = given->children.front().attributes;
            study.children.erase(given);
        }
        globals.children.push_back(std::move(description));
        xml::Element& protocol = globals.children.emplace_back(element("ProtocolName"));
        protocol.text = take_attribute(study, "ProtocolName").value_or("");
        study.children.insert(study.children.begin(), std::move(globals));
    }

    /// ItemGroupDef Type="Form" → FormDef; Repeating Static, Dynamic, Simple → Yes.
    void translate_forms(xml::Element& version) {
        for (xml::Element& e : version.children) {
            if (!is(e, "ItemGroupDef")) continue;
            translate_repeating(e);
            const std::string* type = e.attribute("Type");
            if (!type || *type != "Form") continue;
            note("ItemGroupDef Type=\"Form\" became FormDef");
            take_attribute(e, "Type");
            e.name = "FormDef";
        }
    }

    void translate_repeating(xml::Element& e) {
        for (xml::Attribute& a : e.attributes) {
            if (!a.ns.empty() || a.name != "Repeating") continue;
            if (a.value != "Static" && a.value != "Dynamic" && a.value != "Simple") return;
            note("ItemGroupDef Repeating Static, Dynamic or Simple became Yes");
            const std::string said = std::exchange(a.value, "Yes");
            e.attributes.push_back({std::string(odm2_namespace), "odm2", "Repeating", said});
            return;
        }
    }

    void translate_event_refs(xml::Element& version) {
        for (xml::Element& event : version.children) {
            if (!is(event, "StudyEventDef")) continue;
            for (xml::Element& ref : event.children) {
                if (!is(ref, "ItemGroupRef")) continue;
                note("ItemGroupRef of a StudyEventDef became FormRef");
                ref.name = "FormRef";
                rename_attribute(ref, "ItemGroupOID", "FormOID");
            }
        }
    }

    /// A group inside a group of a form becomes the form's next group.
    void lift_nested_groups(xml::Element& version) {
        std::map<std::string, xml::Element*> groups;
        for (xml::Element& e : version.children)
            if (is(e, "ItemGroupDef") && e.attribute("OID")) groups[*e.attribute("OID")] = &e;
        std::set<std::string> lifted;
        for (xml::Element& form : version.children) {
            if (!is(form, "FormDef")) continue;
            for (size_t i = 0; i < form.children.size() && i < groups_max; ++i) {
                const std::string* oid = form.children[i].attribute("ItemGroupOID");
                if (!is(form.children[i], "ItemGroupRef") || !oid || !groups.count(*oid)) continue;
                lifted.insert(*oid);
                size_t at = i;
                for (const xml::Element& ref : groups[*oid]->children)
                    if (is(ref, "ItemGroupRef") && !refers_to(form, ref))
                        form.children.insert(form.children.begin() + static_cast<long>(++at), ref);
            }
        }
        for (const std::string& oid : lifted)
            std::erase_if(groups[oid]->children, [&](const xml::Element& ref) {
                if (!is(ref, "ItemGroupRef")) return false;
                note("ItemGroupRef of an ItemGroupDef moved to its form");
                return true;
            });
    }

    static bool refers_to(const xml::Element& form, const xml::Element& wanted) {
        const std::string* oid = wanted.attribute("ItemGroupOID");
        return std::any_of(form.children.begin(), form.children.end(), [&](const xml::Element& e) {
            const std::string* there = e.attribute("ItemGroupOID");
            return oid && there && *there == *oid;
        });
    }

    /// ItemGroupData of a form → FormData; rows inside rows are lifted to the form.
    void translate_event_data(xml::Element& event) {
        for (xml::Element& form : event.children) {
            if (!is(form, "ItemGroupData")) continue;
            note("ItemGroupData of a form became FormData");
            form.name = "FormData";
            rename_attribute(form, "ItemGroupOID", "FormOID");
            rename_attribute(form, "ItemGroupRepeatKey", "FormRepeatKey");
            for (size_t i = 0; i < form.children.size(); ++i) {
                if (!is(form.children[i], "ItemGroupData")) continue;
                size_t at = i;
                std::vector<xml::Element> nested;
                take_children(form.children[i], "ItemGroupData", nested);
                for (xml::Element& row : nested) {
                    note("ItemGroupData inside ItemGroupData moved to its form");
                    form.children.insert(form.children.begin() + static_cast<long>(++at),
                                         std::move(row));
                }
            }
        }
    }

    /// ItemData/Value → ItemData@Value, FormalExpression/Code → its text.
    void translate_values(xml::Element& e) {
        for (xml::Element& child : e.children) {
            translate_values(child);
            if (is(child, "ItemData") && !child.attribute("Value")) take_value(child);
            if (is(child, "FormalExpression") && xml::is_blank(child.text)) take_code(child);
        }
    }

    void take_value(xml::Element& item) {
        const auto plain = [](const xml::Element& e) {
            return is(e, "Value") && e.attributes.empty() && e.children.empty();
        };
        const auto given = std::find_if(item.children.begin(), item.children.end(), plain);
        if (given == item.children.end()) return;
        note("Value element of ItemData became its Value attribute");
        item.attributes.push_back({{}, {}, "Value", given->text});
        item.children.erase(given);
    }

    void take_code(xml::Element& expression) {
        if (expression.children.size() != 1 || !is(expression.children.front(), "Code") ||
            !expression.children.front().attributes.empty() ||
            !expression.children.front().children.empty())
            return;
        note("Code element of FormalExpression became its text");
        std::string code = std::move(expression.children.front().text);
        expression.children.clear();
        expression.text = std::move(code);
    }

    static constexpr size_t groups_max = 10'000;  // a group that nests itself must end too
    xml::Element& root_;
    Mapped& mapped_;
};

}  // namespace

Mapped normalise(xml::Element& root) {
    Mapped mapped;
    const std::string from = root.ns;
    rename_namespace(root, from, from == odm2_namespace);
    Translator(root, mapped).run();
    return mapped;
}

}  // namespace cohort::interop
