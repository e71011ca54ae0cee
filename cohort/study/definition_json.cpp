// SPDX-License-Identifier: Apache-2.0
// The definition as the browser reads it. The shape is part of the HTTP API.
#include <algorithm>

#include "cohort/study/check_item.h"
#include "cohort/study/definition.h"

namespace cohort::study {
namespace {

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

void put_texts(json::object& out, std::string_view key, const std::optional<Texts>& texts) {
    if (texts && !texts->texts.empty()) out[key] = to_json(*texts);
}

json::object start(const DefinitionBase& d) {
    json::object out;
    out["oid"] = d.oid;
    out["name"] = d.name;
    put_texts(out, "title", d.description);
    if (d.implied) out["implied"] = true;
    return out;
}

json::array references(const std::vector<ChildRef>& refs) {
    json::array out;
    for (const ChildRef* ref : in_order(refs)) {
        json::object one{{"oid", ref->oid}, {"mandatory", ref->is_mandatory()}};
        if (ref->condition_oid) one["condition"] = *ref->condition_oid;
        if (ref->method_oid) one["method"] = *ref->method_oid;
        out.push_back(std::move(one));
    }
    return out;
}

json::object event_json(const Definition& definition, const StudyEventDef& e) {
    json::object out = start(e);
    out["type"] = e.type.empty() ? "scheduled" : lower(e.type);
    out["repeating"] = e.repeating.value_or(false);
    out["mandatory"] = definition.event_is_mandatory(e.oid);
    out["forms"] = references(e.forms);
    if (const auto w = window_of(e))
        out["window"] = {{"day", w->day}, {"minus", w->minus}, {"plus", w->plus}};
    return out;
}

json::object check_json(const RangeCheck& check, size_t number) {
    json::object out{{"id", "range-" + std::to_string(number)}};
    out["comparator"] = check.comparator ? json::value(*check.comparator) : json::value(nullptr);
    json::array values;
    for (const TextElement& v : check.values) values.emplace_back(v.text);
    out["values"] = std::move(values);
    out["severity"] = check.soft_hard == "Soft" ? "soft" : "hard";
    if (check.unit) out["unit"] = check.unit->oid;
    out["message"] = check.error_message ? to_json(*check.error_message) : json::object();
    return out;
}

json::object item_json(const ItemDef& item) {
    json::object out;
    out["oid"] = item.oid;
    out["name"] = item.name;
    out["question"] = item.question ? to_json(*item.question) : json::object();
    put_texts(out, "help", item.description);
    out["data_type"] = item.data_type;
    if (item.length) out["length"] = *item.length;
    if (item.significant_digits) out["significant_digits"] = *item.significant_digits;
    if (!item.units.empty()) {
        json::array units;
        for (const Ref& u : item.units) units.emplace_back(u.oid);
        out["unit_oids"] = std::move(units);
    }
    if (item.code_list) out["code_list"] = item.code_list->oid;
    json::array checks;
    for (size_t i = 0; i < item.checks.size(); ++i)
        checks.push_back(check_json(item.checks[i], i + 1));
    out["checks"] = std::move(checks);
    if (item.implied) out["implied"] = true;
    return out;
}

json::object code_list_json(const CodeList& list) {
    json::object out = start(list);
    out["data_type"] = list.data_type;
    out["external"] = list.external.has_value();
    struct Place {
        int order;
        size_t at;
        const CodeListItem* entry;
    };
    std::vector<Place> entries;
    bool numbered = true;
    for (const auto* from : {&list.items, &list.enumerated})
        for (const CodeListItem& e : *from) {
            numbered = numbered && e.order_number;
            entries.push_back({e.order_number.value_or(0), entries.size(), &e});
        }
    if (numbered)
        std::sort(entries.begin(), entries.end(), [](const Place& a, const Place& b) {
            return a.order != b.order ? a.order < b.order : a.at < b.at;
        });
    json::array all;
    for (const auto& [order, at, e] : entries)
        all.push_back(json::object{{"value", e->coded_value},
                                   {"text", e->decode ? to_json(*e->decode) : json::object()}});
    out["entries"] = std::move(all);
    return out;
}

template <class T, class F>
json::array each(const std::vector<T>& from, F convert) {
    json::array out;
    for (const T& one : from) out.push_back(convert(one));
    return out;
}

}  // namespace

json::object to_json(const Texts& texts) {
    json::object out;
    for (const Translation& t : texts.texts)
        if (!t.text.empty()) out.emplace(t.lang && !t.lang->empty() ? *t.lang : "und", t.text);
    return out;
}

json::value to_json(const Definition& definition) {
    json::object out;
    out["metadata_version"] = {{"oid", definition.oid()}, {"name", definition.name()}};
    out["languages"] =
        each(definition.languages(), [](const std::string& lang) { return json::value(lang); });
    out["events"] = each(definition.events(),
                         [&](const StudyEventDef* e) { return event_json(definition, *e); });
    out["forms"] = each(definition.forms(), [](const FormDef& f) {
        json::object one = start(f);
        one["repeating"] = f.repeating.value_or(false);
        one["groups"] = references(f.groups);
        return one;
    });
    out["groups"] = each(definition.groups(), [](const ItemGroupDef& g) {
        json::object one = start(g);
        one["repeating"] = g.repeating.value_or(false);
        one["items"] = references(g.items);
        return one;
    });
    out["items"] = each(definition.items(), item_json);
    out["code_lists"] = each(definition.code_lists(), code_list_json);
    out["units"] = each(definition.units(), [](const MeasurementUnit& u) {
        return json::object{{"oid", u.oid},
                            {"name", u.name},
                            {"symbol", u.symbol ? to_json(*u.symbol) : json::object()}};
    });
    return out;
}

}  // namespace cohort::study
