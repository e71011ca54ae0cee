// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/capture.h"

#include <algorithm>
#include <utility>

#include "cohort/audit/audit.h"
#include "cohort/capture/archive.h"
#include "cohort/capture/audit_trail.h"
#include "cohort/capture/validate.h"
#include "cohort/capture/view.h"

namespace cohort::capture {

// --- open ---------------------------------------------------------------------------------

static bool may_be(const std::string& repeat, const std::optional<bool>& repeats) {
    return repeat == "1" || repeats.value_or(false);
}

static Result<void> check_place(const study::Definition& definition, const FormPlace& place) {
    if (!definition.event_has_form(place.event, place.form))
        return refused("unknown-form", "The study does not plan this form at this visit.");
    for (const std::string& repeat : {place.event_repeat, place.form_repeat})
        if (repeat.empty() || repeat.size() > 64)
            return invalid("bad-repeat", "A repeat key has 1 to 64 characters.");
    if (!may_be(place.event_repeat, definition.event(place.event)->repeating) ||
        !may_be(place.form_repeat, definition.form(place.form)->repeating))
        return refused("not-repeating", "This visit or form takes place once only.");
    return {};
}

Result<Opened> open(db::Tx& tx, const FormPlace& place, const MetadataVersionId& version,
                    const Request& request) {
    if (auto found = TRY(find(tx, place))) return Opened{std::move(*found), false};
    TRY(check_place(request.definition, place));
    Form form;
    form.place = place;
    form.metadata_version = version;
    form.version = 1;
    form = TRY(insert(tx, std::move(form), now()));
    TRY(subjects::note_visit(tx, {.subject = place.subject,
                                  .event = place.event,
                                  .repeat = place.event_repeat,
                                  .extra = {}}));
    TRY(audit::append(tx, entry_of(request.actor, "form.created", form)));
    return Opened{std::move(form), true};
}

// --- write: what every accepted change has in common --------------------------------------

// The document, its stages and, for a completed form, the archive.
static Result<void> write(db::Tx& tx, Form& form, const Request& request) {
    form.version += 1;
    Stages stages = request.clock.stages();
    TRY(update(tx, form, now()));
    stages.stored = request.clock.store();
    if (form.is_complete()) {
        Archive copy = archive_copy(form, request.actor.name(), now());
        TRY(insert_archive(tx, form.id, copy));
        form.archived = std::move(copy.head);
        stages.archived = request.clock.archive(stages.stored);
    }
    form.stages = stages;
    return insert_stages(tx, form.id, form.version, stages);
}

// --- save ---------------------------------------------------------------------------------

http::Problem problem_of(std::vector<http::FieldError> errors) {
    const std::string code = errors.front().code;
    return {.error = refused(code, "Nothing was saved: the request names what cannot be."),
            .errors = std::move(errors)};
}

static http::Problem problem_of(const std::vector<Conflict>& conflicts) {
    return {.error = conflict("item-changed",
                              "Nothing was saved: somebody else changed the same item first."),
            .more = {{"conflicts", to_json(conflicts)}}};
}

// A completed form is changed for a reason only, told for every item and row.
static std::vector<http::FieldError> missing_reasons_of(const Patch& patch, const Merged& merged) {
    std::vector<http::FieldError> errors;
    const auto need = [&](const char* list, std::size_t index, const std::string& reason) {
        if (reason.empty())
            errors.push_back(
                {.pointer = "/" + std::string(list) + "/" + std::to_string(index) + "/reason",
                 .code = "reason-required",
                 .message = "The form was complete: say why this changes."});
    };
    for (std::size_t i = 0; i < patch.changes.size(); ++i)
        if (std::ranges::find(merged.changed, patch.changes[i].key, &ChangedItem::key) !=
            merged.changed.end())
            need("changes", i, patch.changes[i].reason);
    for (std::size_t i = 0; i < patch.additions.size(); ++i)
        if (!patch.additions[i].is_known) need("additions", i, patch.additions[i].reason);
    return errors;
}

// Merges a patch into a form and writes what it changed.
static Result<void> apply(db::Tx& tx, Form& form, const Patch& patch, const Request& request,
                          Refusal& refusal) {
    const Merged merged = merge(form.document, patch, {.by = request.actor.name(), .at = now()});
    if (!merged.conflicts.empty()) return refusal.because(problem_of(merged.conflicts));
    if (merged.is_nothing()) return {};
    if (form.is_complete()) {
        if (auto errors = missing_reasons_of(patch, merged); !errors.empty())
            return refusal.because(problem_of(std::move(errors)));
        form.state = State::in_progress;
        TRY(audit::append(tx, entry_of(request.actor, "form.reopened", form)));
    }
    TRY(record(tx, form, merged, request.actor));
    return write(tx, form, request);
}

Result<Form> save(db::Tx& tx, const FormId& id, Patch patch, const Request& request,
                  Refusal& refusal) {
    Form form = TRY(get(tx, id));
    recognise_rows(form.document, patch);
    if (auto errors = check_rows(request.definition, form.document, patch); !errors.empty())
        return refusal.because(problem_of(std::move(errors)));
    TRY(apply(tx, form, patch, request, refusal));
    return form;
}

Result<Added> add_row(db::Tx& tx, const FormId& id, const RowAddition& wish, const Request& request,
                      Refusal& refusal) {
    Form form = TRY(get(tx, id));
    const study::ItemGroupDef* group = request.definition.group(wish.group);
    if (group == nullptr || !request.definition.form_has_group(form.place.form, wish.group))
        return refused("unknown-item", "The form has no such item group.");
    if (!group->repeating.value_or(false))
        return refused("not-repeating", "This item group has one row only.");
    Patch patch;
    patch.additions.push_back({.group = wish.group,
                               .repeat = form.document.next_repeat(wish.group),
                               .reason = wish.reason,
                               .row_id = wish.row_id});
    recognise_rows(form.document, patch);
    TRY(apply(tx, form, patch, request, refusal));
    const RowAddition& row = patch.additions.front();
    return Added{.form = std::move(form), .repeat = row.repeat, .is_new = !row.is_known};
}

// --- complete -----------------------------------------------------------------------------

Result<Form> complete(db::Tx& tx, const FormId& id, std::int64_t version,
                      const std::vector<Acknowledgement>& acknowledged, const Request& request,
                      Refusal& refusal) {
    Form form = TRY(get(tx, id));
    if (form.version != version)
        return conflict("stale-version", "The form has changed since you read it; read it again.");
    if (form.is_complete()) return form;
    auto errors = blockers(request.definition, form.place.form, form.document, acknowledged);
    if (!errors.empty())
        return refusal.because(
            {.error = refused("not-complete", "The form is saved, but not complete yet."),
             .errors = std::move(errors)});
    const int acknowledgements = acknowledge(form.document, acknowledged);
    form.state = State::complete;
    audit::Entry entry = entry_of(request.actor, "form.completed", form);
    entry.detail = {{"version", form.version + 1}, {"acknowledged", acknowledgements}};
    TRY(audit::append(tx, entry));
    TRY(write(tx, form, request));
    return form;
}

}  // namespace cohort::capture
