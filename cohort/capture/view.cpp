// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/view.h"

#include <utility>

namespace cohort::capture {

static void add_content(json::object& out, const Item& item) {
    out["raw"] = item.raw;
    if (!item.unit.empty()) out["unit"] = item.unit;
    if (!item.missing.empty()) out["missing"] = item.missing;
    out["by"] = item.by;
    out["at"] = to_rfc3339(item.at);
    out["version"] = item.version;
}

static json::object item_view(const Row& row, const Item& item) {
    json::object out{{"group", row.group}, {"repeat", row.repeat}, {"item", item.oid}};
    add_content(out, item);
    out["value"] = item.value;
    json::array findings;
    for (const Finding& finding : item.findings) findings.push_back(to_json(finding));
    out["findings"] = std::move(findings);
    return out;
}

static json::object removal_view(const Removal& removal) {
    return {{"by", removal.by}, {"at", to_rfc3339(removal.at)}, {"reason", removal.reason}};
}

static json::object row_view(const Row& row) {
    json::object out{{"group", row.group}, {"repeat", row.repeat}, {"version", row.version}};
    if (!row.row_id.empty()) out["row_id"] = row.row_id;
    if (row.removed) out["removed"] = removal_view(*row.removed);
    return out;
}

json::object to_json(const Form& form, const std::optional<Stages>& stages) {
    json::array rows;
    json::array items;
    for (const Row& row : form.document.rows) {
        rows.push_back(row_view(row));
        if (row.removed) continue;
        for (const Item& item : row.items) items.push_back(item_view(row, item));
    }
    json::object out{{"id", form.id.text},
                     {"study", form.study.text},
                     {"subject", {{"id", form.place.subject.text}, {"key", form.subject_key}}},
                     {"site", form.site.text},
                     {"event", {{"oid", form.place.event}, {"repeat", form.place.event_repeat}}},
                     {"form", {{"oid", form.place.form}, {"repeat", form.place.form_repeat}}},
                     {"state", form.is_complete() ? "complete" : "in_progress"},
                     {"version", form.version},
                     {"metadata_version", form.metadata_version.text},
                     {"rows", std::move(rows)},
                     {"items", std::move(items)},
                     {"stages", stages ? to_json(*stages) : json::array()}};
    if (const auto& archived = form.archived)
        out["archive"] = json::object{{"version", archived->version},
                                      {"digest", archived->digest},
                                      {"at", to_rfc3339(archived->at)},
                                      {"by", archived->by}};
    return out;
}

json::array to_json(const std::vector<Conflict>& conflicts) {
    json::array out;
    for (const Conflict& conflict : conflicts) {
        json::object one{{"group", conflict.key.group}, {"repeat", conflict.key.repeat}};
        if (!conflict.key.item.empty()) one["item"] = conflict.key.item;
        if (conflict.yours != nullptr) {
            json::object yours{{"raw", conflict.yours->raw},
                               {"base_version", conflict.yours->base_version}};
            if (!conflict.yours->unit.empty()) yours["unit"] = conflict.yours->unit;
            if (!conflict.yours->missing.empty()) yours["missing"] = conflict.yours->missing;
            one["yours"] = std::move(yours);
        }
        json::object theirs;
        add_content(theirs, conflict.theirs);
        if (conflict.removed) {
            theirs = removal_view(*conflict.removed);
            theirs["removed"] = true;
        }
        one["theirs"] = std::move(theirs);
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace cohort::capture
