// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/form_tables.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cohort/capture/pointer.h"

namespace cohort::analysis {

namespace {

std::int64_t count_values(const capture::Row& row) {
    return std::ranges::count_if(row.items,
                                 [](const capture::Item& item) { return !item.is_empty(); });
}

std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) names.push_back(column.name);
    return names;
}

bool counts(const capture::Row& row) {
    return !row.removed && row.has_content();
}

Origin origin_of(const capture::ItemKey& key) {
    return {.item = key.item, .pointer = capture::pointer_to(key), .version = {}, .written = {}};
}

Origin origin_of(const capture::Row& row, const capture::Item& item) {
    return {.item = item.oid,
            .pointer = capture::pointer_to({row.group, row.repeat, item.oid}),
            .version = std::to_string(item.version),
            .written = item.raw,
            .unit = item.unit,
            .missing = item.missing};
}

}  // namespace

// One form on its way into the tables.
struct FormTables::Work {
    const Captured& captured;
    Record& record;
    Place place;
    const Form* form = nullptr;
    std::set<std::pair<std::string, std::string>> rows_out = {};  // group, repeat
    bool is_form_out = false;
    std::set<std::string> groups_met = {};
    Row form_row = {};

    void problem(Problem problem) {
        problem.form = captured.form.place.form;
        record.problem(place, problem);
    }
    // A row that there is no place for: its values, one by one.
    void leave_out(const capture::Row& row, const char* check, const char* message) {
        for (const capture::Item& item : row.items) {
            if (item.is_empty()) continue;
            record.counts.values.count(false);
            problem({.form = {},
                     .origin = origin_of(row, item),
                     .check = check,
                     .effect = Effect::value_left_out,
                     .message = message});
        }
    }
};

// --- what there is ------------------------------------------------------------------------

FormTables::FormTables(const study::Definition& definition, Names& names)
    : definition_(definition) {
    for (const study::FormDef& form : definition.forms()) lay_out(form, names);
}

void FormTables::lay_out(const study::FormDef& def, Names& names) {
    Form form{.table = tables_.size(), .groups = {}};
    Table table{.name = names.take("crf_" + def.oid),
                .source = def.oid,
                .keys = 0,
                .columns = key_columns(Rows::one_a_form)};
    table.keys = table.columns.size();
    table.add({.name = "form_version", .type = Type::integer});
    table.add({.name = "study_version"});
    Names form_names(names_of(table));
    tables_.push_back(std::move(table));
    for (const study::ChildRef* ref : study::in_order(def.groups))
        if (const study::ItemGroupDef* group = definition_.group(ref->oid);
            group != nullptr && !form.groups.contains(ref->oid))
            form.groups.emplace(group->oid, lay_out(*group, form.table, names, form_names));
    forms_.emplace(def.oid, std::move(form));
}

FormTables::Group FormTables::lay_out(const study::ItemGroupDef& def, std::size_t form_table,
                                      Names& names, Names& form_names) {
    Group group{.table = form_table, .repeats = def.repeating.value_or(false), .items = {}};
    Names row_names;
    if (group.repeats) {
        group.table = tables_.size();
        const Table& form = tables_[form_table];
        Table table{.name = names.take(form.name + "_" + def.oid),
                    .source = form.source + "/" + def.oid,
                    .keys = 0,
                    .columns = key_columns(Rows::many_a_form)};
        table.keys = table.columns.size();
        row_names = Names(names_of(table));
        tables_.push_back(std::move(table));
    }
    for (const study::ChildRef* ref : study::in_order(def.items))
        if (const study::ItemDef* item = definition_.item(ref->oid);
            item != nullptr && !group.items.contains(item->oid))
            group.items.emplace(item->oid, add_columns(definition_, *item, tables_[group.table],
                                                       group.repeats ? row_names : form_names));
    return group;
}

std::vector<Table> FormTables::take() {
    for (Table& table : tables_) table.sort_rows();
    return std::exchange(tables_, {});
}

// --- a form -------------------------------------------------------------------------------

