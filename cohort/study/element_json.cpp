// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/element_io.h"

namespace cohort::study {
namespace {

Error broken() {
    return internal("stored-element", "a stored element has another shape");
}

json::array attribute_to_json(const xml::Attribute& a) {
    json::array out{a.name, a.value};
    if (!a.ns.empty()) {
        out.emplace_back(a.ns);
        out.emplace_back(a.prefix);
    }
    return out;
}

Result<xml::Attribute> attribute_from_json(const json::value& stored) {
    if (!stored.is_array()) return broken();
    const json::array& parts = stored.get_array();
    if (parts.size() != 2 && parts.size() != 4) return broken();
    for (const json::value& part : parts)
        if (!part.is_string()) return broken();
    const auto text = [&](size_t i) { return std::string(parts[i].get_string()); };
    xml::Attribute out{{}, {}, text(0), text(1)};
    if (parts.size() == 4) {
        out.ns = text(2);
        out.prefix = text(3);
    }
    return out;
}

json::array attributes_to_json(const std::vector<xml::Attribute>& attributes) {
    json::array out;
    for (const xml::Attribute& a : attributes) out.push_back(attribute_to_json(a));
    return out;
}

Result<std::vector<xml::Attribute>> attributes_from_json(const json::object& from) {
    std::vector<xml::Attribute> out;
    const json::value* stored = from.if_contains("attributes");
    if (!stored) return out;
    if (!stored->is_array()) return broken();
    for (const json::value& a : stored->get_array()) out.push_back(TRY(attribute_from_json(a)));
    return out;
}

void put(json::object& out, std::string_view key, const std::string& text) {
    if (!text.empty()) out[key] = text;
}

Result<void> take(const json::object& from, std::string_view key, std::string& into) {
    const json::value* stored = from.if_contains(key);
    if (!stored) return {};
    if (!stored->is_string()) return broken();
    into = stored->get_string();
    return {};
}

}  // namespace

json::object element_to_json(const xml::Element& e) {
    json::object out{{"name", e.name}};
    if (e.ns != odm_namespace) out["ns"] = e.ns;
    put(out, "prefix", e.prefix);
    if (!e.attributes.empty()) out["attributes"] = attributes_to_json(e.attributes);
    put(out, "text", e.text);
    put(out, "tail", e.tail);
    if (!e.children.empty()) {
        json::array children;
        for (const xml::Element& child : e.children) children.push_back(element_to_json(child));
        out["children"] = std::move(children);
    }
    return out;
}

Result<xml::Element> element_from_json(const json::value& stored) {
    if (!stored.is_object()) return broken();
    const json::object& from = stored.get_object();
    xml::Element out;
    out.ns = odm_namespace;
    TRY(take(from, "name", out.name));
    TRY(take(from, "ns", out.ns));
    TRY(take(from, "prefix", out.prefix));
    TRY(take(from, "text", out.text));
    TRY(take(from, "tail", out.tail));
    out.attributes = TRY(attributes_from_json(from));
    if (const json::value* children = from.if_contains("children")) {
        if (!children->is_array()) return broken();
        for (const json::value& child : children->get_array())
            out.children.push_back(TRY(element_from_json(child)));
    }
    return out;
}

json::object extras_to_json(const Extras& extras) {
    json::object out;
    if (!extras.attributes.empty()) out["attributes"] = attributes_to_json(extras.attributes);
    put(out, "text", extras.text);
    if (!extras.elements.empty()) {
        json::array elements;
        for (const ForeignElement& f : extras.elements)
            elements.push_back(
                json::array{static_cast<std::int64_t>(f.at), element_to_json(f.element)});
        out["elements"] = std::move(elements);
    }
    return out;
}

Result<Extras> extras_from_json(const json::value& stored) {
    if (!stored.is_object()) return broken();
    const json::object& from = stored.get_object();
    Extras out;
    out.attributes = TRY(attributes_from_json(from));
    TRY(take(from, "text", out.text));
    const json::value* elements = from.if_contains("elements");
    if (!elements) return out;
    if (!elements->is_array()) return broken();
    for (const json::value& f : elements->get_array()) {
        if (!f.is_array() || f.get_array().size() != 2 || !f.get_array()[0].is_int64())
            return broken();
        out.elements.push_back({static_cast<size_t>(f.get_array()[0].get_int64()),
                                TRY(element_from_json(f.get_array()[1]))});
    }
    return out;
}

}  // namespace cohort::study
