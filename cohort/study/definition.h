// SPDX-License-Identifier: Apache-2.0
// A metadata version as the rest of the platform uses it: included versions merged in, every
// definition found by its OID.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cohort/base/json.h"
#include "cohort/study/metadata.h"

namespace cohort::study {

/// Immutable once built; share it freely between goroutines.
///
/// Lookups answer null for an unknown OID. Where a version and the one it includes define the same
/// OID, its own definition counts.
class Definition {
  public:
    /// `own` over the versions it includes, nearest first. The units are those of every study
    /// involved.
    Definition(MetadataVersion own, std::vector<MetadataVersion> included,
               std::vector<MeasurementUnit> units);
    Definition(const Definition&) = delete;
    Definition& operator=(const Definition&) = delete;

    const std::string& oid() const { return merged_.oid; }
    const std::string& name() const { return merged_.name; }

    /// In the order of the protocol; events that the protocol does not list come last.
    const std::vector<const StudyEventDef*>& events() const { return ordered_events_; }
    /// False for an event outside the protocol or not mandatory there.
    bool event_is_mandatory(std::string_view event_oid) const;

    const std::vector<FormDef>& forms() const { return merged_.forms; }
    const std::vector<ItemGroupDef>& groups() const { return merged_.groups; }
    const std::vector<ItemDef>& items() const { return merged_.items; }
    const std::vector<CodeList>& code_lists() const { return merged_.code_lists; }
    const std::vector<MeasurementUnit>& units() const { return units_; }

    const StudyEventDef* event(std::string_view oid) const;
    const FormDef* form(std::string_view oid) const;
    const ItemGroupDef* group(std::string_view oid) const;
    const ItemDef* item(std::string_view oid) const;
    const CodeList* code_list(std::string_view oid) const;
    const MeasurementUnit* unit(std::string_view oid) const;

    /// True when the form is planned in the event, the group in the form, the item in the group.
    bool event_has_form(std::string_view event_oid, std::string_view form_oid) const;
    bool form_has_group(std::string_view form_oid, std::string_view group_oid) const;
    bool group_has_item(std::string_view group_oid, std::string_view item_oid) const;

    /// Languages of the questions, most used first.
    std::vector<std::string> languages() const;

    const MetadataVersion& merged() const { return merged_; }

  private:
    using Index = std::unordered_map<std::string_view, size_t>;

    void order_events();

    MetadataVersion merged_;
    std::vector<MeasurementUnit> units_;
    std::vector<const StudyEventDef*> ordered_events_;
    Index events_, forms_, groups_, items_, code_lists_, unit_index_;
};

/// Children in the order to show: by OrderNumber where all have one, else as declared.
std::vector<const ChildRef*> in_order(const std::vector<ChildRef>& refs);

/// When a visit is due: days after enrolment, and how many days early or late still count.
struct VisitWindow {
    int day = 0;
    int minus = 0;
    int plus = 0;
};

/// Where Cohort writes what ODM has no word for (visit windows): docs/odm.md.
inline constexpr std::string_view vendor_namespace = "urn:cohort:odm:v1";

/// The window from our vendor attributes WindowDay, WindowMinus, WindowPlus, or from REDCap's
/// DayOffset, OffsetMin, OffsetMax.
std::optional<VisitWindow> window_of(const StudyEventDef& event);

/// The definition as the browser reads it (`GET /studies/{study}/definition`).
json::value to_json(const Definition& definition);

/// {"en": "Weight", "zh": "体重"}; a text without language is under "und".
json::object to_json(const Texts& texts);

}  // namespace cohort::study
