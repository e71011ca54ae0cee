// SPDX-License-Identifier: Apache-2.0
// Source: FHIR R4 (4.0.1) and Structured Data Capture 3.0, the extension definitions named here.
#include "cohort/questionnaire/elements.h"

namespace cohort::questionnaire {
namespace {

constexpr std::string_view limits = "valueDate valueDateTime valueTime valueDecimal valueInteger";
constexpr std::string_view any_text = "valueString valueMarkdown";
constexpr bool kept = true;

// First those that change what an answer may be, what is shown or what is counted; then those that
// say how a page may look or what an author thought: kept and given back, without effect here.
constexpr ExtensionRule rules[] = {
    {extension::translation, on_text, "", "lang! content!"},
    {extension::min_value, on_item, limits},
    {extension::max_value, on_item, limits},
    {extension::min_length, on_item, "valueInteger"},
    {extension::regex, on_item, "valueString"},
    {extension::max_places, on_item, "valueInteger"},
    {extension::max_size, on_item, "valueDecimal"},
    {extension::mime_type, on_item, "valueCode"},
    {extension::min_occurs, on_item, "valueInteger"},
    {extension::max_occurs, on_item, "valueInteger"},
    {extension::unit, on_item, "valueCoding"},
    {extension::unit_option, on_item, "valueCoding"},
    {extension::unit_value_set, on_item, "valueCanonical"},
    {extension::min_quantity, on_item, "valueQuantity"},
    {extension::max_quantity, on_item, "valueQuantity"},
    {extension::reference_resource, on_item, "valueCode"},
    {extension::ordinal_value, on_option | on_coding | on_concept, "valueDecimal"},
    {extension::item_weight, on_option | on_coding | on_concept, "valueDecimal"},
    {extension::hidden, on_item, "valueBoolean"},
    {extension::exclusive, on_option, "valueBoolean"},
    {extension::prefix, on_option, "valueString"},
    {extension::constraint, on_form | on_item, "",
     "key! requirements severity! expression! human! location"},
    {extension::variable, on_form | on_item, "valueExpression"},
    {extension::calculated, on_item, "valueExpression"},
    {extension::enable_when, on_item, "valueExpression"},
    {"http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl", on_item,
     "valueCodeableConcept", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/questionnaire-displayCategory", on_item,
     "valueCodeableConcept", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/questionnaire-choiceOrientation", on_item,
     "valueCode", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/questionnaire-sliderStepValue", on_item,
     "valueInteger", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/questionnaire-supportLink", on_item, "valueUri", "",
     kept},
    {"http://hl7.org/fhir/StructureDefinition/questionnaire-fhirType", on_item, "valueString", "",
     kept},
    {"http://hl7.org/fhir/StructureDefinition/entryFormat", on_item, "valueString", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/quantity-precision", on_item, "valueInteger", "",
     kept},
    {"http://hl7.org/fhir/StructureDefinition/designNote", on_form | on_item, "valueMarkdown", "",
     kept},
    {"http://hl7.org/fhir/StructureDefinition/preferredTerminologyServer", on_form | on_item,
     "valueUrl", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/artifact-versionAlgorithm", on_form,
     "valueCoding valueString", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/cqf-library", on_form, "valueCanonical", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/rendering-style", on_text, "valueString", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/rendering-markdown", on_text, "valueMarkdown", "",
     kept},
    {"http://hl7.org/fhir/StructureDefinition/rendering-xhtml", on_text, "valueString", "", kept},
    {"http://hl7.org/fhir/StructureDefinition/display", on_text, "valueString", "", kept},
    {"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-entryMode", on_form,
     "valueCode", "", kept},
    {"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-shortText", on_item,
     any_text, "", kept},
    {"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-openLabel", on_item,
     "valueString", "", kept},
    {"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-collapsible", on_item,
     "valueCode", "", kept},
    {"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-width", on_item,
     "valueQuantity", "", kept},
    {"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-columnCount", on_item,
     "valuePositiveInt", "", kept},
    {"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-optionalDisplay", on_item,
     "valueBoolean", "", kept},
};

}  // namespace

std::span<const ExtensionRule> extension_rules() {
    return rules;
}

const ExtensionRule* extension_rule(std::string_view url, unsigned where) {
    for (const ExtensionRule& rule : rules)
        if (rule.url == url && (rule.where & where) != 0) return &rule;
    return nullptr;
}

unsigned where_in(std::string_view type) {
    if (type == "Questionnaire" || type == "QuestionnaireResponse") return on_form;
    if (type == "Questionnaire.item") return on_item;
    if (type == "Questionnaire.item.answerOption") return on_option;
    if (type == "Coding") return on_coding;
    if (type == "string" || type == "markdown") return on_text;
    if (type.starts_with("ValueSet.")) return on_concept;
    return on_nothing;
}

}  // namespace cohort::questionnaire
