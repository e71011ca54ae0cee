// SPDX-License-Identifier: Apache-2.0
// Source: FHIR R4 §2.6.1 and §2.6.2, the two formats and how they map: an XML element's `value` is
// JSON's value, repeated elements are a list, extensions of a primitive stand beside it as "_name".
#include "cohort/questionnaire/resource_xml.h"

#include <algorithm>

#include "cohort/platform/xml/xml.h"
#include "cohort/questionnaire/elements.h"
#include "cohort/questionnaire/resource.h"

namespace cohort::questionnaire {
namespace {

using json::Exact;
using Kind = Exact::Kind;

constexpr std::string_view fhir_namespace = "http://hl7.org/fhir";

// --- in -----------------------------------------------------------------------------------

Exact object_of(const xml::Element& from, std::string_view type);

Exact primitive(std::string_view type, const std::string& text) {
    switch (primitive_of(type)) {
        case Primitive::boolean:
            return {.kind = Kind::boolean, .text = text};
        case Primitive::number:
            return Exact::number(text);
        default:
            return Exact::string(text);
    }
}

// In an extension any name may be a value of the type it names.
std::string_view type_of_child(std::string_view type, std::string_view name) {
    if (const Element* element = element_of(type, name)) return element->type;
    if (type == "Extension" && name == "extension") return "Extension";
    return type == "Extension" ? type_of_choice(name) : std::string_view();
}

bool is_list(std::string_view type, std::string_view name) {
    const Element* element = element_of(type, name);
    return element != nullptr ? element->list : name == "extension";
}

void add(Exact& into, std::string_view name, Exact value, bool list) {
    Exact* there = into.find(name);
    if (there == nullptr)
        into.set(name, list ? Exact::array({std::move(value)}) : std::move(value));
    else if (there->is(Kind::array))
        there->elements.push_back(std::move(value));
    else  // a second one of what stands once: the check refuses the list
        *there = Exact::array({std::move(*there), std::move(value)});
}

void add_primitive(Exact& into, const xml::Element& child, std::string_view type, bool list) {
    if (const std::string* value = child.attribute("value"))
        add(into, child.name, primitive(type, *value), list);
    if (child.children.empty() && child.attribute("id") == nullptr) return;
    Exact beside = Exact::object();
    if (const std::string* id = child.attribute("id")) beside.set("id", Exact::string(*id));
    for (const xml::Element& part : child.children) {
        const bool known = part.name == "extension";
        add(beside, part.name, object_of(part, known ? "Extension" : ""), known);
    }
    add(into, '_' + child.name, std::move(beside), list);
}

void add_child(Exact& into, const xml::Element& child, std::string_view type) {
    const std::string_view known = type_of_child(type, child.name);
    const bool list = is_list(type, child.name);
    if (known == "Resource") {
        for (const xml::Element& resource : child.children) {
            Exact inside = object_of(resource, resource.name);
            inside.members.insert(inside.members.begin(),
                                  {"resourceType", Exact::string(resource.name)});
            add(into, child.name, std::move(inside), true);
        }
        return;
    }
    if (primitive_of(known) != Primitive::none) return add_primitive(into, child, known, list);
    add(into, child.name, object_of(child, known), list);
}

Exact object_of(const xml::Element& from, std::string_view type) {
    Exact out = Exact::object();
    for (const xml::Attribute& attribute : from.attributes)
        out.set(attribute.name, Exact::string(attribute.value));
    if (type == "Narrative") return out;
    for (const xml::Element& child : from.children) add_child(out, child, type);
    return out;
}

// --- out ----------------------------------------------------------------------------------

void write_object(xml::Element& into, const Exact& from, std::string_view type);

xml::Element element(std::string_view name) {
    xml::Element out;
    out.ns = fhir_namespace;
    out.name = std::string(name);
    return out;
}

void write_one(xml::Element& into, std::string_view name, std::string_view type, const Exact* value,
               const Exact* beside) {
    xml::Element out = element(name);
    if (primitive_of(type) != Primitive::none && value != nullptr)
        out.attributes.push_back({.name = "value", .value = value->text});
    if (beside != nullptr) write_object(out, *beside, "Extension");
    if (type == "Resource") {
        xml::Element inside = element(value->find("resourceType")->text);
        write_object(inside, *value, inside.name);
        out.children.push_back(std::move(inside));
    } else if (primitive_of(type) == Primitive::none) {
        write_object(out, *value, type);
    }
    into.children.push_back(std::move(out));
}

void write_member(xml::Element& into, std::string_view name, std::string_view type,
                  const Exact& from) {
    const Exact* value = from.find(name);
    const Exact* beside = from.find('_' + std::string(name));
    if (value == nullptr && beside == nullptr) return;
    if (value == nullptr || !value->is(Kind::array))
        return write_one(into, name, type, value, beside);
    for (const Exact& one : value->elements) write_one(into, name, type, &one, nullptr);
}

// XML has an order: the tables'. Attributes are the id of what is no resource and an extension's
// url.
void write_object(xml::Element& into, const Exact& from, std::string_view type) {
    if (type == "Extension") {
        for (const char* name : {"id", "url"})
            if (const Exact* value = from.find(name))
                into.attributes.push_back({.name = name, .value = value->text});
        write_member(into, "extension", "Extension", from);
        for (const auto& [name, value] : from.members)
            if (!type_of_choice(name).empty()) write_member(into, name, type_of_choice(name), from);
        return;
    }
    const bool resource = from.find("resourceType") != nullptr;
    for (const Element& known : elements_of(type)) {
        const Exact* id = known.name == "id" && !resource ? from.find("id") : nullptr;
        if (id != nullptr)
            into.attributes.push_back({.name = "id", .value = id->text});
        else
            write_member(into, known.name, known.type, from);
    }
}

}  // namespace

Result<Exact> tree_of_xml(std::string_view bytes, std::size_t bytes_max) {
    const xml::Document document = TRY(xml::parse(bytes, {.bytes_max = bytes_max}));
    const xml::Element& root = document.root;
    if (root.ns != fhir_namespace)
        return invalid("resource-type", "the document is not in FHIR's namespace");
    Exact out = object_of(root, root.name);
    out.members.insert(out.members.begin(), {"resourceType", Exact::string(root.name)});
    return out;
}

std::string to_xml(const Exact& tree) {
    xml::Element root = element(tree.find("resourceType")->text);
    write_object(root, tree, root.name);
    return xml::write(root);
}

}  // namespace cohort::questionnaire
