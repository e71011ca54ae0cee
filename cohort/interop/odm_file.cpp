// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/odm_file.h"

#include <algorithm>

#include "cohort/study/element_io.h"

namespace cohort::interop {
namespace {

constexpr std::string_view item_data = "ItemData";

bool is_odm(const xml::Element& e, std::string_view name) {
    return e.ns == study::odm_namespace && e.name == name && e.tail.empty();
}

bool is_item_data(const xml::Element& e) {
    return e.ns == study::odm_namespace && e.name.starts_with(item_data) && e.tail.empty();
}

/// Hands out the parts of an element that are understood; the rest are its extras.
class Parts {
  public:
    Parts(const xml::Element& element, study::Kept& kept)
        : element_(element),
          kept_(kept),
          attributes_(element.attributes.size(), false),
          children_(element.children.size(), false) {}

    std::optional<std::string> optional(std::string_view name) {
        for (size_t i = 0; i < attributes_.size(); ++i) {
            const xml::Attribute& a = element_.attributes[i];
            if (a.name != name || !a.ns.empty()) continue;
            attributes_[i] = true;
            return a.value;
        }
        return std::nullopt;
    }
    std::string required(std::string_view name) { return optional(name).value_or(""); }

    /// Gives each child to `f`, which says whether it understood it.
    void children(auto f) {
        for (size_t i = 0; i < children_.size(); ++i)
            if (!children_[i]) children_[i] = f(element_.children[i]);
    }

    Extras rest(bool text_taken = false) const {
        Extras out;
        for (size_t i = 0; i < attributes_.size(); ++i)
            if (!attributes_[i]) out.attributes.push_back(element_.attributes[i]);
        for (size_t i = 0; i < children_.size(); ++i)
            if (!children_[i]) out.elements.push_back({i, element_.children[i]});
        if (!text_taken) out.text = element_.text;
        kept_.note(element_, out);
        return out;
    }

