// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/matrix.h"

#include "cohort/capture/test_study.h"
#include "tests/support/test.h"

namespace cohort::capture {

namespace {

// Visit V with form F due on day 10, a day before and two after; visit LOG, which repeats, with
// forms G and F and no window.
std::unique_ptr<study::Definition> two_visits() {
    study::MetadataVersion version = test_version();
    study::FormDef form;
    form.oid = "G";
    form.name = "log";
    form.repeating = true;
    version.forms.push_back(form);
    for (const auto& [name, days] :
         {std::pair{"WindowDay", "10"}, {"WindowMinus", "1"}, {"WindowPlus", "2"}})
        version.events[0].extras.attributes.push_back(
            {.ns = std::string(study::vendor_namespace), .name = name, .value = days});
    study::StudyEventDef log;
    log.oid = "LOG";
    log.name = "log";
    log.repeating = true;
    log.forms = {child("G", true), child("F", false)};
    version.events.push_back(log);
    version.protocol->events.push_back(child("LOG", false));
    return std::make_unique<study::Definition>(version, std::vector<study::MetadataVersion>(),
                                               test_units());
}

std::string text_of(const std::vector<Column>& columns) {
    std::string out;
    for (const Column& column : columns) {
        if (!out.empty()) out += " ";
        out += column.event + "/" + column.event_repeat + "/" + column.form +
               (column.mandatory ? "!" : "") + (column.window ? "@" : "");
    }
    return out;
}

std::string text_of(const std::vector<Cell>& cells) {
    std::string out;
    for (const Cell& cell : cells) {
        if (!out.empty()) out += " ";
        out += to_string(cell.state);
        if (cell.instances > 0) out += ":" + cell.form.text + "*" + std::to_string(cell.instances);
    }
    return out;
}

FormState form(const char* event, const char* repeat, const char* oid, const char* form_repeat,
               State state, const char* id) {
    return {.event = event,
            .event_repeat = repeat,
            .form = oid,
            .form_repeat = form_repeat,
            .state = state,
            .id = FormId{id}};
}

CivilDate day(const char* text) {
    return parse_date(text).value();
}

subjects::Subject enrolled_on(const char* text) {
    subjects::Subject subject;
    subject.enrolled_on = day(text);
    return subject;
}

}  // namespace

TEST_CASE("columns follow the protocol, and a repeat of a visit stands after the visit") {
    const auto definition = two_visits();
    CHECK(text_of(columns_of(*definition, {})) == "V/1/F!@ LOG/1/G LOG/1/F");
    CHECK(text_of(columns_of(*definition, {{"LOG", "10"}, {"LOG", "9"}, {"V", "2"}})) ==
          "V/1/F!@ V/2/F! LOG/1/G LOG/1/F LOG/9/G LOG/9/F LOG/10/G LOG/10/F");
    CHECK(text_of(columns_of(*definition, {{"LOG", "1"}, {"GONE", "2"}})) ==
          "V/1/F!@ LOG/1/G LOG/1/F");
}

TEST_CASE(
    "an empty cell is due by the window around the day after enrolment, and never without one") {
    const auto definition = two_visits();
    const auto columns = columns_of(*definition, {});
    const auto subject = enrolled_on("2026-02-20");
    struct Case {
        const char* today;
        const char* cells;
    };
    const Case cases[] = {
        {"2026-02-28", "not_due not_due not_due"},
        {"2026-03-01", "due not_due not_due"},
        {"2026-03-04", "due not_due not_due"},
        {"2026-03-05", "overdue not_due not_due"},
    };
    for (const Case& c : cases) {
        const auto cells = cells_of(columns, subject, {}, day(c.today));
        CHECK(c.today + (" " + text_of(cells)) == c.today + (" " + std::string(c.cells)));
        CHECK(to_string(cells[0].due.value()) == "2026-03-02");
        CHECK_FALSE(cells[1].due);
    }
    const auto unknown = cells_of(columns, subjects::Subject{}, {}, day("2026-03-05"));
    CHECK(text_of(unknown) == "not_due not_due not_due");
}

TEST_CASE("a form that was begun is told by its state, however late it is") {
    const auto columns = columns_of(*two_visits(), {});
    const auto cells = cells_of(columns, enrolled_on("2026-01-01"),
                                {form("V", "1", "F", "1", State::in_progress, "a"),
                                 form("LOG", "1", "F", "1", State::complete, "b")},
                                day("2026-12-31"));
    CHECK(text_of(cells) == "in_progress:a*1 not_due complete:b*1");
}

TEST_CASE("of several instances the least finished one speaks and is the one to open") {
    const auto columns = columns_of(*two_visits(), {});
    const auto state_of = [&](State second, State third) {
        return text_of(cells_of(
            columns, enrolled_on("2026-01-01"),
            {form("LOG", "1", "G", "1", State::complete, "a"),
             form("LOG", "1", "G", "2", second, "b"), form("LOG", "1", "G", "3", third, "c")},
            day("2026-01-01")));
    };
    CHECK(state_of(State::complete, State::complete) == "not_due complete:a*3 not_due");
    CHECK(state_of(State::complete, State::in_progress) == "not_due in_progress:c*3 not_due");
    CHECK(state_of(State::in_progress, State::in_progress) == "not_due in_progress:b*3 not_due");
}

TEST_CASE("forms at a visit or of a name that no column has are in no cell") {
    const auto columns = columns_of(*two_visits(), {{"LOG", "2"}});
    const auto cells = cells_of(columns, enrolled_on("2026-01-01"),
                                {form("LOG", "3", "G", "1", State::complete, "a"),
                                 form("GONE", "1", "F", "1", State::complete, "b"),
                                 form("LOG", "2", "G", "1", State::complete, "c")},
                                day("2026-01-01"));
    CHECK(text_of(cells) == "not_due not_due not_due complete:c*1 not_due");
}

TEST_CASE("the counts are of all cells of all rows") {
    const auto columns = columns_of(*two_visits(), {});
    const auto subject = enrolled_on("2026-01-01");
    const auto begun = cells_of(columns, subject,
                                {form("V", "1", "F", "1", State::in_progress, "a"),
                                 form("LOG", "1", "G", "1", State::complete, "b")},
                                day("2026-01-01"));
    const auto late = cells_of(columns, subject, {}, day("2026-12-31"));
    CHECK(json::to_text(to_json(counts_of({{&subject, begun}, {&subject, late}}))) ==
          R"({"not_due":3,"due":0,"overdue":1,"in_progress":1,"complete":1})");
    CHECK(counts_of({}) == StateCounts{});
}

}  // namespace cohort::capture
