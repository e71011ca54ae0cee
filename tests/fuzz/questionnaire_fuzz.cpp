// SPDX-License-Identifier: Apache-2.0
// Any bytes where forms and answers come in, as JSON or XML. What stands before a line "---" is
// the form, what stands after it a response. Both are refused with places or read; what is read is
// written as JSON and XML that read as the same again, and is validated and scored without a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weft/ensure.h"

#include "cohort/questionnaire/score.h"
#include "cohort/questionnaire/validate.h"

using namespace cohort;
using namespace cohort::questionnaire;

namespace {

void round_trip(const Questionnaire& form) {
    const auto as_json = read_questionnaire(to_json(form), Format::json);
    ENSURE(as_json && as_json->form, "what is written as JSON is a form");
    ENSURE(as_json->form->tree == form.tree, "it is the same form");
    const auto as_xml = read_questionnaire(to_xml(form.tree), Format::xml);
    // XML has no place for some control characters, which the writer replaces.
    if (!as_xml || !as_xml->form) return;
    ENSURE(to_xml(as_xml->form->tree) == to_xml(form.tree), "its XML is the same again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    constexpr std::string_view between = "\n---\n";
    const auto line = bytes.find(between);
    const std::string_view first = bytes.substr(0, line);
    const auto form = read_questionnaire(first, format_of(first));
    if (form && form->form) {
        ENSURE(form->faults.empty(), "a form that is read has no faults");
        round_trip(*form->form);
    } else if (form) {
        ENSURE(!form->faults.empty(), "a form that is refused has faults");
    }
    if (line == std::string_view::npos) return 0;
    const std::string_view rest = bytes.substr(line + between.size());
    const auto response = read_response(rest, format_of(rest));
    if (!form || !form->form || !response || !response->response) return 0;
    for (const Issue& issue : validate(*form->form, *response->response))
        ENSURE(!issue.code.empty() && !issue.message.empty(), "an issue says what it is");
    (void)calculated(*form->form, *response->response);
    return 0;
}
