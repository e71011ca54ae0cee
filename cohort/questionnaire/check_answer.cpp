// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/check_answer.h"

#include <algorithm>

#include "cohort/questionnaire/decimal.h"

namespace cohort::questionnaire {
namespace {

bool is_kind(const Item& item, ValueKind kind) {
    switch (item.type) {
        case ItemType::boolean:
            return kind == ValueKind::boolean;
        case ItemType::decimal:
            return kind == ValueKind::decimal;
        case ItemType::integer:
            return kind == ValueKind::integer;
        case ItemType::date:
            return kind == ValueKind::date;
        case ItemType::date_time:
            return kind == ValueKind::date_time;
        case ItemType::time:
            return kind == ValueKind::time;
        case ItemType::string:
        case ItemType::text:
            return kind == ValueKind::string;
        case ItemType::url:
            return kind == ValueKind::uri;
        case ItemType::attachment:
            return kind == ValueKind::attachment;
        case ItemType::reference:
            return kind == ValueKind::reference;
        case ItemType::quantity:
            return kind == ValueKind::quantity;
        case ItemType::open_choice:
            if (kind == ValueKind::string) return true;
            [[fallthrough]];
        case ItemType::choice:
            return kind == ValueKind::coding ||
                   std::any_of(item.options.begin(), item.options.end(),
                               [kind](const Option& one) { return one.value.kind == kind; });
        case ItemType::group:
        case ItemType::display:
            break;
    }
    return false;
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// Source: RFC 3986 for the characters, RFC 4122 for urn:uuid.
bool is_uri(std::string_view text) {
    if (text.empty() || text.find_first_of(" \t\r\n\\\"<>^`{|}") != std::string_view::npos)
        return false;
    constexpr std::string_view uuid = "urn:uuid:";
    if (!text.starts_with(uuid)) return true;
    text.remove_prefix(uuid.size());
    if (text.size() != 36) return false;
    for (const std::size_t dash : {8, 13, 18, 23})
        if (text[dash] != '-') return false;
    return is_hex(text.substr(0, 8)) && is_hex(text.substr(9, 4)) && is_hex(text.substr(14, 4)) &&
           is_hex(text.substr(19, 4)) && is_hex(text.substr(24));
}

std::size_t bytes_in(std::string_view base64) {
    std::size_t digits = 0;
    for (const char c : base64)
        digits += c != '=' && c != '\n' && c != '\r' && c != ' ' && c != '\t';
    return digits * 6 / 8;
}

class Checker {
  public:
    Checker(const Questionnaire& form, const Item& item, const Value& value)
        : form_(form), item_(item), value_(value) {}

    std::vector<AnswerFinding> check() {
        if (value_.kind == ValueKind::none) {
            finding("no-value", "the answer has no value");
        } else if (!is_kind(item_, value_.kind)) {
            finding("wrong-type", std::string("a ") + to_string(value_.kind) +
                                      " is no answer to an item of type " + to_string(item_.type));
        } else {
            list();
            limits();
            if (value_.kind == ValueKind::string) text();
            if (value_.kind == ValueKind::decimal) places();
            if (value_.kind == ValueKind::quantity) quantity();
            if (value_.kind == ValueKind::attachment) attachment();
            if (value_.kind == ValueKind::reference) reference();
            if (value_.kind == ValueKind::uri && !is_uri(value_.text))
                finding("bad-uri", "it is no URI");
        }
        return std::move(out_);
    }

  private:
    void finding(std::string code, std::string message) {
        out_.push_back({std::move(code), std::move(message)});
    }

    // --- lists ----------------------------------------------------------------------------

    bool open() const {
        return item_.type == ItemType::open_choice && value_.kind == ValueKind::string;
    }

    void list() {
        if (open()) return;
        if (!item_.options.empty()) return option();
        if (item_.value_set.empty()) return;
        const ValueSet* set = form_.value_set(item_.value_set);
        if (value_.kind == ValueKind::coding)
            return member(set, value_.coding.code, &value_.coding.system,
                          value_.coding.display.text, "not-an-option");
        member(set, value_.text, nullptr, "", "not-an-option");
    }

    void option() {
        const auto found =
            std::find_if(item_.options.begin(), item_.options.end(),
                         [this](const Option& one) { return equal(one.value, value_); });
        if (found == item_.options.end())
            return finding("not-an-option", "it is none of the options");
        if (value_.kind == ValueKind::coding)
            display(found->value.coding.display, value_.coding.display.text);
    }

    void member(const ValueSet* set, const std::string& code, const std::string* system,
                const std::string& shown, const char* otherwise) {
        const Coding* found = set == nullptr ? nullptr : set->find(code, system);
        if (found == nullptr) return finding(otherwise, "it is not in the value set");
        display(found->display, shown);
    }

    void display(const Text& known, const std::string& shown) {
        if (!shown.empty() && !known.empty() && !known.is(shown))
            finding("wrong-display", "the code is shown with another text than its own");
    }

    // --- limits ---------------------------------------------------------------------------

    void limits() {
        if (item_.min_value.kind != ValueKind::none &&
            order(value_, item_.min_value) == std::strong_ordering::less)
            finding("below-minimum", "it is below the smallest value allowed");
        if (item_.max_value.kind != ValueKind::none &&
            order(value_, item_.max_value) == std::strong_ordering::greater)
            finding("above-maximum", "it is above the largest value allowed");
    }

    void text() {
        const auto length = static_cast<long>(characters_of(value_.text).size());
        if (item_.min_length && length < *item_.min_length)
            finding("too-short", "it is shorter than " + std::to_string(*item_.min_length));
        if (item_.max_length && length > *item_.max_length)
            finding("too-long", "it is longer than " + std::to_string(*item_.max_length));
        if (item_.pattern && !item_.pattern->matches(value_.text))
            finding("pattern", "it does not have the form that is asked for");
    }

    void places() {
        if (item_.max_places && decimal_places(value_.text) > *item_.max_places)
            finding("too-many-places", "it has more than " + std::to_string(*item_.max_places) +
                                           " digits after the point");
    }

    void quantity() {
        const Quantity& given = value_.quantity;
        if (item_.max_places && !given.value.empty() &&
            decimal_places(given.value) > *item_.max_places)
            finding("too-many-places", "it has more than " + std::to_string(*item_.max_places) +
                                           " digits after the point");
        unit(given);
        quantity_limit(item_.min_quantity, std::strong_ordering::less, "below-minimum");
        quantity_limit(item_.max_quantity, std::strong_ordering::greater, "above-maximum");
    }

    void unit(const Quantity& given) {
        if (!item_.unit_value_set.empty()) {
            if (given.code.empty()) return finding("unit", "the unit has no code");
            return member(form_.value_set(item_.unit_value_set), given.code, &given.system,
                          given.unit, "unit");
        }
        if (item_.unit_options.empty()) return;
        const bool known = std::any_of(
            item_.unit_options.begin(), item_.unit_options.end(), [&given](const Coding& one) {
                return one.code == given.code && one.system == given.system;
            });
        if (!known) finding("unit", "it is none of the units offered");
    }

    void quantity_limit(const std::optional<Quantity>& limit, std::strong_ordering beyond,
                        const char* code) {
        if (!limit) return;
        const auto found = order(value_.quantity, *limit);
        if (!found)
            finding("unit-incomparable", "its unit does not compare with the limit's");
        else if (*found == beyond)
            finding(code, "it is beyond the limit");
    }

    // --- attachments and references -------------------------------------------------------

    void attachment() {
        const Attachment& given = value_.attachment;
        const std::string held = std::to_string(bytes_in(given.data));
        if (!given.data.empty() && !given.size.empty() && given.size != held)
            finding("size-differs", "it says another size than it has");
        const std::string& size = given.data.empty() ? given.size : held;
        if (item_.max_size && !size.empty() && compare_decimals(size, *item_.max_size) > 0)
            finding("too-large", "it is larger than allowed");
        if (!item_.mime_types.empty() &&
            std::none_of(item_.mime_types.begin(), item_.mime_types.end(),
                         [&given](const std::string& type) {
                             return type == given.content_type ||
                                    (type.ends_with("/*") && given.content_type.starts_with(
                                                                 type.substr(0, type.size() - 1)));
                         }))
            finding("content-type", "it is none of the content types allowed");
    }

    void reference() {
        const std::string_view text = value_.text;
        if (!is_uri(text)) return finding("bad-reference", "it is no reference");
        if (text.starts_with("urn:") || text.starts_with('#')) return;
        const auto id = text.rfind('/');
        if (id == std::string_view::npos || id + 1 == text.size() || id == 0)
            return finding("bad-reference", "it is no reference");
        const auto start = text.rfind('/', id - 1);
        const std::string_view type =
            text.substr(start == std::string_view::npos ? 0 : start + 1,
                        id - (start == std::string_view::npos ? 0 : start + 1));
        const auto& allowed = item_.resource_types;
        if (!is_resource_type(type))
            finding("resource-type", "it names a resource type that FHIR R4 does not have");
        else if (!allowed.empty() &&
                 std::find(allowed.begin(), allowed.end(), type) == allowed.end())
            finding("resource-type", "it is none of the resource types allowed");
    }

    const Questionnaire& form_;
    const Item& item_;
    const Value& value_;
    std::vector<AnswerFinding> out_;
};

}  // namespace

bool is_resource_type(std::string_view name) {
    // Source: FHIR R4 (4.0.1), value set resource-types.
    static constexpr std::string_view names =
        " Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment"
        " AppointmentResponse AuditEvent Basic Binary BiologicallyDerivedProduct BodyStructure"
        " Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem"
        " ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication"
        " CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent"
        " Contract Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue"
        " Device DeviceDefinition DeviceMetric DeviceRequest DeviceUseStatement DiagnosticReport"
        " DocumentManifest DocumentReference EffectEvidenceSynthesis Encounter Endpoint"
        " EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence"
        " EvidenceVariable ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal"
        " GraphDefinition Group GuidanceResponse HealthcareService ImagingStudy Immunization"
        " ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide InsurancePlan"
        " Invoice Library Linkage List Location Measure MeasureReport Media Medication"
        " MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest"
        " MedicationStatement MedicinalProduct MedicinalProductAuthorization"
        " MedicinalProductContraindication MedicinalProductIndication"
        " MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured"
        " MedicinalProductPackaged MedicinalProductPharmaceutical"
        " MedicinalProductUndesirableEffect MessageDefinition MessageHeader MolecularSequence"
        " NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition"
        " OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice"
        " PaymentReconciliation Person PlanDefinition Practitioner PractitionerRole Procedure"
        " Provenance Questionnaire QuestionnaireResponse RelatedPerson RequestGroup"
        " ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject"
        " RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot"
        " Specimen SpecimenDefinition StructureDefinition StructureMap Subscription Substance"
        " SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation"
        " SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task"
        " TerminologyCapabilities TestReport TestScript ValueSet VerificationResult"
        " VisionPrescription ";
    return !name.empty() && name.find(' ') == std::string_view::npos &&
           names.find(' ' + std::string(name) + ' ') != std::string_view::npos;
}

std::vector<AnswerFinding> check_answer(const Questionnaire& form, const Item& item,
                                        const Value& value) {
    return Checker(form, item, value).check();
}

}  // namespace cohort::questionnaire
