// SPDX-License-Identifier: Apache-2.0
// A FHIR R4 QuestionnaireResponse: what somebody answered.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cohort/questionnaire/resource.h"
#include "cohort/questionnaire/value.h"

namespace cohort::questionnaire {

struct Answer;

struct ResponseItem {
    std::string link_id;
    std::string place;  ///< JSON pointer in the response
    std::string text = {};
    std::vector<Answer> answers;  // no initialiser: an Answer is not complete here
    std::vector<ResponseItem> items = {};

    /// Whether anything is answered in it or below it.
    bool has_content() const;
};

struct Answer {
    std::string place;
    Value value = {};
    std::vector<ResponseItem> items = {};
};

struct Response {
    std::string questionnaire = {};  ///< canonical: "url" or "url|version"
    std::string status = {};
    std::string language = {};
    std::string authored = {};
    std::vector<ResponseItem> items = {};
    json::Exact tree = {};
};

struct ReadResponse {
    std::optional<Response> response = {};
    std::vector<Fault> faults = {};  ///< any: there is no response
};

/// Errors: those of read_resource().
Result<ReadResponse> read_response(std::string_view bytes, Format format);

std::string to_json(const Response& response);

}  // namespace cohort::questionnaire
