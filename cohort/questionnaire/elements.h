// SPDX-License-Identifier: Apache-2.0
// Which elements and extensions of FHIR R4 we read, and of which type each is. What is not in
// these tables is not supported: a form that has it is refused by naming it.
#pragma once

#include <span>
#include <string_view>

namespace cohort::questionnaire {

struct Element {
    std::string_view name;
    std::string_view type;  ///< "string", "Coding", "Questionnaire.item"
    bool list = false;
    bool needed = false;
    bool dropped = false;  ///< means nothing to us and is not kept (the narrative)
};

/// How a primitive is written in JSON.
enum class Primitive { none, boolean, number, string };

/// `none` for a type that is made of elements.
Primitive primitive_of(std::string_view type);

/// The elements of a type in FHIR's order; nothing for primitives and for types we do not read.
std::span<const Element> elements_of(std::string_view type);

/// The element of that name, or null.
const Element* element_of(std::string_view type, std::string_view name);

/// Whether the text is one of the primitive type: "2024-02-30" is no date.
bool is_of_type(std::string_view type, std::string_view text);

/// "valueCoding" is a Coding, "valueDateTime" a dateTime; nothing for a type we do not read.
std::string_view type_of_choice(std::string_view name, std::string_view stem = "value");

/// Where an extension may stand.
enum Where : unsigned {
    on_form = 1,
    on_item = 2,
    on_option = 4,
    on_coding = 8,
    on_text = 16,  ///< beside a string or a markdown
    on_concept = 32,
    on_nothing = 0,
};

struct ExtensionRule {
    std::string_view url;
    unsigned where;
    /// "valueInteger valueDate": the value it may have. Empty: it consists of `parts`.
    std::string_view values;
    std::string_view parts = {};  ///< "lang content!": those with "!" are needed
    bool kept = false;            ///< given back as it came, without effect on answers or scores
};

/// The rule of an extension in that place, or null: not supported.
const ExtensionRule* extension_rule(std::string_view url, unsigned where);

/// Where an extension of an element of this type stands.
unsigned where_in(std::string_view type);

/// Every rule, for the documentation's list.
std::span<const ExtensionRule> extension_rules();

namespace extension {
inline constexpr std::string_view translation =
    "http://hl7.org/fhir/StructureDefinition/translation";
inline constexpr std::string_view min_value = "http://hl7.org/fhir/StructureDefinition/minValue";
inline constexpr std::string_view max_value = "http://hl7.org/fhir/StructureDefinition/maxValue";
inline constexpr std::string_view min_length = "http://hl7.org/fhir/StructureDefinition/minLength";
inline constexpr std::string_view regex = "http://hl7.org/fhir/StructureDefinition/regex";
inline constexpr std::string_view max_places =
    "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces";
inline constexpr std::string_view max_size = "http://hl7.org/fhir/StructureDefinition/maxSize";
inline constexpr std::string_view mime_type = "http://hl7.org/fhir/StructureDefinition/mimeType";
inline constexpr std::string_view min_occurs =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs";
inline constexpr std::string_view max_occurs =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs";
inline constexpr std::string_view unit =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unit";
inline constexpr std::string_view unit_option =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption";
inline constexpr std::string_view unit_value_set =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-unitValueSet";
inline constexpr std::string_view min_quantity =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-minQuantity";
inline constexpr std::string_view max_quantity =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity";
inline constexpr std::string_view reference_resource =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource";
inline constexpr std::string_view ordinal_value =
    "http://hl7.org/fhir/StructureDefinition/ordinalValue";
inline constexpr std::string_view item_weight =
    "http://hl7.org/fhir/StructureDefinition/itemWeight";
inline constexpr std::string_view hidden =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden";
inline constexpr std::string_view exclusive =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive";
inline constexpr std::string_view prefix =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-optionPrefix";
inline constexpr std::string_view constraint =
    "http://hl7.org/fhir/StructureDefinition/questionnaire-constraint";
inline constexpr std::string_view variable = "http://hl7.org/fhir/StructureDefinition/variable";
inline constexpr std::string_view calculated =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression";
inline constexpr std::string_view enable_when =
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression";
inline constexpr std::string_view xhtml = "http://hl7.org/fhir/StructureDefinition/rendering-xhtml";
}  // namespace extension

}  // namespace cohort::questionnaire
