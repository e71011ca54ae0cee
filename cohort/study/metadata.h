// SPDX-License-Identifier: Apache-2.0
// The metadata of a study as plain structs: the words of CDISC ODM 1.3.2, nothing behind them.
// What a file holds beyond the standard (vendor attributes and elements, values that the standard
// does not allow) stays attached to its node in `extras`, so that an export gives it back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/platform/xml/xml.h"

namespace cohort::study {

/// An element that the model has no field for, and where it stood among its siblings.
struct ForeignElement {
    size_t at = 0;
    xml::Element element = {};
};

struct Extras {
    std::vector<xml::Attribute> attributes = {};
    std::vector<ForeignElement> elements = {};
    std::string text = {};  ///< character data where the standard has none

    bool empty() const { return attributes.empty() && elements.empty() && text.empty(); }
};

/// Text in one language; without a language it is in the file's own.
struct Translation {
    std::optional<std::string> lang = {};
    std::string text = {};
    Extras extras = {};
};

struct Texts {
    std::vector<Translation> texts = {};
    Extras extras = {};
};

/// An element that holds nothing but text.
struct TextElement {
    std::string text = {};
    Extras extras = {};
};

struct Alias {
    std::string context = {};
    std::string name = {};
    Extras extras = {};
};

struct FormalExpression {
    std::optional<std::string> context = {};
    std::string text = {};
    Extras extras = {};
};

/// A reference that says nothing but whom it means.
struct Ref {
    std::string oid = {};
    Extras extras = {};
};

/// A place in an ordered list: an event of the protocol, a form of an event, a group of a form, an
/// item of a group. The last five fields belong to items only.
struct ChildRef {
    std::string oid = {};
    std::optional<int> order_number = {};
    std::optional<bool> mandatory = {};
    std::optional<std::string> condition_oid = {};  ///< CollectionExceptionConditionOID
    std::optional<int> key_sequence = {};
    std::optional<std::string> method_oid = {};
    std::optional<std::string> imputation_method_oid = {};
    std::optional<std::string> role = {};
    std::optional<std::string> role_code_list_oid = {};
    Extras extras = {};

