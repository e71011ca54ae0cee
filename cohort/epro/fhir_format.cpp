// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/fhir_format.h"

namespace cohort::epro {

Result<questionnaire::Format> fhir_format(const http::Request& request) {
    const auto type = request.header("content-type").value_or("");
    const auto media = type.substr(0, type.find(';'));
    if (media == "application/fhir+json" || media == "application/json")
        return questionnaire::Format::json;
    if (media == "application/fhir+xml" || media == "application/xml")
        return questionnaire::Format::xml;
    return invalid("wrong-content-type",
                   "Send FHIR as application/fhir+json or application/fhir+xml.");
}

}  // namespace cohort::epro
