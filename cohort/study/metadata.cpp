// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/metadata.h"

namespace cohort::study {
namespace {

/// Texts of global variables are often laid out over lines; a list wants one line.
std::string one_line(const std::optional<TextElement>& element) {
    std::string out;
    bool gap = false;
    for (const char c : element ? element->text : std::string()) {
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            gap = !out.empty();
            continue;
        }
        if (gap) out += ' ';
        gap = false;
        out += c;
    }
    return out;
}

std::string_view primary(std::string_view lang) {
    return lang.substr(0, lang.find('-'));
}

const Translation* find(const Texts& texts, std::string_view lang) {
    for (const Translation& t : texts.texts)
        if (t.lang && *t.lang == lang) return &t;
    for (const Translation& t : texts.texts)
        if (t.lang && primary(*t.lang) == primary(lang)) return &t;
    return nullptr;
}

}  // namespace

std::string StudyMetadata::name() const {
    return global_variables ? one_line(global_variables->study_name) : std::string();
}
std::string StudyMetadata::description() const {
    return global_variables ? one_line(global_variables->study_description) : std::string();
}
std::string StudyMetadata::protocol_name() const {
    return global_variables ? one_line(global_variables->protocol_name) : std::string();
}

std::string_view text_in(const Texts& texts, std::string_view lang) {
    if (const Translation* t = find(texts, lang)) return t->text;
    if (const Translation* t = find(texts, "en")) return t->text;
    return texts.texts.empty() ? std::string_view() : std::string_view(texts.texts.front().text);
}

}  // namespace cohort::study