  private:
    const xml::Element& element_;
    study::Kept& kept_;
    std::vector<bool> attributes_;
    std::vector<bool> children_;
};

ItemData read_item(const xml::Element& e, study::Kept& kept) {
    Parts parts(e, kept);
    ItemData out;
    out.line = e.line;
    out.oid = parts.required("ItemOID");
    out.type = e.name.substr(item_data.size());
    const bool typed = !out.type.empty();
    if (typed)
        out.value = e.text;
    else
        out.value = parts.optional("Value");
    if (typed) out.unit = parts.required("MeasurementUnitOID");
    parts.children([&](const xml::Element& child) {
        const std::string* unit = child.attribute("MeasurementUnitOID");
        if (typed || !out.unit.empty() || !is_odm(child, "MeasurementUnitRef") || !unit ||
            child.attributes.size() != 1 || !child.children.empty() || !child.text.empty())
            return false;
        out.unit = *unit;
        return true;
    });
    out.extras = parts.rest(typed);
    return out;
}

ItemGroupData read_group(const xml::Element& e, study::Kept& kept) {
    Parts parts(e, kept);
    ItemGroupData out;
    out.line = e.line;
    out.oid = parts.required("ItemGroupOID");
    out.repeat = parts.optional("ItemGroupRepeatKey");
    parts.children([&](const xml::Element& child) {
        // The second value of one item in one row cannot be a second item: it is kept as it is.
        const std::string* oid = child.attribute("ItemOID");
        if (!is_item_data(child) || !oid || oid->empty() ||
            std::any_of(out.items.begin(), out.items.end(),
                        [&](const ItemData& i) { return i.oid == *oid; }))
            return false;
        out.items.push_back(read_item(child, kept));
        return true;
    });
    out.extras = parts.rest();
    return out;
}

FormData read_form(const xml::Element& e, study::Kept& kept) {
    Parts parts(e, kept);
    FormData out;
    out.line = e.line;
    out.oid = parts.required("FormOID");
    out.repeat = parts.optional("FormRepeatKey");
    parts.children([&](const xml::Element& child) {
        if (!is_odm(child, "ItemGroupData") || !child.attribute("ItemGroupOID")) return false;
        out.groups.push_back(read_group(child, kept));
        return true;
    });
    out.extras = parts.rest();
    return out;
}

StudyEventData read_event(const xml::Element& e, study::Kept& kept) {
    Parts parts(e, kept);
    StudyEventData out;
    out.line = e.line;
    out.oid = parts.required("StudyEventOID");
    out.repeat = parts.optional("StudyEventRepeatKey");
    parts.children([&](const xml::Element& child) {
        if (!is_odm(child, "FormData") || !child.attribute("FormOID")) return false;
        out.forms.push_back(read_form(child, kept));
        return true;
    });
    out.extras = parts.rest();
    return out;
}

SubjectData read_subject(const xml::Element& e, study::Kept& kept) {
    Parts parts(e, kept);
    SubjectData out;
    out.line = e.line;
    out.key = parts.required("SubjectKey");
    parts.children([&](const xml::Element& child) {
        if (is_odm(child, "StudyEventData") && child.attribute("StudyEventOID")) {
            out.events.push_back(read_event(child, kept));
            return true;
        }
        if (!is_odm(child, "FormData") || !child.attribute("FormOID")) return false;
        if (out.events.empty() || !out.events.back().direct) {
            StudyEventData& event = out.events.emplace_back();
            event.oid = implied_event_oid;
            event.direct = true;
            event.line = child.line;
        }
        out.events.back().forms.push_back(read_form(child, kept));
        return true;
    });
    out.extras = parts.rest();
    return out;
}

ClinicalData read_clinical(const xml::Element& e, study::Kept& kept) {
    Parts parts(e, kept);
    ClinicalData out;
    out.line = e.line;
    out.study_oid = parts.required("StudyOID");
    out.version_oid = parts.required("MetaDataVersionOID");
    parts.children([&](const xml::Element& child) {
        if (!is_odm(child, "SubjectData") || !child.attribute("SubjectKey")) return false;
        out.subjects.push_back(read_subject(child, kept));
        return true;
    });
    out.extras = parts.rest();
    return out;
}

AdminData read_admin(const xml::Element& e, study::Kept& kept) {
    Parts parts(e, kept);
    AdminData out;
    out.line = e.line;
    out.study_oid = parts.optional("StudyOID");
    parts.children([&](const xml::Element& child) {
        if (!is_odm(child, "User") && !is_odm(child, "Location") && !is_odm(child, "SignatureDef"))
            return false;
        const std::string* oid = child.attribute("OID");
        out.entries.push_back({child.name, oid ? *oid : "", child});
        return true;
    });
    out.extras = parts.rest();
    return out;
}

ReferenceData read_reference(const xml::Element& e, study::Kept& kept) {
    Parts parts(e, kept);
    ReferenceData out;
    out.line = e.line;
    out.study_oid = parts.required("StudyOID");
    out.version_oid = parts.required("MetaDataVersionOID");
    parts.children([&](const xml::Element& child) {
        if (!is_odm(child, "ItemGroupData")) return false;
        const std::string* oid = child.attribute("ItemGroupOID");
        out.rows.push_back({child.name, oid ? *oid : "", child});
        return true;
    });
    out.extras = parts.rest();
    return out;
}

// --- writing --------------------------------------------------------------------------------

xml::Element element(std::string name) {
    xml::Element e;
    e.ns = study::odm_namespace;
    e.name = std::move(name);
    return e;
}

void put(xml::Element& e, std::string name, std::string value) {
    e.attributes.push_back({{}, {}, std::move(name), std::move(value)});
}

void put(xml::Element& e, std::string name, const std::optional<std::string>& value) {
    if (value) put(e, std::move(name), *value);
}

void put_extras(xml::Element& e, const Extras& extras) {
    for (const xml::Attribute& a : extras.attributes) e.attributes.push_back(a);
    for (const study::ForeignElement& f : extras.elements) {
        const size_t at = std::min(f.at, e.children.size());
        e.children.insert(e.children.begin() + static_cast<long>(at), f.element);
    }
    if (!extras.text.empty()) e.text = extras.text;
}

xml::Element write_item(const ItemData& item) {
    xml::Element e = element(std::string(item_data) + item.type);
    put(e, "ItemOID", item.oid);
    if (item.type.empty()) {
        put(e, "Value", item.value);
        if (!item.unit.empty()) {
            xml::Element& unit = e.children.emplace_back(element("MeasurementUnitRef"));
            put(unit, "MeasurementUnitOID", item.unit);
        }
    } else {
        e.text = item.value.value_or("");
        if (!item.unit.empty()) put(e, "MeasurementUnitOID", item.unit);
    }
    put_extras(e, item.extras);
    return e;
}

xml::Element write_form(const FormData& form) {
    xml::Element e = element("FormData");
    put(e, "FormOID", form.oid);
    put(e, "FormRepeatKey", form.repeat);
    for (const ItemGroupData& group : form.groups) {
        xml::Element& g = e.children.emplace_back(element("ItemGroupData"));
        put(g, "ItemGroupOID", group.oid);
        put(g, "ItemGroupRepeatKey", group.repeat);
        for (const ItemData& item : group.items) g.children.push_back(write_item(item));
        put_extras(g, group.extras);
    }
    put_extras(e, form.extras);
    return e;
}

xml::Element write_subject(const SubjectData& subject) {
    xml::Element e = element("SubjectData");
    put(e, "SubjectKey", subject.key);
    for (const StudyEventData& event : subject.events) {
        if (event.direct) {
            for (const FormData& form : event.forms) e.children.push_back(write_form(form));
            continue;
        }
        xml::Element& v = e.children.emplace_back(element("StudyEventData"));
        put(v, "StudyEventOID", event.oid);
        put(v, "StudyEventRepeatKey", event.repeat);
        for (const FormData& form : event.forms) v.children.push_back(write_form(form));
        put_extras(v, event.extras);
    }
    put_extras(e, subject.extras);
    return e;
}

xml::Element write_clinical(const ClinicalData& data) {
    xml::Element e = element("ClinicalData");
    put(e, "StudyOID", data.study_oid);
    put(e, "MetaDataVersionOID", data.version_oid);
    for (const SubjectData& subject : data.subjects) e.children.push_back(write_subject(subject));
    put_extras(e, data.extras);
    return e;
}

xml::Element write_admin(const AdminData& data) {
    xml::Element e = element("AdminData");
    put(e, "StudyOID", data.study_oid);
    for (const Entry& entry : data.entries) e.children.push_back(entry.element);
    put_extras(e, data.extras);
    return e;
}

xml::Element write_reference(const ReferenceData& data) {
    xml::Element e = element("ReferenceData");
    put(e, "StudyOID", data.study_oid);
    put(e, "MetaDataVersionOID", data.version_oid);
    for (const Entry& row : data.rows) e.children.push_back(row.element);
    put_extras(e, data.extras);
    return e;
}

}  // namespace

const std::string* OdmFile::attribute(std::string_view name) const {
    for (const xml::Attribute& a : attributes)
        if (a.ns.empty() && a.name == name) return &a.value;
    return nullptr;
}

OdmFile read_odm(const xml::Element& root, study::Kept& kept) {
    OdmFile out;
    Parts parts(root, kept);
    parts.children([&](const xml::Element& child) {
        if (is_odm(child, "Study") && child.attribute("OID"))
            out.studies.push_back(study::read_study(child, &kept));
        else if (is_odm(child, "AdminData"))
            out.admin.push_back(read_admin(child, kept));
        else if (is_odm(child, "ReferenceData"))
            out.reference.push_back(read_reference(child, kept));
        else if (is_odm(child, "ClinicalData"))
            out.clinical.push_back(read_clinical(child, kept));
        else
            return false;
        return true;
    });
    out.extras = parts.rest();
    out.attributes = std::move(out.extras.attributes);
    out.extras.attributes.clear();
    return out;
}

xml::Element write_odm(const OdmFile& file) {
    xml::Element root = element("ODM");
    root.attributes = file.attributes;
    for (const study::StudyMetadata& s : file.studies)
        root.children.push_back(study::write_study(s));
    for (const AdminData& a : file.admin) root.children.push_back(write_admin(a));
    for (const ReferenceData& r : file.reference) root.children.push_back(write_reference(r));
    for (const ClinicalData& c : file.clinical) root.children.push_back(write_clinical(c));
    put_extras(root, file.extras);
    return root;
}

}  // namespace cohort::interop
