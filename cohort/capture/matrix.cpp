// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/matrix.h"

#include <algorithm>
#include <tuple>

namespace cohort::capture {

const char* to_string(CellState state) {
    constexpr const char* words[cell_states] = {"not_due", "due", "overdue", "in_progress",
                                                "complete"};
    return words[static_cast<std::size_t>(state)];
}

static void add_columns(const study::Definition& definition, const study::StudyEventDef& event,
                        const std::string& repeat, std::vector<Column>& columns) {
    // Only the planned visit has a window; a repeat comes when it comes.
    const auto window = repeat == "1" ? study::window_of(event) : std::nullopt;
    for (const study::ChildRef* form : study::in_order(event.forms))
        columns.push_back(
            {.event = event.oid,
             .event_repeat = repeat,
             .form = form->oid,
             .mandatory = form->is_mandatory() && definition.event_is_mandatory(event.oid),
             .window = window});
}

std::vector<Column> columns_of(const study::Definition& definition,
                               const std::vector<ExtraVisit>& extra) {
    std::vector<Column> columns;
    for (const study::StudyEventDef* event : definition.events()) {
        add_columns(definition, *event, "1", columns);
        std::vector<std::string> repeats;
        for (const ExtraVisit& visit : extra)
            if (visit.event == event->oid && visit.event_repeat != "1")
                repeats.push_back(visit.event_repeat);
        // "10" after "9": shorter first, then by text.
        std::ranges::sort(repeats, {},
                          [](const std::string& key) { return std::tuple(key.size(), key); });
        for (const std::string& repeat : repeats) add_columns(definition, *event, repeat, columns);
    }
    return columns;
}

static CellState planned_state(subjects::Due due) {
    switch (due) {
        case subjects::Due::not_due:
            return CellState::not_due;
        case subjects::Due::due:
            return CellState::due;
        case subjects::Due::overdue:
            return CellState::overdue;
    }
    return CellState::not_due;
}

static void add(Cell& cell, const FormState& form) {
    const CellState state =
        form.state == State::complete ? CellState::complete : CellState::in_progress;
    // The least finished instance speaks for all, and is the one to open.
    if (cell.instances == 0 || state < cell.state) {
        cell.state = state;
        cell.form = form.id;
    }
    cell.instances += 1;
}

std::vector<Cell> cells_of(const std::vector<Column>& columns, const subjects::Subject& subject,
                           const std::vector<FormState>& forms, const CivilDate& today) {
    using Place = std::tuple<std::string_view, std::string_view, std::string_view>;
    std::map<Place, std::vector<const FormState*>> by_place;
    for (const FormState& form : forms)
        by_place[{form.event, form.event_repeat, form.form}].push_back(&form);
    std::vector<Cell> cells;
    cells.reserve(columns.size());
    for (const Column& column : columns) {
        Cell& cell = cells.emplace_back();
        const auto planned = subjects::plan(column.window, subject.enrolled_on);
        if (planned) cell.due = planned->target;
        const auto found = by_place.find({column.event, column.event_repeat, column.form});
        if (found == by_place.end())
            cell.state = planned_state(subjects::due_on(planned, today));
        else
            for (const FormState* form : found->second) add(cell, *form);
    }
    return cells;
}

StateCounts counts_of(const std::vector<MatrixRow>& rows) {
    StateCounts counts{};
    for (const MatrixRow& row : rows)
        for (const Cell& cell : row.cells) counts[static_cast<std::size_t>(cell.state)] += 1;
    return counts;
}

// --- JSON ---------------------------------------------------------------------------------

json::object to_json(const Column& column) {
    return {{"event", column.event},
            {"event_repeat", column.event_repeat},
            {"form", column.form},
            {"mandatory", column.mandatory}};
}

json::object to_json(const Cell& cell) {
    json::object out{{"state", to_string(cell.state)}};
    if (!cell.form.empty()) out["form_id"] = cell.form.text;
    if (cell.instances > 1) out["instances"] = cell.instances;
    if (cell.due) out["due"] = to_string(*cell.due);
    return out;
}

json::object to_json(const StateCounts& counts) {
    json::object out;
    for (std::size_t i = 0; i < cell_states; ++i)
        out[to_string(static_cast<CellState>(i))] = counts[i];
    return out;
}

}  // namespace cohort::capture
