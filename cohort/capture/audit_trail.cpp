// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/audit_trail.h"

#include <utility>

#include "cohort/subjects/entry.h"

namespace cohort::capture {

audit::Entry entry_of(const Actor& actor, std::string action, const Form& form) {
    audit::Entry entry = subjects::entry_of(actor, std::move(action));
    entry.study = form.study;
    entry.site = form.site;
    entry.subject = form.place.subject;
    entry.event = form.place.event;
    entry.event_repeat = form.place.event_repeat;
    entry.form = form.place.form;
    entry.form_repeat = form.place.form_repeat;
    entry.form_id = form.id;
    return entry;
}

// A reason why there is no value is recorded as such; the value itself is empty then.
static std::optional<audit::Datum> datum_of(const Item& item) {
    if (item.version == 0) return std::nullopt;
    return audit::Datum{.text = item.missing.empty() ? item.raw : "[" + item.missing + "]",
                        .unit = item.unit};
}

static audit::Entry entry_of_row(const Actor& actor, const char* action, const Form& form,
                                 const std::string& group, const std::string& repeat) {
    audit::Entry entry = entry_of(actor, action, form);
    entry.group = group;
    entry.group_repeat = repeat;
    return entry;
}

Result<void> record(db::Tx& tx, const Form& form, const Merged& merged, const Actor& actor) {
    for (const RowAddition& row : merged.added) {
        audit::Entry entry = entry_of_row(actor, "form.row.added", form, row.group, row.repeat);
        entry.reason = row.reason;
        TRY(audit::append(tx, entry));
    }
    for (const ChangedItem& change : merged.changed) {
        audit::Entry entry =
            entry_of_row(actor, "form.item.changed", form, change.key.group, change.key.repeat);
        entry.item = change.key.item;
        entry.old_value = datum_of(change.before);
        entry.new_value = datum_of(change.after);
        entry.reason = change.reason;
        TRY(audit::append(tx, entry));
    }
    for (const RowRemoval& row : merged.removed) {
        audit::Entry entry = entry_of_row(actor, "form.row.removed", form, row.group, row.repeat);
        entry.reason = row.reason;
        TRY(audit::append(tx, entry));
    }
    return {};
}

Result<void> record_import(db::Tx& tx, const Form& form, const Actor& actor) {
    TRY(audit::append(tx, entry_of(actor, "form.imported", form)));
    for (const Row& row : form.document.rows) {
        for (const Item& item : row.items) {
            audit::Entry entry =
                entry_of_row(actor, "form.item.imported", form, row.group, row.repeat);
            entry.item = item.oid;
            entry.new_value = datum_of(item);
            if (item.by != actor.name()) entry.on_behalf_of = item.by;
            entry.detail = {{"source_at", to_rfc3339(item.at)}};
            TRY(audit::append(tx, entry));
        }
    }
    return {};
}

static void add(json::object& out, const char* name, const std::string& text) {
    if (!text.empty()) out[name] = text;
}

json::object to_json(const audit::Record& record) {
    const audit::Entry& entry = record.entry;
    json::object out{{"id", record.id.text},
                     {"at", entry.at ? json::value(to_rfc3339(*entry.at)) : nullptr},
                     {"who", entry.actor},
                     {"role", entry.role},
                     {"action", entry.action}};
    add(out, "on_behalf_of", entry.on_behalf_of);
    add(out, "group", entry.group);
    add(out, "repeat", entry.group_repeat);
    add(out, "item", entry.item);
    add(out, "reason", entry.reason);
    if (entry.old_value) out["old"] = entry.old_value->text;
    if (entry.old_value) add(out, "old_unit", entry.old_value->unit);
    if (entry.new_value) out["new"] = entry.new_value->text;
    if (entry.new_value) add(out, "new_unit", entry.new_value->unit);
    if (!entry.detail.empty()) out["detail"] = entry.detail;
    json::array redacted;
    for (const std::string& part : record.redacted) redacted.emplace_back(part);
    if (!redacted.empty()) out["redacted"] = std::move(redacted);
    out["sealed"] = nullptr;
    if (record.seal)
        out["sealed"] = json::object{{"number", record.seal->number}, {"hash", record.seal->hash}};
    return out;
}

}  // namespace cohort::capture
