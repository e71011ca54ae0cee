// SPDX-License-Identifier: Apache-2.0
// The questionnaires of a study in the store: imported, published, withdrawn.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/epro/rules.h"
#include "cohort/identity/actor.h"
#include "cohort/platform/db/tx.h"
#include "cohort/questionnaire/questionnaire.h"

namespace cohort {
using QuestionnaireId = Id<struct QuestionnaireTag>;
}

namespace cohort::epro {

using identity::Actor;

enum class FormState : std::uint8_t { draft, published, withdrawn };
std::string_view to_string(FormState state) noexcept;

/// One version of a questionnaire; those of a study with the same url are versions of one another.
struct Form {
    QuestionnaireId id;
    StudyId study;
    std::string url;
    std::string version;
    std::int64_t number = 0;  ///< the order of arrival among its versions
    std::string title;
    std::vector<std::string> languages;  ///< its own first
    FormState state = FormState::draft;
    std::int64_t edits = 1;
    Rules rules;
    Instant imported_at;
    std::string imported_by;
    std::optional<Instant> published_at;
    std::optional<Instant> withdrawn_at;
    std::string withdrawn_why;
};

struct Imported {
    Form form;
    bool is_new = true;
};

/// Keeps a version as a draft, with the rules of the version before it. The same one again is the
/// one that is there.
/// Errors: not_found/study; conflict/questionnaire-exists (this version with other content).
Result<Imported> import(db::Tx& tx, const StudyId& study, const questionnaire::Questionnaire& form,
                        const Actor& actor);

/// Errors: not_found/questionnaire.
Result<Form> get(db::Tx& tx, const QuestionnaireId& id);

/// The FHIR resource as it was imported, in JSON.
/// Errors: not_found/questionnaire.
Result<std::string> body_of(db::Tx& tx, const QuestionnaireId& id);

/// All versions of a study, by url and number.
Result<std::vector<Form>> of_study(db::Tx& tx, const StudyId& study);

/// The version that patients get: of the published ones the last that arrived.
Result<std::optional<Form>> in_force(db::Tx& tx, const StudyId& study, const std::string& url);

/// The version of this name, whatever its state.
Result<std::optional<Form>> find(db::Tx& tx, const StudyId& study, const std::string& url,
                                 const std::string& version);

/// As much of a version as decides whether answers to it are taken.
struct Version {
    QuestionnaireId id;
    FormState state = FormState::draft;
    std::int64_t edits = 1;
};

/// As in_force() and find(), without what a form says.
Result<std::optional<Version>> version_in_force(db::Tx& tx, const StudyId& study,
                                                const std::string& url);
Result<std::optional<Version>> find_version(db::Tx& tx, const StudyId& study,
                                            const std::string& url, const std::string& version);

/// Sets the rules of a draft. `edits` is the version the caller has seen.
/// Errors: not_found/questionnaire; conflict/stale-version; refused/questionnaire-not-draft.
Result<Form> set_rules(db::Tx& tx, const QuestionnaireId& id, std::int64_t edits,
                       const Rules& rules, const Actor& actor);

/// Lets patients have a draft that publishing_faults() found nothing in.
/// Errors: as set_rules().
Result<Form> publish(db::Tx& tx, const QuestionnaireId& id, std::int64_t edits, const Actor& actor);

/// Nobody is given it any more, and no answers to it are taken; those that were given stay. An
/// earlier version that is published is in force again. Of a draft: nobody will be given it.
/// Errors: as set_rules(); refused/questionnaire-withdrawn; refused/reason-required.
Result<Form> withdraw(db::Tx& tx, const QuestionnaireId& id, std::int64_t edits,
                      const std::string& reason, const Actor& actor);

/// A version ready for use.
struct ReadyForm {
    questionnaire::Questionnaire form;
    std::vector<std::string> languages;  ///< its own first
    Rules rules;
    questionnaire::FormulaLibrary formulas;  ///< of the rules
};

/// Errors: internal/stored-questionnaire.
/// Blocks: its thread, for as long as reading the text takes.
Result<std::shared_ptr<const ReadyForm>> make_ready(const std::string& body, const Rules& rules);

/// One thing that keeps a draft from patients.
struct PublishingFault {
    std::string code;   ///< "translation-missing", "rule-unusable", "help-missing", "phone-…"
    std::string place;  ///< JSON pointer in the form, or in its rules
    std::string message;
};
std::vector<PublishingFault> publishing_faults(const ReadyForm& ready);

}  // namespace cohort::epro
