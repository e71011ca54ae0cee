// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/value_sets.h"

namespace cohort::questionnaire {
namespace {

using json::Exact;

Coding concept_of(const Exact& from, const std::string& system) {
    Coding out = read_coding(from);
    out.system = system;
    if (const Exact* designations = from.find("designation"))
        for (const Exact& one : designations->elements)
            if (const std::string language = text_of(one, "language"); !language.empty())
                out.display.translations[language] = text_of(one, "value");
    return out;
}

void add_contains(ValueSet& into, const Exact& from) {
    const Exact* all = from.find("contains");
    if (all == nullptr) return;
    for (const Exact& one : all->elements) {
        if (text_of(one, "abstract") != "true" && one.find("code") != nullptr)
            into.codings.push_back(concept_of(one, text_of(one, "system")));
        add_contains(into, one);
    }
}

}  // namespace

Result<ValueSet> value_set_of(const Exact& tree) {
    ValueSet out{.url = text_of(tree, "url")};
    if (const Exact* expansion = tree.find("expansion")) {
        add_contains(out, *expansion);
        return out;
    }
    const Exact* compose = tree.find("compose");
    if (compose == nullptr) return refused("value-set", "the value set lists no codes");
    for (const Exact& include : compose->find("include")->elements) {
        const Exact* concepts = include.find("concept");
        if (concepts == nullptr)
            return refused("value-set", "the value set takes its codes from the system " +
                                            text_of(include, "system") + ", which is not here");
        for (const Exact& one : concepts->elements)
            out.codings.push_back(concept_of(one, text_of(include, "system")));
    }
    return out;
}

Result<ValueSet> read_value_set(std::string_view bytes, Format format) {
    const Resource resource = TRY(read_resource(bytes, format, "ValueSet"));
    if (!resource.faults.empty())
        return invalid("value-set",
                       resource.faults.front().place + ": " + resource.faults.front().message);
    return value_set_of(resource.tree);
}

}  // namespace cohort::questionnaire
