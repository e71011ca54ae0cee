// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/plan.h"

#include <set>

#include "cohort/base/time.h"
#include "cohort/study/definition.h"

namespace cohort::interop {
namespace {

using Taken = std::set<std::pair<std::string, std::string>>;

/// A key that is free in its parent, and what the source said where that differs.
struct Key {
    std::string key;
    SaidRepeat said;
};

Key free_key(Taken& taken, const std::string& oid, const std::optional<std::string>& given) {
    Key out;
    out.key = given && !given->empty() ? *given : "1";
    for (int n = 2; !taken.emplace(oid, out.key).second; ++n) out.key = std::to_string(n);
    if (!given || *given != out.key) out.said = {false, given};
    return out;
}

/// Who and when, from the nearest AuditRecord.
struct Entered {
    std::string by;
    Instant at;
};

Entered entered(const Extras& extras, const Entered& outer) {
    for (const study::ForeignElement& f : extras.elements) {
        if (f.element.name != "AuditRecord") continue;
        Entered out = outer;
        if (const xml::Element* user = f.element.child("UserRef"))
            if (const std::string* oid = user->attribute("UserOID")) out.by = *oid;
        if (const xml::Element* stamp = f.element.child("DateTimeStamp"))
            if (const auto at = parse_instant(stamp->text)) out.at = *at;
        return out;
    }
    return outer;
}

/// What our own exports say of a value that is missing for a reason.
std::string take_missing(Extras& extras) {
    std::string missing;
    for (const xml::Attribute& a : extras.attributes)
        if (a.ns == study::vendor_namespace && a.name == "Missing") missing = a.value;
    if (missing != "ND" && missing != "NA" && missing != "UNK" && missing != "REFUSED") return {};
    std::erase_if(extras.attributes, [](const xml::Attribute& a) {
        return (a.ns == study::vendor_namespace && a.name == "Missing") ||
               (a.ns.empty() && a.name == "IsNull");
    });
    return missing;
}

capture::Item plan_item(const ItemData& data, const Entered& outer) {
    capture::Item out;
    KeptItem kept{.type = data.type, .extras = data.extras};
    out.oid = data.oid;
    out.raw = data.value.value_or("");
    out.unit = data.unit;
    out.missing = out.raw.empty() ? take_missing(kept.extras) : std::string();
    kept.no_value = !data.value && out.missing.empty();
    kept.empty = data.value && data.value->empty();
    const Entered here = entered(data.extras, outer);
    out.by = here.by;
    out.at = here.at;
    out.extra = to_text(kept);
    return out;
}

PlannedForm plan_form(const FormData& data, const Entered& outer) {
    PlannedForm out;
    out.form = data.oid;
    const Entered here = entered(data.extras, outer);
    Taken rows;
    for (const ItemGroupData& group : data.groups) {
        const Key key = free_key(rows, group.oid, group.repeat);
        capture::Row& row = out.document.rows.emplace_back();
        row.group = group.oid;
        row.repeat = key.key;
        row.extra = to_text(KeptNode{key.said, group.extras});
        const Entered in_row = entered(group.extras, here);
        for (const ItemData& item : group.items) row.items.push_back(plan_item(item, in_row));
    }
    return out;
}

PlannedVisit& visit(PlannedSubject& subject, const std::string& event, const std::string& repeat) {
    for (PlannedVisit& v : subject.visits)
        if (v.event == event && v.repeat == repeat) return v;
    PlannedVisit& v = subject.visits.emplace_back();
    v.event = event;
    v.repeat = repeat;
    return v;
}

}  // namespace

PlannedSubject plan_subject(const std::vector<Occurrence>& occurrences) {
    PlannedSubject out;
    std::map<std::pair<std::string, std::string>, Taken> forms;  // by visit
    std::map<std::string, Taken> events;                         // by version
    for (const auto& [version, data] : occurrences) {
        out.key = data->key;
        if (!find_part(out.parts, version)) {
            KeptPart& part = out.parts.emplace_back();
            part.version = version;
            part.extras = data->extras;
        }
        for (const study::ForeignElement& f : data->extras.elements)
            if (f.element.name == "SiteRef")
                if (const std::string* oid = f.element.attribute("LocationOID"))
                    out.site_oid = *oid;
        const Entered subject_entered = entered(data->extras, {});
        for (const StudyEventData& event : data->events) {
            const Key key = free_key(events[version], event.oid, event.repeat);
            PlannedVisit& planned = visit(out, event.oid, key.key);
            KeptPart& part = planned.parts.emplace_back();
            part.version = version;
            part.direct = event.direct;
            part.repeat = key.said;
            part.extras = event.extras;
            const Entered here = entered(event.extras, subject_entered);
            for (const FormData& form : event.forms) {
                const Key form_key =
                    free_key(forms[{planned.event, planned.repeat}], form.oid, form.repeat);
                PlannedForm one = plan_form(form, here);
                one.version = version;
                one.form_repeat = form_key.key;
                one.extra = to_text(KeptNode{form_key.said, form.extras});
                planned.forms.push_back(std::move(one));
            }
        }
    }
    return out;
}

}  // namespace cohort::interop
