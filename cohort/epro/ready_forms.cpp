// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/ready_forms.h"

#include "weft/blocking.h"

namespace cohort::epro {

ReadyForms::ReadyForms(db::Db& db)
    : db_(db), cache_({.kept = std::chrono::hours(1), .absence_kept = {}, .most = 500}) {}

Result<std::shared_ptr<const ReadyForm>> ReadyForms::get(const QuestionnaireId& id,
                                                         std::int64_t edits) {
    // Neither the text nor, under this number, the rules ever change.
    const std::string key = id.text + "/" + std::to_string(edits);
    return cache_.get(key, [&]() -> Result<std::shared_ptr<const ReadyForm>> {
        Rules rules;
        const std::string body = TRY(db_.read([&](db::Tx& tx) -> Result<std::string> {
            rules = TRY(epro::get(tx, id)).rules;
            return body_of(tx, id);
        }));
        return weft::blocking("read a questionnaire", [&] { return make_ready(body, rules); });
    });
}

}  // namespace cohort::epro
