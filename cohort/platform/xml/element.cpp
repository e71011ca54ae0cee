// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/xml/xml.h"

namespace cohort::xml {

const std::string* Element::attribute(std::string_view wanted) const {
    return attribute({}, wanted);
}

const std::string* Element::attribute(std::string_view ns_wanted, std::string_view wanted) const {
    for (const Attribute& a : attributes)
        if (a.name == wanted && a.ns == ns_wanted) return &a.value;
    return nullptr;
}

const Element* Element::child(std::string_view wanted) const {
    for (const Element& e : children)
        if (e.name == wanted) return &e;
    return nullptr;
}

bool Element::same_as(const Element& other) const {
    if (ns != other.ns || name != other.name || text != other.text || tail != other.tail)
        return false;
    if (attributes.size() != other.attributes.size() || children.size() != other.children.size())
        return false;
    for (size_t i = 0; i < attributes.size(); ++i) {
        const Attribute& a = attributes[i];
        const Attribute& b = other.attributes[i];
        if (a.ns != b.ns || a.name != b.name || a.value != b.value) return false;
    }
    for (size_t i = 0; i < children.size(); ++i)
        if (!children[i].same_as(other.children[i])) return false;
    return true;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace cohort::xml
