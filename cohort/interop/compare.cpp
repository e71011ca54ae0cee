// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/compare.h"

#include <map>

namespace cohort::interop {
namespace {

using Counts = std::map<std::string, std::int64_t>;

struct Content {
    Counts elements;
    Counts attributes;
    Counts texts;
};

/// The attributes that say which of several siblings an element is.
bool identifies(std::string_view name) {
    return name == "OID" || name == "SubjectKey" || name == "CodedValue" || name == "SeqNum" ||
           name == "ID" || name.ends_with("RepeatKey") || name == "StudyEventOID" ||
           name == "FormOID" || name == "ItemGroupOID" || name == "ItemOID";
}

std::string step(const xml::Element& e) {
    std::string out = "/" + e.name;
    std::string keys;
    for (const xml::Attribute& a : e.attributes)
        if (a.ns.empty() && identifies(a.name)) keys += (keys.empty() ? "" : ",") + a.value;
    return keys.empty() ? out : out + '[' + keys + ']';
}

void collect(const xml::Element& e, const std::string& parent, Content& out) {
    const std::string path = parent + step(e);
    ++out.elements[path];
    for (const xml::Attribute& a : e.attributes)
        ++out.attributes[path + "@" + a.name + " = \"" + a.value + "\""];
    if (!xml::is_blank(e.text)) ++out.texts[path + " = \"" + e.text + "\""];
    for (const xml::Element& child : e.children) {
        collect(child, path, out);
        if (!xml::is_blank(child.tail)) ++out.texts[path + " … \"" + child.tail + "\""];
    }
}

Share compare(const Counts& before, const Counts& after, Comparison& out) {
    Share share;
    for (const auto& [what, count] : before) {
        const auto it = after.find(what);
        const std::int64_t there = it == after.end() ? 0 : it->second;
        share.total += count;
        share.kept += std::min(count, there);
        for (std::int64_t i = there; i < count; ++i) out.missing.push_back(what);
    }
    for (const auto& [what, count] : after) {
        const auto it = before.find(what);
        const std::int64_t there = it == before.end() ? 0 : it->second;
        for (std::int64_t i = there; i < count; ++i) out.added.push_back(what);
    }
    return share;
}

}  // namespace

Comparison compare(const xml::Element& before, const xml::Element& after) {
    Content a, b;
    collect(before, "", a);
    collect(after, "", b);
    Comparison out;
    out.elements = compare(a.elements, b.elements, out);
    out.attributes = compare(a.attributes, b.attributes, out);
    out.texts = compare(a.texts, b.texts, out);
    return out;
}

}  // namespace cohort::interop
