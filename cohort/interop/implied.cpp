// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/implied.h"

#include <map>
#include <set>

namespace cohort::interop {
namespace {

/// Collects what is missing; parents and children by OID, each once.
class Collector {
  public:
    Collector(const study::Definition& definition, Tally& tally)
        : definition_(definition), tally_(tally) {}

    void take(const StudyEventData& event) {
        for (const FormData& form : event.forms) {
            if (!definition_.event_has_form(event.oid, form.oid))
                add(events_, definition_.event(event.oid), "event", event.oid, form.oid);
            take(form);
        }
        if (event.forms.empty() && !definition_.event(event.oid))
            add(events_, definition_.event(event.oid), "event", event.oid, {});
    }

    study::MetadataVersion result() const {
        study::MetadataVersion out;
        for (const auto& [oid, forms] : events_) {
            study::StudyEventDef& d = out.events.emplace_back();
            name(d, oid);
            d.type = "Scheduled";
            d.repeating = true;
            d.forms = refs(forms);
            if (oid == implied_event_oid) {
                d.name = "Data";
                d.repeating = false;
            }
        }
        for (const auto& [oid, groups] : forms_) {
            study::FormDef& d = out.forms.emplace_back();
            name(d, oid);
            d.repeating = true;
            d.groups = refs(groups);
        }
        for (const auto& [oid, items] : groups_) {
            study::ItemGroupDef& d = out.groups.emplace_back();
            name(d, oid);
            d.repeating = true;
            d.items = refs(items);
        }
        for (const auto& [oid, type] : items_) {
            study::ItemDef& d = out.items.emplace_back();
            name(d, oid);
            d.data_type = type;
        }
        return out;
    }

  private:
    using Children = std::map<std::string, std::vector<std::string>>;

    void take(const FormData& form) {
        for (const ItemGroupData& group : form.groups) {
            if (!definition_.form_has_group(form.oid, group.oid))
                add(forms_, definition_.form(form.oid), "form", form.oid, group.oid);
            for (const ItemData& item : group.items) {
                if (!definition_.group_has_item(group.oid, item.oid))
                    add(groups_, definition_.group(group.oid), "item group", group.oid, item.oid);
                if (!definition_.item(item.oid) && items_.emplace(item.oid, type_of(item)).second)
                    ++tally_["item defined by no metadata"];
            }
            if (group.items.empty() && !definition_.group(group.oid))
                add(groups_, definition_.group(group.oid), "item group", group.oid, {});
        }
        if (form.groups.empty() && !definition_.form(form.oid))
            add(forms_, definition_.form(form.oid), "form", form.oid, {});
    }

    void add(Children& all, const void* defined, const char* what, const std::string& parent,
             const std::string& child) {
        const bool fresh = all.find(parent) == all.end();
        auto& children = all[parent];
        if (fresh && !defined) ++tally_[std::string(what) + " defined by no metadata"];
        if (child.empty() || !seen_.emplace(what + (' ' + parent), child).second) return;
        children.push_back(child);
        if (defined) ++tally_["place in a " + std::string(what) + " that does not list it"];
    }

    static void name(study::DefinitionBase& d, const std::string& oid) {
        d.oid = oid;
        d.name = oid;
        d.implied = true;
    }

    static std::vector<study::ChildRef> refs(const std::vector<std::string>& oids) {
        std::vector<study::ChildRef> out;
        for (const std::string& oid : oids) {
            study::ChildRef& ref = out.emplace_back();
            ref.oid = oid;
            ref.mandatory = false;
        }
        return out;
    }

    /// ItemDataInteger → integer; untyped data are text.
    static std::string type_of(const ItemData& item) {
        if (item.type.empty() || item.type == "Any" || item.type == "String") return "text";
        if (item.type == "URI") return item.type;
        std::string type = item.type;
        type.front() = static_cast<char>(type.front() - 'A' + 'a');
        return type;
    }

    const study::Definition& definition_;
    Tally& tally_;
    Children events_, forms_, groups_;
    std::map<std::string, std::string> items_;
    std::set<std::pair<std::string, std::string>> seen_;
};

}  // namespace

study::MetadataVersion implied_by(const study::Definition& definition,
                                  const std::vector<const SubjectData*>& subjects, Tally& tally) {
    Collector collector(definition, tally);
    for (const SubjectData* subject : subjects)
        for (const StudyEventData& event : subject->events) collector.take(event);
    return collector.result();
}

study::MetadataVersion implied_event(const study::Definition& definition, Tally& tally) {
    study::MetadataVersion out;
    if (!definition.events().empty() || definition.forms().empty()) return out;
    ++tally["event defined by no metadata"];
    study::StudyEventDef& event = out.events.emplace_back();
    event.oid = implied_event_oid;
    event.name = "Data";
    event.implied = true;
    event.type = "Scheduled";
    event.repeating = false;
    for (const study::FormDef& form : definition.forms()) {
        study::ChildRef& ref = event.forms.emplace_back();
        ref.oid = form.oid;
        ref.mandatory = false;
    }
    return out;
}

}  // namespace cohort::interop
