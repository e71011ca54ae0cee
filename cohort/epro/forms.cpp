// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/forms.h"

#include "cohort/audit/audit.h"
#include "cohort/base/exact_json.h"
#include "cohort/epro/languages.h"
#include "cohort/identity/record.h"
#include "cohort/study/store.h"

namespace cohort::epro {

namespace {

const std::string columns =
    "SELECT id, study_id, url, version, number, title, languages, state, edits, rules, "
    "imported_at, imported_by, published_at, withdrawn_at, withdrawn_why FROM questionnaire ";

FormState state_of(const std::string& word) {
    if (word == "published") return FormState::published;
    return word == "draft" ? FormState::draft : FormState::withdrawn;
}

json::array list_of(const std::vector<std::string>& languages) {
    json::array list;
    for (const std::string& language : languages) list.emplace_back(language);
    return list;
}

Result<Form> form_of(const db::Row& row) {
    Form form{.id = row.get<QuestionnaireId>(0),
              .study = row.get<StudyId>(1),
              .url = row.get<std::string>(2),
              .version = row.get<std::string>(3),
              .number = row.get<std::int64_t>(4),
              .title = row.get<std::string>(5),
              .languages = {},
              .state = state_of(row.get<std::string>(7)),
              .edits = row.get<std::int64_t>(8),
              .rules = {},
              .imported_at = row.get<Instant>(10),
              .imported_by = row.get<std::string>(11),
              .published_at = row.get<std::optional<Instant>>(12),
              .withdrawn_at = row.get<std::optional<Instant>>(13),
              .withdrawn_why = row.get<std::optional<std::string>>(14).value_or("")};
    const json::value languages = TRY(json::parse(row.get<std::string>(6)));
    for (const json::value& language : TRY(json::as_array(languages, "the languages")))
        form.languages.emplace_back(language.as_string());
    const json::value rules = TRY(json::parse(row.get<std::string>(9)));
    form.rules = TRY(rules_from(TRY(json::as_object(rules, "the rules"))));
    return form;
}

Result<std::vector<Form>> forms_of(const db::Rows& rows) {
    std::vector<Form> forms;
    for (const db::Row& row : rows) forms.push_back(TRY(form_of(row)));
    return forms;
}

Result<void> record(db::Tx& tx, const Actor& actor, const char* action, const Form& form,
                    const std::string& reason = {}) {
    audit::Entry entry = identity::entry_of(actor, action, form.id.text);
    entry.study = form.study;
    entry.reason = reason;
    entry.detail = {{"url", form.url}, {"version", form.version}};
    TRY(audit::append(tx, entry));
    return {};
}

// The row as it is written from what a change says, or why it is not changed.
Result<Form> to_change(db::Tx& tx, const QuestionnaireId& id, std::int64_t edits) {
    Form form = TRY(get(tx, id));
    if (form.edits != edits)
        return conflict("stale-version",
                        "Somebody has changed this since you read it. Nothing of yours was saved; "
                        "read it again and repeat your change.");
    form.edits += 1;
    return form;
}

Result<Form> draft_to_change(db::Tx& tx, const QuestionnaireId& id, std::int64_t edits) {
    Form form = TRY(to_change(tx, id, edits));
    if (form.state != FormState::draft)
        return refused("questionnaire-not-draft",
                       "This version is not a draft any more. Import another version.");
    return form;
}

}  // namespace

std::string_view to_string(FormState state) noexcept {
    if (state == FormState::published) return "published";
    return state == FormState::draft ? "draft" : "withdrawn";
}

// --- reading --------------------------------------------------------------------------------

Result<Form> get(db::Tx& tx, const QuestionnaireId& id) {
    const auto row = TRY(tx.maybe(columns + "WHERE id = ?", id));
    if (!row) return not_found("questionnaire", "There is no such questionnaire.");
    return form_of(*row);
}

Result<std::string> body_of(db::Tx& tx, const QuestionnaireId& id) {
    const auto row = TRY(tx.maybe("SELECT body FROM questionnaire WHERE id = ?", id));
    if (!row) return not_found("questionnaire", "There is no such questionnaire.");
    return row->get<std::string>(0);
}

Result<std::vector<Form>> of_study(db::Tx& tx, const StudyId& study) {
    return forms_of(TRY(tx.all(columns + "WHERE study_id = ? ORDER BY url, number", study)));
}

Result<std::optional<Form>> in_force(db::Tx& tx, const StudyId& study, const std::string& url) {
    const auto row =
        TRY(tx.maybe(columns + "WHERE study_id = ? AND url = ? AND state = 'published' "
                               "ORDER BY number DESC LIMIT 1",
                     study, url));
    if (!row) return std::optional<Form>();
    return std::optional<Form>(TRY(form_of(*row)));
}

Result<std::optional<Form>> find(db::Tx& tx, const StudyId& study, const std::string& url,
                                 const std::string& version) {
    const auto row = TRY(
        tx.maybe(columns + "WHERE study_id = ? AND url = ? AND version = ?", study, url, version));
    if (!row) return std::optional<Form>();
    return std::optional<Form>(TRY(form_of(*row)));
}

namespace {

Result<std::optional<Version>> version_where(db::Tx& tx, const char* where, const StudyId& study,
                                             const std::string& url, const std::string& word) {
    const auto row =
        TRY(tx.maybe(std::string("SELECT id, state, edits FROM questionnaire WHERE study_id = ? "
                                 "AND url = ? AND ") +
                         where,
                     study, url, word));
    if (!row) return std::optional<Version>();
    return std::optional<Version>({.id = row->get<QuestionnaireId>(0),
                                   .state = state_of(row->get<std::string>(1)),
                                   .edits = row->get<std::int64_t>(2)});
}

}  // namespace

Result<std::optional<Version>> version_in_force(db::Tx& tx, const StudyId& study,
                                                const std::string& url) {
    return version_where(tx, "state = ? ORDER BY number DESC LIMIT 1", study, url, "published");
}

Result<std::optional<Version>> find_version(db::Tx& tx, const StudyId& study,
                                            const std::string& url, const std::string& version) {
    return version_where(tx, "version = ?", study, url, version);
}

// --- changing -------------------------------------------------------------------------------

Result<Imported> import(db::Tx& tx, const StudyId& study,
                        const questionnaire::Questionnaire& resource, const Actor& actor) {
    TRY(study::get(tx, study));
    if (auto same = TRY(find(tx, study, resource.url, resource.version))) {
        // The same tree: a form that came as XML has its elements in another order.
        if (TRY(json::parse_exact(TRY(body_of(tx, same->id)))) == resource.tree)
            return Imported{std::move(*same), false};
        return conflict("questionnaire-exists",
                        "The study has this version of the questionnaire with other content. What "
                        "was imported never changes: give the new one another version.");
    }
    Form form{.id = new_id<QuestionnaireId>(),
              .study = study,
              .url = resource.url,
              .version = resource.version,
              .title = resource.title.empty() ? resource.url : resource.title.text,
              .languages = languages_of(resource),
              .rules = {},
              .imported_at = now(),
              .imported_by = actor.name(),
              .published_at = {},
              .withdrawn_at = {},
              .withdrawn_why = {}};
    const auto earlier = TRY(
        forms_of(TRY(tx.all(columns + "WHERE study_id = ? AND url = ? ORDER BY number DESC LIMIT 1",
                            study, form.url))));
    form.number = earlier.empty() ? 1 : earlier[0].number + 1;
    if (!earlier.empty()) form.rules = earlier[0].rules;
    TRY(
        tx.put("INSERT INTO questionnaire (id, study_id, url, version, number, title, languages, "
               "state, edits, body, rules, imported_at, imported_by) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               form.id, form.study, form.url, form.version, form.number, form.title,
               json::to_text(list_of(form.languages)), to_string(form.state), form.edits,
               questionnaire::to_json(resource), json::to_text(to_json(form.rules)),
               form.imported_at, form.imported_by));
    TRY(record(tx, actor, "questionnaire.imported", form));
    return Imported{std::move(form), true};
}

Result<Form> set_rules(db::Tx& tx, const QuestionnaireId& id, std::int64_t edits,
                       const Rules& rules, const Actor& actor) {
    Form form = TRY(draft_to_change(tx, id, edits));
    const std::string old = json::to_text(to_json(form.rules));
    const std::string chosen = json::to_text(to_json(rules));
    form.rules = rules;
    TRY(tx.put("UPDATE questionnaire SET rules = ?, edits = ? WHERE id = ?", chosen, form.edits,
               id));
    audit::Entry entry = identity::entry_of(actor, "questionnaire.rules-changed", id.text);
    entry.study = form.study;
    entry.old_value = audit::Datum{.text = old, .unit = {}};
    entry.new_value = audit::Datum{.text = chosen, .unit = {}};
    TRY(audit::append(tx, entry));
    return form;
}

Result<Form> publish(db::Tx& tx, const QuestionnaireId& id, std::int64_t edits,
                     const Actor& actor) {
    Form form = TRY(draft_to_change(tx, id, edits));
    form.state = FormState::published;
    form.published_at = now();
    TRY(
        tx.put("UPDATE questionnaire SET state = 'published', published_at = ?, edits = ? "
               "WHERE id = ?",
               form.published_at, form.edits, id));
    TRY(record(tx, actor, "questionnaire.published", form));
    return form;
}

Result<Form> withdraw(db::Tx& tx, const QuestionnaireId& id, std::int64_t edits,
                      const std::string& reason, const Actor& actor) {
    Form form = TRY(to_change(tx, id, edits));
    if (form.state == FormState::withdrawn)
        return refused("questionnaire-withdrawn", "This version is withdrawn already.");
    if (reason.empty()) return refused("reason-required", "Say why this version is withdrawn.");
    form.state = FormState::withdrawn;
    form.withdrawn_at = now();
    form.withdrawn_why = reason;
    TRY(
        tx.put("UPDATE questionnaire SET state = 'withdrawn', withdrawn_at = ?, withdrawn_why = ?, "
               "edits = ? WHERE id = ?",
               form.withdrawn_at, reason, form.edits, id));
    TRY(record(tx, actor, "questionnaire.withdrawn", form, reason));
    return form;
}

}  // namespace cohort::epro
