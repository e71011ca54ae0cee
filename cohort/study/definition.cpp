// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/definition.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace cohort::study {
namespace {

template <class T>
void merge_into(std::vector<T>& own, std::vector<T>& included) {
    std::unordered_map<std::string, bool> known;
    for (const T& d : own) known.emplace(d.oid, true);
    for (T& d : included)
        if (known.emplace(d.oid, true).second) own.push_back(std::move(d));
}

void merge_version(MetadataVersion& own, MetadataVersion& included) {
    merge_into(own.events, included.events);
    merge_into(own.forms, included.forms);
    merge_into(own.groups, included.groups);
    merge_into(own.items, included.items);
    merge_into(own.code_lists, included.code_lists);
    merge_into(own.conditions, included.conditions);
    merge_into(own.methods, included.methods);
    merge_into(own.presentations, included.presentations);
    if (!own.protocol) own.protocol = std::move(included.protocol);
}

/// The first definition of an OID counts.
template <class T>
void index_all(const std::vector<T>& definitions, auto& index) {
    for (size_t i = 0; i < definitions.size(); ++i) index.emplace(definitions[i].oid, i);
}

template <class T>
const T* find_in(const std::vector<T>& definitions, const auto& index, std::string_view oid) {
    const auto it = index.find(oid);
    return it == index.end() ? nullptr : &definitions[it->second];
}

bool refers_to(const std::vector<ChildRef>& refs, std::string_view oid) {
    return std::any_of(refs.begin(), refs.end(), [&](const ChildRef& r) { return r.oid == oid; });
}

std::optional<int> number(const xml::Attribute& a) {
    int value = 0;
    const char* end = a.value.data() + a.value.size();
    const auto [at, error] = std::from_chars(a.value.data(), end, value);
    if (error != std::errc() || at != end) return std::nullopt;
    return value;
}

}  // namespace

Definition::Definition(MetadataVersion own, std::vector<MetadataVersion> included,
                       std::vector<MeasurementUnit> units)
    : merged_(std::move(own)), units_(std::move(units)) {
    for (MetadataVersion& version : included) merge_version(merged_, version);
    index_all(merged_.events, events_);
    index_all(merged_.forms, forms_);
    index_all(merged_.groups, groups_);
    index_all(merged_.items, items_);
    index_all(merged_.code_lists, code_lists_);
    index_all(units_, unit_index_);
    order_events();
}

void Definition::order_events() {
    const auto add = [this](const StudyEventDef* e) {
        if (e &&
            std::find(ordered_events_.begin(), ordered_events_.end(), e) == ordered_events_.end())
            ordered_events_.push_back(e);
    };
    if (merged_.protocol)
        for (const ChildRef* ref : in_order(merged_.protocol->events)) add(event(ref->oid));
    for (const StudyEventDef& e : merged_.events) add(event(e.oid));
}

bool Definition::event_is_mandatory(std::string_view event_oid) const {
    if (!merged_.protocol) return false;
    for (const ChildRef& ref : merged_.protocol->events)
        if (ref.oid == event_oid) return ref.is_mandatory();
    return false;
}

const StudyEventDef* Definition::event(std::string_view oid) const {
    return find_in(merged_.events, events_, oid);
}
const FormDef* Definition::form(std::string_view oid) const {
    return find_in(merged_.forms, forms_, oid);
}
const ItemGroupDef* Definition::group(std::string_view oid) const {
    return find_in(merged_.groups, groups_, oid);
}
const ItemDef* Definition::item(std::string_view oid) const {
    return find_in(merged_.items, items_, oid);
}
const CodeList* Definition::code_list(std::string_view oid) const {
    return find_in(merged_.code_lists, code_lists_, oid);
}
const MeasurementUnit* Definition::unit(std::string_view oid) const {
    return find_in(units_, unit_index_, oid);
}

bool Definition::event_has_form(std::string_view event_oid, std::string_view form_oid) const {
    const StudyEventDef* e = event(event_oid);
    return e && refers_to(e->forms, form_oid);
}
bool Definition::form_has_group(std::string_view form_oid, std::string_view group_oid) const {
    const FormDef* f = form(form_oid);
    return f && refers_to(f->groups, group_oid);
}
bool Definition::group_has_item(std::string_view group_oid, std::string_view item_oid) const {
    const ItemGroupDef* g = group(group_oid);
    return g && refers_to(g->items, item_oid);
}

std::vector<std::string> Definition::languages() const {
    std::map<std::string, size_t> counts;
    for (const ItemDef& i : merged_.items)
        if (i.question)
            for (const Translation& t : i.question->texts)
                if (t.lang && !t.text.empty()) ++counts[*t.lang];
    std::vector<std::pair<std::string, size_t>> sorted(counts.begin(), counts.end());
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    std::vector<std::string> out;
    for (auto& [lang, count] : sorted) out.push_back(std::move(lang));
    return out;
}

std::vector<const ChildRef*> in_order(const std::vector<ChildRef>& refs) {
    std::vector<const ChildRef*> out;
    for (const ChildRef& r : refs) out.push_back(&r);
    const bool numbered = std::all_of(refs.begin(), refs.end(),
                                      [](const ChildRef& r) { return r.order_number.has_value(); });
    if (numbered)
        std::sort(out.begin(), out.end(), [](const ChildRef* a, const ChildRef* b) {
            // Equal numbers stay as declared: both lie in one vector.
            return *a->order_number != *b->order_number ? *a->order_number < *b->order_number
                                                        : a < b;
        });
    return out;
}

std::optional<VisitWindow> window_of(const StudyEventDef& event) {
    std::optional<int> day, minus, plus;
    for (const xml::Attribute& a : event.extras.attributes) {
        if (a.ns == vendor_namespace) {
            if (a.name == "WindowDay") day = number(a);
            if (a.name == "WindowMinus") minus = number(a);
            if (a.name == "WindowPlus") plus = number(a);
        } else if (a.ns == "https://projectredcap.org") {
            if (a.name == "DayOffset") day = number(a);
            if (a.name == "OffsetMin") minus = number(a);
            if (a.name == "OffsetMax") plus = number(a);
        }
    }
    if (!day) return std::nullopt;
    return VisitWindow{*day, minus.value_or(0), plus.value_or(0)};
}

}  // namespace cohort::study
