// SPDX-License-Identifier: Apache-2.0
// What each struct of metadata.h is as an ODM element: attribute by attribute and child by child,
// in the order of the 1.3.2 schema. A visitor either reads or writes.
#pragma once

#include "cohort/study/metadata.h"

namespace cohort::study {

template <class V>
void fields(V& v, Translation& t) {
    v.lang(t.lang);
    v.text(t.text);
    v.extras(t.extras);
}

template <class V>
void fields(V& v, Texts& t) {
    v.children("TranslatedText", t.texts);
    v.extras(t.extras);
}

template <class V>
void fields(V& v, TextElement& t) {
    v.text(t.text);
    v.extras(t.extras);
}

template <class V>
void fields(V& v, Alias& a) {
    v.attribute("Context", a.context);
    v.attribute("Name", a.name);
    v.extras(a.extras);
}

template <class V>
void fields(V& v, FormalExpression& e) {
    v.attribute("Context", e.context);
    v.text(e.text);
    v.extras(e.extras);
}

template <class V>
void ref_fields(V& v, Ref& r, const char* oid_name) {
    v.attribute(oid_name, r.oid);
    v.extras(r.extras);
}

template <class V>
void child_ref_fields(V& v, ChildRef& r, const char* oid_name) {
    v.attribute(oid_name, r.oid);
    v.attribute("KeySequence", r.key_sequence);
    v.attribute("MethodOID", r.method_oid);
    v.attribute("ImputationMethodOID", r.imputation_method_oid);
    v.attribute("Role", r.role);
    v.attribute("RoleCodeListOID", r.role_code_list_oid);
    v.attribute("OrderNumber", r.order_number);
    v.attribute("Mandatory", r.mandatory);
    v.attribute("CollectionExceptionConditionOID", r.condition_oid);
    v.extras(r.extras);
}

template <class V>
void fields(V& v, MeasurementUnit& u) {
    v.attribute("OID", u.oid);
    v.attribute("Name", u.name);
    v.child("Symbol", u.symbol);
    v.children("Alias", u.aliases);
    v.extras(u.extras);
}

template <class V>
void fields(V& v, StudyEventDef& e) {
    v.attribute("OID", e.oid);
    v.attribute("Name", e.name);
    v.attribute("Repeating", e.repeating);
    v.attribute("Type", e.type);
    v.attribute("Category", e.category);
    v.child("Description", e.description);
    v.child_refs("FormRef", "FormOID", e.forms);
    v.children("Alias", e.aliases);
    v.extras(e.extras);
}

template <class V>
void fields(V& v, ArchiveLayout& a) {
    v.attribute("OID", a.oid);
    v.attribute("PdfFileName", a.pdf_file_name);
    v.attribute("PresentationOID", a.presentation_oid);
    v.extras(a.extras);
}

template <class V>
void fields(V& v, FormDef& f) {
    v.attribute("OID", f.oid);
    v.attribute("Name", f.name);
    v.attribute("Repeating", f.repeating);
    v.child("Description", f.description);
    v.child_refs("ItemGroupRef", "ItemGroupOID", f.groups);
    v.children("ArchiveLayout", f.archive_layouts);
    v.children("Alias", f.aliases);
    v.extras(f.extras);
}

template <class V>
void fields(V& v, ItemGroupDef& g) {
    v.attribute("OID", g.oid);
    v.attribute("Name", g.name);
    v.attribute("Repeating", g.repeating);
    v.attribute("IsReferenceData", g.is_reference_data);
    v.attribute("SASDatasetName", g.sas_dataset_name);
    v.attribute("Domain", g.domain);
    v.attribute("Origin", g.origin);
    v.attribute("Role", g.role);
    v.attribute("Purpose", g.purpose);
    v.attribute("Comment", g.comment);
    v.child("Description", g.description);
    v.child_refs("ItemRef", "ItemOID", g.items);
    v.children("Alias", g.aliases);
    v.extras(g.extras);
}

template <class V>
void fields(V& v, ExternalQuestion& q) {
    v.attribute("Dictionary", q.dictionary);
    v.attribute("Version", q.version);
    v.attribute("Code", q.code);
    v.extras(q.extras);
}

template <class V>
void fields(V& v, RangeCheck& c) {
    v.attribute("Comparator", c.comparator);
    v.attribute("SoftHard", c.soft_hard);
    v.children("CheckValue", c.values);
    v.children("FormalExpression", c.expressions);
    v.ref("MeasurementUnitRef", "MeasurementUnitOID", c.unit);
    v.child("ErrorMessage", c.error_message);
    v.extras(c.extras);
}

template <class V>
void fields(V& v, ItemDef& i) {
    v.attribute("OID", i.oid);
    v.attribute("Name", i.name);
    v.attribute("DataType", i.data_type);
    v.attribute("Length", i.length);
    v.attribute("SignificantDigits", i.significant_digits);
    v.attribute("SASFieldName", i.sas_field_name);
    v.attribute("SDSVarName", i.sds_var_name);
    v.attribute("Origin", i.origin);
    v.attribute("Comment", i.comment);
    v.child("Description", i.description);
    v.child("Question", i.question);
    v.child("ExternalQuestion", i.external_question);
    v.refs("MeasurementUnitRef", "MeasurementUnitOID", i.units);
    v.children("RangeCheck", i.checks);
    v.ref("CodeListRef", "CodeListOID", i.code_list);
    v.children("Role", i.roles);
    v.children("Alias", i.aliases);
    v.extras(i.extras);
}

template <class V>
void fields(V& v, CodeListItem& i) {
    v.attribute("CodedValue", i.coded_value);
    v.attribute("Rank", i.rank);
    v.attribute("OrderNumber", i.order_number);
    v.child("Decode", i.decode);
    v.children("Alias", i.aliases);
    v.extras(i.extras);
}

template <class V>
void fields(V& v, ExternalCodeList& e) {
    v.attribute("Dictionary", e.dictionary);
    v.attribute("Version", e.version);
    v.attribute("href", e.href);
    v.attribute("ref", e.ref);
    v.extras(e.extras);
}

template <class V>
void fields(V& v, CodeList& c) {
    v.attribute("OID", c.oid);
    v.attribute("Name", c.name);
    v.attribute("DataType", c.data_type);
    v.attribute("SASFormatName", c.sas_format_name);
    v.child("Description", c.description);
    v.children("CodeListItem", c.items);
    v.child("ExternalCodeList", c.external);
    v.children("EnumeratedItem", c.enumerated);
    v.children("Alias", c.aliases);
    v.extras(c.extras);
}

template <class V>
void fields(V& v, ImputationMethod& m) {
    v.attribute("OID", m.oid);
    v.text(m.text);
    v.extras(m.extras);
}

template <class V>
void fields(V& v, Presentation& p) {
    v.attribute("OID", p.oid);
    v.lang(p.lang);
    v.text(p.text);
    v.extras(p.extras);
}

template <class V>
void fields(V& v, ExpressionDef& e) {
    v.attribute("OID", e.oid);
    v.attribute("Name", e.name);
    v.attribute("Type", e.type);
    v.child("Description", e.description);
    v.children("FormalExpression", e.expressions);
    v.children("Alias", e.aliases);
    v.extras(e.extras);
}

template <class V>
void fields(V& v, Include& i) {
    v.attribute("StudyOID", i.study_oid);
    v.attribute("MetaDataVersionOID", i.metadata_version_oid);
    v.extras(i.extras);
}

template <class V>
void fields(V& v, Protocol& p) {
    v.child("Description", p.description);
    v.child_refs("StudyEventRef", "StudyEventOID", p.events);
    v.children("Alias", p.aliases);
    v.extras(p.extras);
}

template <class V>
void fields(V& v, MetadataVersion& m) {
    v.attribute("OID", m.oid);
    v.attribute("Name", m.name);
    v.attribute("Description", m.description);
    v.child("Include", m.include);
    v.child("Protocol", m.protocol);
    v.children("StudyEventDef", m.events);
    v.children("FormDef", m.forms);
    v.children("ItemGroupDef", m.groups);
    v.children("ItemDef", m.items);
    v.children("CodeList", m.code_lists);
    v.children("ImputationMethod", m.imputation_methods);
    v.children("Presentation", m.presentations);
    v.children("ConditionDef", m.conditions);
    v.children("MethodDef", m.methods);
    v.extras(m.extras);
}

template <class V>
void fields(V& v, GlobalVariables& g) {
    v.child("StudyName", g.study_name);
    v.child("StudyDescription", g.study_description);
    v.child("ProtocolName", g.protocol_name);
    v.extras(g.extras);
}

template <class V>
void fields(V& v, BasicDefinitions& b) {
    v.children("MeasurementUnit", b.units);
    v.extras(b.extras);
}

template <class V>
void fields(V& v, StudyMetadata& s) {
    v.attribute("OID", s.oid);
    v.child("GlobalVariables", s.global_variables);
    v.child("BasicDefinitions", s.basic_definitions);
    v.children("MetaDataVersion", s.versions);
    v.extras(s.extras);
}

}  // namespace cohort::study
