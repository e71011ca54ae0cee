// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/languages.h"

#include <set>

namespace cohort::epro {

using questionnaire::Item;
using questionnaire::Questionnaire;
using questionnaire::Text;

namespace {

// Calls f(text, place) for every text that people read. A prefix ("4.") is in no language.
template <class F>
void each_text(const std::vector<Item>& items, F& f) {
    for (const Item& item : items) {
        f(item.text, item.place + "/text");
        for (std::size_t i = 0; i < item.options.size(); ++i)
            f(item.options[i].value.coding.display,
              item.place + "/answerOption/" + std::to_string(i));
        each_text(item.items, f);
    }
}

template <class F>
void each_text(const Questionnaire& form, F f) {
    f(form.title, std::string("/title"));
    for (const auto& [name, set] : form.value_sets)
        for (const questionnaire::Coding& coding : set.codings)
            f(coding.display, std::string("/contained"));
    each_text(form.items, f);
}

}  // namespace

std::vector<std::string> languages_of(const Questionnaire& form) {
    const std::string own = form.language.empty() ? "und" : form.language;
    std::set<std::string> others;
    each_text(form, [&](const Text& text, const std::string&) {
        for (const auto& [language, translation] : text.translations)
            if (language != own) others.insert(language);
    });
    std::vector<std::string> all{own};
    all.insert(all.end(), others.begin(), others.end());
    return all;
}

std::vector<MissingText> missing_texts(const Questionnaire& form) {
    const auto languages = languages_of(form);
    std::vector<MissingText> missing;
    each_text(form, [&](const Text& text, const std::string& place) {
        if (text.empty()) return;
        for (std::size_t i = 1; i < languages.size(); ++i)
            if (!text.translations.contains(languages[i])) missing.push_back({place, languages[i]});
    });
    return missing;
}

}  // namespace cohort::epro
