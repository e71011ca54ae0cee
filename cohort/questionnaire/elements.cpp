// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/elements.h"

#include <algorithm>
#include <array>
#include <string>

// Source: FHIR R4 (4.0.1), the StructureDefinitions of the types named here.
namespace cohort::questionnaire {
namespace {

constexpr bool list = true;
constexpr bool one = false;
constexpr bool needed = true;
constexpr bool optional = false;
constexpr bool dropped = true;

constexpr Element of_questionnaire[] = {
    {"id", "id"},
    {"meta", "Meta"},
    {"language", "code"},
    {"text", "Narrative", one, optional, dropped},
    {"contained", "Resource", list},
    {"extension", "Extension", list},
    {"url", "uri"},
    {"identifier", "Identifier", list},
    {"version", "string"},
    {"name", "string"},
    {"title", "string"},
    {"derivedFrom", "canonical", list},
    {"status", "code"},
    {"experimental", "boolean"},
    {"subjectType", "code", list},
    {"date", "dateTime"},
    {"publisher", "string"},
    {"contact", "ContactDetail", list},
    {"description", "markdown"},
    {"useContext", "UsageContext", list},
    {"jurisdiction", "CodeableConcept", list},
    {"purpose", "markdown"},
    {"copyright", "markdown"},
    {"approvalDate", "date"},
    {"lastReviewDate", "date"},
    {"effectivePeriod", "Period"},
    {"code", "Coding", list},
    {"item", "Questionnaire.item", list},
};
constexpr Element of_item[] = {
    {"id", "string"},
    {"extension", "Extension", list},
    {"linkId", "string", one, needed},
    {"definition", "uri"},
    {"code", "Coding", list},
    {"prefix", "string"},
    {"text", "string"},
    {"type", "code", one, needed},
    {"enableWhen", "Questionnaire.item.enableWhen", list},
    {"enableBehavior", "code"},
    {"required", "boolean"},
    {"repeats", "boolean"},
    {"readOnly", "boolean"},
    {"maxLength", "integer"},
    {"answerValueSet", "canonical"},
    {"answerOption", "Questionnaire.item.answerOption", list},
    {"initial", "Questionnaire.item.initial", list},
    {"item", "Questionnaire.item", list},
};
constexpr Element of_item_enablewhen[] = {
    {"id", "string"},
    {"question", "string", one, needed},
    {"operator", "code", one, needed},
    {"answerBoolean", "boolean"},
    {"answerDecimal", "decimal"},
    {"answerInteger", "integer"},
    {"answerDate", "date"},
    {"answerDateTime", "dateTime"},
    {"answerTime", "time"},
    {"answerString", "string"},
    {"answerCoding", "Coding"},
    {"answerQuantity", "Quantity"},
};
constexpr Element of_item_answeroption[] = {
    {"id", "string"},
    {"extension", "Extension", list},
    {"valueInteger", "integer"},
    {"valueDate", "date"},
    {"valueTime", "time"},
    {"valueString", "string"},
    {"valueCoding", "Coding"},
    {"initialSelected", "boolean"},
};
constexpr Element of_item_initial[] = {
    {"id", "string"},
    {"valueBoolean", "boolean"},
    {"valueDecimal", "decimal"},
    {"valueInteger", "integer"},
    {"valueDate", "date"},
    {"valueDateTime", "dateTime"},
    {"valueTime", "time"},
    {"valueString", "string"},
    {"valueUri", "uri"},
    {"valueAttachment", "Attachment"},
    {"valueCoding", "Coding"},
    {"valueQuantity", "Quantity"},
    {"valueReference", "Reference"},
};
constexpr Element of_questionnaireresponse[] = {
    {"id", "id"},
    {"meta", "Meta"},
    {"language", "code"},
    {"text", "Narrative", one, optional, dropped},
    {"extension", "Extension", list},
    {"identifier", "Identifier"},
    {"basedOn", "Reference", list},
    {"partOf", "Reference", list},
    {"questionnaire", "canonical"},
    {"status", "code", one, needed},
    {"subject", "Reference"},
    {"encounter", "Reference"},
    {"authored", "dateTime"},
    {"author", "Reference"},
    {"source", "Reference"},
    {"item", "QuestionnaireResponse.item", list},
};
constexpr Element of_questionnaireresponse_item[] = {
    {"id", "string"},
    {"extension", "Extension", list},
    {"linkId", "string", one, needed},
    {"definition", "uri"},
    {"text", "string"},
    {"answer", "QuestionnaireResponse.item.answer", list},
    {"item", "QuestionnaireResponse.item", list},
};
constexpr Element of_questionnaireresponse_item_answer[] = {
    {"id", "string"},
    {"extension", "Extension", list},
    {"valueBoolean", "boolean"},
    {"valueDecimal", "decimal"},
    {"valueInteger", "integer"},
    {"valueDate", "date"},
    {"valueDateTime", "dateTime"},
    {"valueTime", "time"},
    {"valueString", "string"},
    {"valueUri", "uri"},
    {"valueAttachment", "Attachment"},
    {"valueCoding", "Coding"},
    {"valueQuantity", "Quantity"},
    {"valueReference", "Reference"},
    {"item", "QuestionnaireResponse.item", list},
};
constexpr Element of_valueset[] = {
    {"id", "id"},
    {"meta", "Meta"},
    {"language", "code"},
    {"text", "Narrative", one, optional, dropped},
    {"url", "uri"},
    {"identifier", "Identifier", list},
    {"version", "string"},
    {"name", "string"},
    {"title", "string"},
    {"status", "code"},
    {"experimental", "boolean"},
    {"date", "dateTime"},
    {"publisher", "string"},
    {"contact", "ContactDetail", list},
    {"description", "markdown"},
    {"useContext", "UsageContext", list},
    {"jurisdiction", "CodeableConcept", list},
    {"purpose", "markdown"},
    {"copyright", "markdown"},
    {"immutable", "boolean"},
    {"compose", "ValueSet.compose"},
    {"expansion", "ValueSet.expansion"},
};
constexpr Element of_valueset_compose[] = {
    {"id", "string"},
    {"lockedDate", "date"},
    {"inactive", "boolean"},
    {"include", "ValueSet.compose.include", list, needed},
};
constexpr Element of_valueset_compose_include[] = {
    {"id", "string"},
    {"system", "uri"},
    {"version", "string"},
    {"concept", "ValueSet.compose.include.concept", list},
};
constexpr Element of_valueset_compose_include_concept[] = {
    {"id", "string"},
    {"extension", "Extension", list},
    {"code", "code", one, needed},
    {"display", "string"},
    {"designation", "ValueSet.designation", list},
};
constexpr Element of_valueset_designation[] = {
    {"id", "string"},
    {"language", "code"},
    {"use", "Coding"},
    {"value", "string", one, needed},
};
constexpr Element of_valueset_expansion[] = {
    {"id", "string"},
    {"identifier", "uri"},
    {"timestamp", "dateTime"},
    {"total", "integer"},
    {"offset", "integer"},
    {"parameter", "ValueSet.expansion.parameter", list},
    {"contains", "ValueSet.expansion.contains", list},
};
constexpr Element of_valueset_expansion_parameter[] = {
    {"id", "string"},
    {"name", "string", one, needed},
    {"valueString", "string"},
    {"valueBoolean", "boolean"},
    {"valueInteger", "integer"},
    {"valueDecimal", "decimal"},
    {"valueUri", "uri"},
    {"valueCode", "code"},
    {"valueDateTime", "dateTime"},
};
constexpr Element of_valueset_expansion_contains[] = {
    {"id", "string"},
    {"extension", "Extension", list},
    {"system", "uri"},
    {"abstract", "boolean"},
    {"inactive", "boolean"},
    {"version", "string"},
    {"code", "code"},
    {"display", "string"},
    {"designation", "ValueSet.designation", list},
    {"contains", "ValueSet.expansion.contains", list},
};
constexpr Element of_meta[] = {
    {"id", "string"},
    {"versionId", "id"},
    {"lastUpdated", "instant"},
    {"source", "uri"},
    {"profile", "canonical", list},
    {"security", "Coding", list},
    {"tag", "Coding", list},
};
constexpr Element of_coding[] = {
    {"id", "string"},
    {"extension", "Extension", list},
    {"system", "uri"},
    {"version", "string"},
    {"code", "code"},
    {"display", "string"},
    {"userSelected", "boolean"},
};
constexpr Element of_codeableconcept[] = {
    {"id", "string"},
    {"coding", "Coding", list},
    {"text", "string"},
};
constexpr Element of_quantity[] = {
    {"id", "string"},   {"value", "decimal"}, {"comparator", "code"},
    {"unit", "string"}, {"system", "uri"},    {"code", "code"},
};
constexpr Element of_attachment[] = {
    {"id", "string"},         {"contentType", "code"}, {"language", "code"},
    {"data", "base64Binary"}, {"url", "url"},          {"size", "unsignedInt"},
    {"hash", "base64Binary"}, {"title", "string"},     {"creation", "dateTime"},
};
constexpr Element of_reference[] = {
    {"id", "string"},      {"reference", "string"}, {"type", "uri"}, {"identifier", "Identifier"},
    {"display", "string"},
};
constexpr Element of_identifier[] = {
    {"id", "string"},    {"use", "code"},      {"type", "CodeableConcept"}, {"system", "uri"},
    {"value", "string"}, {"period", "Period"}, {"assigner", "Reference"},
};
constexpr Element of_period[] = {
    {"id", "string"},
    {"start", "dateTime"},
    {"end", "dateTime"},
};
constexpr Element of_contactdetail[] = {
    {"id", "string"},
    {"name", "string"},
    {"telecom", "ContactPoint", list},
};
constexpr Element of_contactpoint[] = {
    {"id", "string"}, {"system", "code"},      {"value", "string"},
    {"use", "code"},  {"rank", "positiveInt"}, {"period", "Period"},
};
constexpr Element of_usagecontext[] = {
    {"id", "string"},
    {"code", "Coding", one, needed},
    {"valueCodeableConcept", "CodeableConcept"},
    {"valueQuantity", "Quantity"},
    {"valueReference", "Reference"},
};
constexpr Element of_expression[] = {
    {"id", "string"},         {"description", "string"},
    {"name", "id"},           {"language", "code", one, needed},
    {"expression", "string"}, {"reference", "uri"},
};

struct Type {
    std::string_view name;
    std::span<const Element> elements;
};
constexpr Type types[] = {
    {"Questionnaire", of_questionnaire},
    {"Questionnaire.item", of_item},
    {"Questionnaire.item.enableWhen", of_item_enablewhen},
    {"Questionnaire.item.answerOption", of_item_answeroption},
    {"Questionnaire.item.initial", of_item_initial},
    {"QuestionnaireResponse", of_questionnaireresponse},
    {"QuestionnaireResponse.item", of_questionnaireresponse_item},
    {"QuestionnaireResponse.item.answer", of_questionnaireresponse_item_answer},
    {"ValueSet", of_valueset},
    {"ValueSet.compose", of_valueset_compose},
    {"ValueSet.compose.include", of_valueset_compose_include},
    {"ValueSet.compose.include.concept", of_valueset_compose_include_concept},
    {"ValueSet.designation", of_valueset_designation},
    {"ValueSet.expansion", of_valueset_expansion},
    {"ValueSet.expansion.parameter", of_valueset_expansion_parameter},
    {"ValueSet.expansion.contains", of_valueset_expansion_contains},
    {"Meta", of_meta},
    {"Coding", of_coding},
    {"CodeableConcept", of_codeableconcept},
    {"Quantity", of_quantity},
    {"Attachment", of_attachment},
    {"Reference", of_reference},
    {"Identifier", of_identifier},
    {"Period", of_period},
    {"ContactDetail", of_contactdetail},
    {"ContactPoint", of_contactpoint},
    {"UsageContext", of_usagecontext},
    {"Expression", of_expression},
};

}  // namespace

std::span<const Element> elements_of(std::string_view type) {
    for (const Type& known : types)
        if (known.name == type) return known.elements;
    return {};
}

const Element* element_of(std::string_view type, std::string_view name) {
    for (const Element& element : elements_of(type))
        if (element.name == name) return &element;
    return nullptr;
}

std::string_view type_of_choice(std::string_view name, std::string_view stem) {
    static constexpr std::string_view choices[] = {
        "boolean",  "decimal",    "integer", "positiveInt", "unsignedInt",     "date",
        "dateTime", "instant",    "time",    "string",      "markdown",        "uri",
        "url",      "canonical",  "code",    "id",          "base64Binary",    "Attachment",
        "Coding",   "Quantity",   "Period",  "Reference",   "CodeableConcept", "Identifier",
        "Meta",     "Expression",
    };
    if (!name.starts_with(stem) || name.size() == stem.size()) return {};
    const std::string_view rest = name.substr(stem.size());
    for (const std::string_view type : choices) {
        const char first = type[0] >= 'a' ? static_cast<char>(type[0] - 'a' + 'A') : type[0];
        if (rest[0] == first && rest.substr(1) == type.substr(1)) return type;
    }
    return {};
}

}  // namespace cohort::questionnaire
