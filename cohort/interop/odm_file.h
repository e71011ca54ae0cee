// SPDX-License-Identifier: Apache-2.0
// One ODM file as plain structs: metadata in the study module's words, data as it lies in the file.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cohort/platform/xml/xml.h"
#include "cohort/study/element_io.h"
#include "cohort/study/metadata.h"

namespace cohort::interop {

using study::Extras;

/// ItemData, or one of the typed forms: ItemDataInteger has type "Integer".
struct ItemData {
    std::string oid = {};
    std::string type = {};
    std::optional<std::string> value = {};
    std::string unit = {};
    Extras extras = {};
    int line = 0;
};

struct ItemGroupData {
    std::string oid = {};
    std::optional<std::string> repeat = {};
    std::vector<ItemData> items = {};
    Extras extras = {};
    int line = 0;
};

struct FormData {
    std::string oid = {};
    std::optional<std::string> repeat = {};
    std::vector<ItemGroupData> groups = {};
    Extras extras = {};
    int line = 0;
};

struct StudyEventData {
    std::string oid = {};
    std::optional<std::string> repeat = {};
    std::vector<FormData> forms = {};
    Extras extras = {};
    /// The forms stand directly under the subject, as in REDCap's projects without events.
    bool direct = false;
    int line = 0;
};

struct SubjectData {
    std::string key = {};
    std::vector<StudyEventData> events = {};
    Extras extras = {};
    int line = 0;
};

struct ClinicalData {
    std::string study_oid = {};
    std::string version_oid = {};
    std::vector<SubjectData> subjects = {};
    Extras extras = {};
    int line = 0;
};

/// A User, Location, SignatureDef or row of reference data, kept whole.
struct Entry {
    std::string kind = {};
    std::string oid = {};
    xml::Element element = {};
};

struct AdminData {
    std::optional<std::string> study_oid = {};
    std::vector<Entry> entries = {};
    Extras extras = {};
    int line = 0;
};

struct ReferenceData {
    std::string study_oid = {};
    std::string version_oid = {};
    std::vector<Entry> rows = {};
    Extras extras = {};
    int line = 0;
};

struct OdmFile {
    std::vector<xml::Attribute> attributes = {};
    std::vector<std::pair<std::string, std::string>> namespaces = {};  // prefix, URI
    std::vector<study::StudyMetadata> studies = {};
    std::vector<AdminData> admin = {};
    std::vector<ReferenceData> reference = {};
    std::vector<ClinicalData> clinical = {};
    Extras extras = {};  ///< other children of ODM: associations, file signatures, a vendor's

    const std::string* attribute(std::string_view name) const;
};

/// The event that forms without one are filed under; never written to a file.
inline constexpr std::string_view implied_event_oid = "COHORT.EVENT";

/// From an ODM element in the 1.3 namespace and shape (normalise.h), and back. What is kept without
/// a field of its own is noted in `kept`.
OdmFile read_odm(const xml::Element& root, study::Kept& kept);
xml::Element write_odm(const OdmFile& file);

}  // namespace cohort::interop
