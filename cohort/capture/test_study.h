// SPDX-License-Identifier: Apache-2.0
// A small study for the tests of this folder: one visit with a form of three item groups.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cohort/study/definition.h"

namespace cohort::capture {

inline study::ChildRef child(const char* oid, bool mandatory) {
    study::ChildRef ref;
    ref.oid = oid;
    ref.mandatory = mandatory;
    return ref;
}

inline study::ItemDef item(const char* oid, const char* data_type) {
    study::ItemDef def;
    def.oid = oid;
    def.name = oid;
    def.data_type = data_type;
    return def;
}

inline study::RangeCheck check(const char* comparator, const char* value, const char* soft_hard) {
    study::RangeCheck out;
    out.comparator = comparator;
    out.soft_hard = soft_hard;
    out.values.push_back({.text = value});
    out.error_message = study::Texts{.texts = {{.lang = "en", .text = std::string(comparator)}}};
    return out;
}

inline study::ItemGroupDef group(const char* oid, bool repeating,
                                 std::vector<study::ChildRef> items) {
    study::ItemGroupDef def;
    def.oid = oid;
    def.name = oid;
    def.repeating = repeating;
    def.items = std::move(items);
    return def;
}

/// Form F at visit V: VITALS (mandatory; SYS mandatory integer, soft above 180, hard above 300;
/// SEX from a code list; NOTE text), LAB (optional; NA mandatory with a unit), AE (repeating; TERM
/// mandatory, GRADE integer).
inline study::MetadataVersion test_version() {
    study::MetadataVersion version;
    version.oid = "MDV.1";
    version.name = "one";
    version.items = {item("SYS", "integer"), item("SEX", "text"),  item("NOTE", "text"),
                     item("NA", "float"),    item("TERM", "text"), item("GRADE", "integer")};
    version.items[0].checks = {check("LE", "180", "Soft"), check("LE", "300", "Hard")};
    version.items[1].code_list = study::Ref{.oid = "CL.SEX"};
    version.items[3].units = {{.oid = "U.MMOL"}, {.oid = "U.MG"}};
    study::CodeList sexes;
    sexes.oid = "CL.SEX";
    sexes.data_type = "text";
    sexes.items = {{.coded_value = "F"}, {.coded_value = "M"}};
    version.code_lists = {sexes};
    version.groups = {
        group("VITALS", false, {child("SYS", true), child("SEX", false), child("NOTE", false)}),
        group("LAB", false, {child("NA", true)}),
        group("AE", true, {child("TERM", true), child("GRADE", false)}),
        group("ELSEWHERE", false, {child("NOTE", false)})};
    study::FormDef form;
    form.oid = "F";
    form.name = "form";
    form.groups = {child("VITALS", true), child("LAB", false), child("AE", false)};
    version.forms = {form};
    study::StudyEventDef visit;
    visit.oid = "V";
    visit.name = "visit";
    visit.type = "Scheduled";
    visit.forms = {child("F", true)};
    version.events = {visit};
    study::Protocol protocol;
    protocol.events = {child("V", true)};
    version.protocol = protocol;
    return version;
}

inline std::vector<study::MeasurementUnit> test_units() {
    return {{.oid = "U.MMOL", .name = "mmol/L"}, {.oid = "U.MG", .name = "mg/dL"}};
}

inline std::unique_ptr<study::Definition> test_definition() {
    return std::make_unique<study::Definition>(test_version(),
                                               std::vector<study::MetadataVersion>(), test_units());
}

}  // namespace cohort::capture
