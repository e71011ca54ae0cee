// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/response.h"

#include <algorithm>

namespace cohort::questionnaire {
namespace {

using json::Exact;

std::vector<ResponseItem> read_items(const Exact& from, const std::string& place);

Answer read_answer(const Exact& from, const std::string& place) {
    return {.place = place, .value = read_value(from), .items = read_items(from, place)};
}

std::vector<ResponseItem> read_items(const Exact& from, const std::string& place) {
    std::vector<ResponseItem> out;
    const Exact* all = from.find("item");
    if (all == nullptr) return out;
    for (const Exact& item : all->elements) {
        const std::string here = place + "/item/" + std::to_string(out.size());
        ResponseItem& read = out.emplace_back();
        read.link_id = text_of(item, "linkId");
        read.place = here;
        read.text = text_of(item, "text");
        read.items = read_items(item, here);
        if (const Exact* answers = item.find("answer"))
            for (const Exact& answer : answers->elements)
                read.answers.push_back(
                    read_answer(answer, here + "/answer/" + std::to_string(read.answers.size())));
    }
    return out;
}

constexpr std::string_view statuses[] = {
    "in-progress", "completed", "amended", "entered-in-error", "stopped",
};

}  // namespace

bool ResponseItem::has_content() const {
    const auto filled = [](const ResponseItem& item) { return item.has_content(); };
    return !answers.empty() || std::any_of(items.begin(), items.end(), filled);
}

Result<ReadResponse> read_response(std::string_view bytes, Format format) {
    Resource resource = TRY(read_resource(bytes, format, "QuestionnaireResponse"));
    const std::string status = text_of(resource.tree, "status");
    if (resource.faults.empty() &&
        std::find(std::begin(statuses), std::end(statuses), status) == std::end(statuses))
        resource.faults.push_back({"unknown-code", "/status", "the status is none of FHIR's"});
    if (!resource.faults.empty()) return ReadResponse{std::nullopt, std::move(resource.faults)};
    Response read;
    read.questionnaire = text_of(resource.tree, "questionnaire");
    read.status = status;
    read.language = text_of(resource.tree, "language");
    read.authored = text_of(resource.tree, "authored");
    read.items = read_items(resource.tree, "");
    read.tree = std::move(resource.tree);
    return ReadResponse{std::move(read), {}};
}

std::string to_json(const Response& response) {
    return json::to_text(response.tree);
}

}  // namespace cohort::questionnaire
