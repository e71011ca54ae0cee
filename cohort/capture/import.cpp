// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <utility>

#include "cohort/capture/archive.h"
#include "cohort/capture/audit_trail.h"
#include "cohort/capture/store.h"
#include "cohort/capture/validate.h"

namespace cohort::capture {

static Result<void> check_unique(const Document& document) {
    std::set<std::pair<std::string, std::string>> rows;
    for (const Row& row : document.rows) {
        bool unique = rows.emplace(row.group, row.repeat).second;
        std::set<std::string> items;
        for (const Item& item : row.items) unique = items.insert(item.oid).second && unique;
        if (!unique)
            return invalid("duplicate-item", "group " + row.group + ", repeat " + row.repeat +
                                                 ": a row or an item is there twice");
    }
    return {};
}

// Versions count from here; what the source said of earlier ones is in `extra`.
static void fill(Document& document, const study::Definition& definition, const Actor& actor) {
    for (Row& row : document.rows) {
        row.version = static_cast<std::int64_t>(row.items.size());
        for (Item& item : row.items) {
            item.version = 1;
            if (item.by.empty()) item.by = actor.name();
            if (item.at == Instant()) item.at = now();
            check_value(definition, item.oid, item.raw, item.unit, item.value, item.findings);
        }
    }
}

Result<FormId> import_form(db::Tx& tx, const study::Definition& definition,
                           const ImportedForm& imported, const Actor& actor) {
    TRY(check_unique(imported.document));
    StageClock clock;
    clock.receive();
    Form form;
    form.place = imported.place;
    form.metadata_version = imported.metadata_version;
    form.state = imported.state;
    form.version = 1;
    form.document = imported.document;
    form.extra = imported.extra;
    fill(form.document, definition, actor);
    clock.validate();
    form = TRY(insert(tx, std::move(form), now()));
    TRY(subjects::note_visit(tx, {.subject = form.place.subject,
                                  .event = form.place.event,
                                  .repeat = form.place.event_repeat,
                                  .extra = {}}));
    Stages stages = clock.stages();
    stages.stored = clock.store();
    if (form.is_complete()) {
        TRY(insert_archive(tx, form.id, archive_copy(form, actor.name(), now())));
        stages.archived = clock.archive(stages.stored);
    }
    TRY(insert_stages(tx, form.id, form.version, stages));
    TRY(record_import(tx, form, actor));
    return form.id;
}

}  // namespace cohort::capture