void FormTables::add(const Captured& captured, Record& record) {
    const capture::Form& form = captured.form;
    Work work{.captured = captured,
              .record = record,
              .place = {.site = captured.site,
                        .subject = form.subject_key,
                        .visit = form.place.event,
                        .visit_repeat = form.place.event_repeat,
                        .form_repeat = form.place.form_repeat}};
    const auto found = forms_.find(form.place.form);
    if (found == forms_.end()) return leave_out_form(work);
    work.form = &found->second;
    const CheckedForm checked = check_form(definition_, form, captured.is_current);
    take_findings(work, checked);
    Table& table = tables_[work.form->table];
    work.form_row = key_cells(work.place, Rows::one_a_form);
    work.form_row.emplace_back(std::to_string(form.version));
    work.form_row.emplace_back(captured.version);
    work.form_row.resize(table.columns.size());
    for (std::size_t i = 0; i < form.document.rows.size(); ++i)
        if (counts(form.document.rows[i]))
            add_row(work, form.document.rows[i], checked.cleaned.rows[i]);
    record.counts.forms.count(!work.is_form_out);
    if (!work.is_form_out) table.rows.push_back(std::move(work.form_row));
}

void FormTables::leave_out_form(Work& work) {
    work.problem({.form = {},
                  .check = "unknown-form",
                  .message = "This version of the study has no such form."});
    work.record.counts.forms.count(false);
    for (const capture::Row& row : work.captured.form.document.rows)
        if (counts(row)) work.record.counts.values.count(false, count_values(row));
}

void FormTables::take_findings(Work& work, const CheckedForm& checked) {
    const capture::Document& document = work.captured.form.document;
    for (const Finding& finding : checked.findings) {
        const capture::ItemKey& key = finding.key;
        const bool is_of_row = work.form->groups.at(key.group).repeats && !key.repeat.empty();
        const capture::Row* row = document.find(key.group, key.repeat);
        const capture::Item* item = document.find(key);
        const Effect effect = finding.is_hard ? Effect::row_left_out : Effect::noted;
        work.place.row = is_of_row ? key.repeat : "";
        work.problem({.form = {},
                      .origin = item != nullptr ? origin_of(*row, *item) : origin_of(key),
                      .check = finding.check,
                      .effect = effect,
                      .message = finding.message});
        if (finding.is_hard && is_of_row) work.rows_out.emplace(key.group, key.repeat);
        if (finding.is_hard && !is_of_row) work.is_form_out = true;
    }
    work.place.row.clear();
}

// --- a row of it --------------------------------------------------------------------------

void FormTables::add_row(Work& work, const capture::Row& stored, const capture::Row& cleaned) {
    const auto found = work.form->groups.find(stored.group);
    if (found == work.form->groups.end())
        return work.leave_out(stored, "unknown-group",
                              "This version of the form has no such item group.");
    const Group& group = found->second;
    if (!group.repeats) {
        if (!work.groups_met.insert(stored.group).second)
            return work.leave_out(stored, "not-repeating", "This item group has one row only.");
        if (work.is_form_out) return work.record.counts.values.count(false, count_values(stored));
        return add_items(work, group, stored, cleaned, work.form_row);
    }
    work.place.row = stored.repeat;
    const bool is_blank = !cleaned.has_content();
    if (is_blank)
        work.problem({.form = {},
                      .origin = origin_of({stored.group, stored.repeat, {}}),
                      .check = "blank-row",
                      .message = "The row holds nothing but blanks."});
    const bool is_out = is_blank || work.rows_out.contains({stored.group, stored.repeat});
    work.record.counts.rows.count(!is_out);
    if (is_out) {
        work.record.counts.values.count(false, count_values(stored));
    } else {
        Row cells = key_cells(work.place, Rows::many_a_form);
        cells.resize(tables_[group.table].columns.size());
        add_items(work, group, stored, cleaned, cells);
        tables_[group.table].rows.push_back(std::move(cells));
    }
    work.place.row.clear();
}

void FormTables::add_items(Work& work, const Group& group, const capture::Row& stored,
                           const capture::Row& cleaned, Row& cells) {
    const Table& table = tables_[group.table];
    for (std::size_t i = 0; i < stored.items.size(); ++i) {
        const capture::Item& item = stored.items[i];
        if (item.is_empty()) continue;
        const auto columns = group.items.find(item.oid);
        work.record.counts.values.count(columns != group.items.end());
        if (columns == group.items.end()) {
            work.problem({.form = {},
                          .origin = origin_of(stored, item),
                          .check = "unknown-item",
                          .effect = Effect::value_left_out,
                          .message = "This version of the item group has no such item."});
            continue;
        }
        const ItemColumns& places = columns->second;
        const std::string& text = cleaned.items[i].raw;
        if (!text.empty())
            std::ranges::copy(cells_of(definition_, places, text, item.raw, item.unit),
                              cells.begin() + static_cast<std::ptrdiff_t>(places.first));
        work.record.cell(work.place, table.name, table.columns[places.first].name,
                         origin_of(stored, item));
    }
}

}  // namespace cohort::analysis
