// SPDX-License-Identifier: Apache-2.0
// Subject × visit: which form of which subject is where. Pure; matrix_store reads what it needs.
#pragma once

#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "cohort/capture/forms.h"
#include "cohort/study/definition.h"
#include "cohort/subjects/schedule.h"

namespace cohort::capture {

/// One form at one visit, in the order of the protocol.
struct Column {
    std::string event;
    std::string event_repeat = "1";
    std::string form;
    bool mandatory = false;
    std::optional<study::VisitWindow> window;
};

enum class CellState { not_due, due, overdue, in_progress, complete };
inline constexpr std::size_t cell_states = 5;
const char* to_string(CellState state);

struct Cell {
    CellState state = CellState::not_due;
    FormId form;                   ///< the first instance, empty when there is none
    int instances = 0;             ///< more than one for a repeating form
    std::optional<CivilDate> due;  ///< the target day
};

/// A form instance without its document.
struct FormState {
    std::string event;
    std::string event_repeat;
    std::string form;
    std::string form_repeat;
    State state = State::in_progress;
    FormId id;
};

/// A repeat of a visit beyond the planned one.
struct ExtraVisit {
    std::string event;
    std::string event_repeat;
    friend auto operator<=>(const ExtraVisit&, const ExtraVisit&) = default;
};

/// The columns of a study: each planned form of each event, and the same again for every repeat of
/// an event that some subject has.
std::vector<Column> columns_of(const study::Definition& definition,
                               const std::vector<ExtraVisit>& extra);

/// A subject's row. Shape: one cell a column; a form that has several instances is complete when
/// all of them are. `today` is the date at the subject's site.
std::vector<Cell> cells_of(const std::vector<Column>& columns, const subjects::Subject& subject,
                           const std::vector<FormState>& forms, const CivilDate& today);

struct MatrixRow {
    const subjects::Subject* subject = nullptr;
    std::vector<Cell> cells;
};

/// How many cells of these rows are in each state.
using StateCounts = std::array<std::int64_t, cell_states>;
StateCounts counts_of(const std::vector<MatrixRow>& rows);

json::object to_json(const Column& column);
json::object to_json(const Cell& cell);
json::object to_json(const StateCounts& counts);

}  // namespace cohort::capture
