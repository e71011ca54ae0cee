// SPDX-License-Identifier: Apache-2.0
// A version of a questionnaire as the API shows it.
#include "cohort/epro/routes.h"

namespace cohort::epro {

using json::has;
using json::Schema;

static json::value time_json(const std::optional<Instant>& at) {
    return at ? json::value(to_rfc3339(*at)) : json::value(nullptr);
}

json::object to_json(const Form& form) {
    json::array languages;
    for (const std::string& language : form.languages) languages.emplace_back(language);
    return {{"id", form.id.text},
            {"study", form.study.text},
            {"url", form.url},
            {"version", form.version},
            {"number", form.number},
            {"title", form.title},
            {"languages", std::move(languages)},
            {"state", to_string(form.state)},
            {"edits", form.edits},
            {"rules", to_json(form.rules)},
            {"imported_at", to_rfc3339(form.imported_at)},
            {"imported_by", form.imported_by},
            {"published_at", time_json(form.published_at)},
            {"withdrawn_at", time_json(form.withdrawn_at)},
            {"withdrawn_why", form.withdrawn_why}};
}

Schema form_schema() {
    return Schema::named(
        "Questionnaire",
        Schema::object({has("id", Schema::id()), has("study", Schema::id()),
                        has("url", Schema::text()), has("version", Schema::text()),
                        has("number", Schema::whole(1)), has("title", Schema::text()),
                        has("languages", Schema::list(Schema::text())),
                        has("state", Schema::one_of({"draft", "published", "withdrawn"})),
                        has("edits", Schema::whole(1)), has("rules", rules_schema()),
                        has("imported_at", Schema::instant()), has("imported_by", Schema::text()),
                        has("published_at", Schema::instant().or_null()),
                        has("withdrawn_at", Schema::instant().or_null()),
                        has("withdrawn_why", Schema::text())}));
}

}  // namespace cohort::epro