    bool is_mandatory() const { return mandatory.value_or(false); }
};

struct MeasurementUnit {
    std::string oid = {};
    std::string name = {};
    std::optional<Texts> symbol = {};
    std::vector<Alias> aliases = {};
    Extras extras = {};
};

/// The parts every definition has. `implied` marks one that no file declares: it stands for what
/// clinical data named without a definition, and is never exported.
struct DefinitionBase {
    std::string oid = {};
    std::string name = {};
    std::optional<Texts> description = {};
    std::vector<Alias> aliases = {};
    Extras extras = {};
    bool implied = false;
};

struct StudyEventDef : DefinitionBase {
    std::optional<bool> repeating = {};
    std::string type = {};  ///< Scheduled, Unscheduled or Common
    std::optional<std::string> category = {};
    std::vector<ChildRef> forms = {};
};

struct ArchiveLayout {
    std::string oid = {};
    std::string pdf_file_name = {};
    std::optional<std::string> presentation_oid = {};
    Extras extras = {};
};

struct FormDef : DefinitionBase {
    std::optional<bool> repeating = {};
    std::vector<ChildRef> groups = {};
    std::vector<ArchiveLayout> archive_layouts = {};
};

struct ItemGroupDef : DefinitionBase {
    std::optional<bool> repeating = {};
    std::optional<bool> is_reference_data = {};
    std::optional<std::string> sas_dataset_name = {};
    std::optional<std::string> domain = {};
    std::optional<std::string> origin = {};
    std::optional<std::string> role = {};
    std::optional<std::string> purpose = {};
    std::optional<std::string> comment = {};
    std::vector<ChildRef> items = {};
};

struct ExternalQuestion {
    std::optional<std::string> dictionary = {};
    std::optional<std::string> version = {};
    std::optional<std::string> code = {};
    Extras extras = {};
};

struct RangeCheck {
    std::optional<std::string> comparator = {};  ///< LT LE GT GE EQ NE IN NOTIN
    std::string soft_hard = {};                  ///< Soft or Hard
    std::vector<TextElement> values = {};
    std::vector<FormalExpression> expressions = {};
    std::optional<Ref> unit = {};
    std::optional<Texts> error_message = {};
    Extras extras = {};
};

struct ItemDef : DefinitionBase {
    std::string data_type = {};
    std::optional<int> length = {};
    std::optional<int> significant_digits = {};
    std::optional<std::string> sas_field_name = {};
    std::optional<std::string> sds_var_name = {};
    std::optional<std::string> origin = {};
    std::optional<std::string> comment = {};
    std::optional<Texts> question = {};
    std::optional<ExternalQuestion> external_question = {};
    std::vector<Ref> units = {};
    std::vector<RangeCheck> checks = {};
    std::optional<Ref> code_list = {};
    std::vector<TextElement> roles = {};
};

/// A CodeListItem, or an EnumeratedItem (which has no decode).
struct CodeListItem {
    std::string coded_value = {};
    std::optional<std::string> rank = {};
    std::optional<int> order_number = {};
    std::optional<Texts> decode = {};
    std::vector<Alias> aliases = {};
    Extras extras = {};
};

struct ExternalCodeList {
    std::optional<std::string> dictionary = {};
    std::optional<std::string> version = {};
    std::optional<std::string> href = {};
    std::optional<std::string> ref = {};
    Extras extras = {};
};

struct CodeList : DefinitionBase {
    std::string data_type = {};
    std::optional<std::string> sas_format_name = {};
    std::vector<CodeListItem> items = {};
    std::vector<CodeListItem> enumerated = {};
    std::optional<ExternalCodeList> external = {};
};

struct ImputationMethod {
    std::string oid = {};
    std::string text = {};
    Extras extras = {};
};

struct Presentation {
    std::string oid = {};
    std::optional<std::string> lang = {};
    std::string text = {};
    Extras extras = {};
};

/// A ConditionDef, or a MethodDef (which has a type).
struct ExpressionDef : DefinitionBase {
    std::optional<std::string> type = {};
    std::vector<FormalExpression> expressions = {};
};

struct Include {
    std::string study_oid = {};
    std::string metadata_version_oid = {};
    Extras extras = {};
};

struct Protocol {
    std::optional<Texts> description = {};
    std::vector<ChildRef> events = {};
    std::vector<Alias> aliases = {};
    Extras extras = {};
};

/// One immutable set of definitions, as declared; what it includes from another is not merged in.
struct MetadataVersion {
    std::string oid = {};
    std::string name = {};
    std::optional<std::string> description = {};
    std::optional<Include> include = {};
    std::optional<Protocol> protocol = {};
    std::vector<StudyEventDef> events = {};
    std::vector<FormDef> forms = {};
    std::vector<ItemGroupDef> groups = {};
    std::vector<ItemDef> items = {};
    std::vector<CodeList> code_lists = {};
    std::vector<ImputationMethod> imputation_methods = {};
    std::vector<Presentation> presentations = {};
    std::vector<ExpressionDef> conditions = {};
    std::vector<ExpressionDef> methods = {};
    Extras extras = {};
};

struct GlobalVariables {
    std::optional<TextElement> study_name = {};
    std::optional<TextElement> study_description = {};
    std::optional<TextElement> protocol_name = {};
    Extras extras = {};
};

struct BasicDefinitions {
    std::vector<MeasurementUnit> units = {};
    Extras extras = {};
};

/// A user, location or signature definition of AdminData, kept whole: accounts of this server are
/// never made from a file.
struct AdminEntry {
    std::string kind = {};  ///< User, Location, SignatureDef, or a vendor's name
    std::string oid = {};
    xml::Element element = {};
};

struct StudyMetadata {
    std::string oid = {};
    std::optional<GlobalVariables> global_variables = {};
    std::optional<BasicDefinitions> basic_definitions = {};
    std::vector<MetadataVersion> versions = {};
    Extras extras = {};

    std::string name() const;
    std::string description() const;
    std::string protocol_name() const;
};

/// The text in the wanted language, else in English, else the first there is; empty when none.
std::string_view text_in(const Texts& texts, std::string_view lang);

}  // namespace cohort::study
