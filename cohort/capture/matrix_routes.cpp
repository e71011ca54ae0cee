// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cohort/capture/matrix_store.h"
#include "cohort/capture/routes.h"
#include "cohort/capture/schemas.h"
#include "cohort/identity/grants.h"
#include "cohort/platform/zones/zones.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"
#include "cohort/subjects/routes.h"

namespace cohort::capture {

using http::Reply;

namespace {

// The date at each site of a study, each zone loaded once for an answer.
class Calendar {
  public:
    static Result<Calendar> of_study(db::Tx& tx, const StudyId& study, Instant at) {
        Calendar calendar;
        for (const sites::Site& site : TRY(sites::of_study(tx, study)))
            calendar.today_[site.id] = zones::local_date(site.time_zone, at);
        calendar.elsewhere_ = date_of(at);
        return calendar;
    }
    CivilDate today_at(const SiteId& site) const {
        const auto found = today_.find(site);
        return found == today_.end() ? elsewhere_ : found->second;
    }

  private:
    std::unordered_map<SiteId, CivilDate> today_;
    CivilDate elsewhere_;
};

Result<std::vector<Column>> study_columns(db::Tx& tx, const StudyId& study) {
    const auto version = TRY(study::latest_version(tx, study));
    return columns_of(*TRY(study::definition(tx, version)), TRY(extra_visits(tx, study)));
}

// --- matrix -------------------------------------------------------------------------------

constexpr std::int64_t subjects_max = 1'000'000;

struct MatrixWish {
    subjects::Filter filter;
    std::int64_t offset = 0;
    std::int64_t limit = 0;
};

Result<MatrixWish> matrix_wish(const http::Request& request) {
    MatrixWish wish;
    wish.filter.study = TRY(request.id_param<StudyId>("study"));
    if (const auto site = request.query("site"); site && !site->empty()) {
        auto id = parse_id<SiteId>(*site);
        if (!id) return not_found("site", "The study has no such site.");
        wish.filter.site = std::move(*id);
    }
    wish.filter.search = request.query("search").value_or("");
    wish.offset = TRY(request.query_int("offset"));
    wish.limit = TRY(request.query_int("limit"));
    return wish;
}

json::object row_of(const subjects::Subject& subject, const std::vector<Cell>& cells) {
    json::array out;
    out.reserve(cells.size());
    for (const Cell& cell : cells) out.push_back(to_json(cell));
    return {{"subject", subjects::to_json(subject)}, {"cells", std::move(out)}};
}

/// What every row of an answer is made from.
struct Grid {
    std::vector<Column> columns;
    Calendar calendar;
};

Result<std::vector<MatrixRow>> rows_of(db::Tx& tx, const Grid& grid,
                                       const std::vector<subjects::Subject>& subjects) {
    const FormStates forms = TRY(form_states(tx, subjects));
    std::vector<MatrixRow> rows;
    rows.reserve(subjects.size());
    for (const subjects::Subject& subject : subjects)
        rows.push_back({&subject, cells_of(grid.columns, subject, forms.at(subject.id),
                                           grid.calendar.today_at(subject.site))});
    return rows;
}

// The states are counted over every subject the filter shows, which costs as much as reading all of
// them: so only the first page, which every client reads, brings them. A page further on reads its
// own subjects alone.
Result<json::object> matrix(db::Tx& tx, const MatrixWish& wish, Instant at) {
    const bool is_first = wish.offset == 0;
    const std::int64_t wanted = is_first ? subjects_max : wish.limit;
    const auto subjects = TRY(subjects::list(tx, wish.filter, wish.offset, wanted));
    const Grid grid{TRY(study_columns(tx, wish.filter.study)),
                    TRY(Calendar::of_study(tx, wish.filter.study, at))};
    const auto rows = TRY(rows_of(tx, grid, subjects));
    const std::size_t shown = std::min(rows.size(), static_cast<std::size_t>(wish.limit));
    json::array heads;
    for (const Column& column : grid.columns) heads.push_back(to_json(column));
    json::array page;
    page.reserve(shown);
    for (std::size_t i = 0; i < shown; ++i) page.push_back(row_of(*rows[i].subject, rows[i].cells));
    json::object out{{"columns", std::move(heads)}, {"rows", std::move(page)}};
    if (is_first) {
        out["total"] = rows.size();
        out["states"] = to_json(counts_of(rows));
    } else {
        out["total"] = TRY(subjects::count(tx, wish.filter));
    }
    return out;
}

Result<Reply> get_matrix(App& app, http::Request& request) {
    MatrixWish wish = TRY(matrix_wish(request));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto rights =
            TRY(identity::rights_of(tx, request.principal().user, request.received));
        wish.filter.sites = identity::sites_of(rights, http::Permission::subject_view,
                                               wish.filter.study, request.received);
        return Reply::json(200, TRY(matrix(tx, wish, request.received)));
    });
}

// --- subject ------------------------------------------------------------------------------

json::object form_view(const Column& column, const Cell& cell, const FormState* form) {
    json::object out{{"form", column.form},
                     {"form_repeat", form == nullptr ? "1" : form->form_repeat},
                     {"mandatory", column.mandatory},
                     {"state", to_string(cell.state)},
                     {"form_id", nullptr}};
    if (form == nullptr) return out;
    out["state"] = form->state == State::complete ? "complete" : "in_progress";
    out["form_id"] = form->id.text;
    return out;
}

json::object visit_head(const Column& column, const std::optional<subjects::Planned>& planned) {
    json::object out{{"event", column.event}, {"event_repeat", column.event_repeat}};
    out["due"] = planned ? json::value(to_string(planned->target)) : nullptr;
    if (planned)
        out["window"] =
            json::object{{"first", to_string(planned->first)}, {"last", to_string(planned->last)}};
    return out;
}

// One visit for each run of columns of the same event and repeat, one form for each instance.
json::array visits_of(const std::vector<Column>& columns, const subjects::Subject& subject,
                      const std::vector<FormState>& forms, const CivilDate& today) {
    const auto cells = cells_of(columns, subject, forms, today);
    json::array visits;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& column = columns[i];
        const bool is_new = i == 0 || column.event != columns[i - 1].event ||
                            column.event_repeat != columns[i - 1].event_repeat;
        if (is_new) {
            json::object head =
                visit_head(column, subjects::plan(column.window, subject.enrolled_on));
            head["forms"] = json::array();
            visits.push_back(std::move(head));
        }
        json::array& list = visits.back().get_object()["forms"].get_array();
        for (const FormState& form : forms)
            if (form.event == column.event && form.event_repeat == column.event_repeat &&
                form.form == column.form)
                list.push_back(form_view(column, cells[i], &form));
        if (cells[i].instances == 0) list.push_back(form_view(column, cells[i], nullptr));
    }
    return visits;
}

Result<Reply> get_subject(App& app, http::Request& request) {
    const auto id = TRY(request.id_param<SubjectId>("subject"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const subjects::Subject subject = TRY(subjects::get(tx, id));
        const FormStates forms = TRY(form_states(tx, {subject}));
        std::vector<ExtraVisit> extra;
        for (const FormState& form : forms.at(subject.id))
            extra.push_back({.event = form.event, .event_repeat = form.event_repeat});
        std::ranges::sort(extra);
        extra.erase(std::unique(extra.begin(), extra.end()), extra.end());
        const auto version = TRY(study::latest_version(tx, subject.study));
        const auto columns = columns_of(*TRY(study::definition(tx, version)), extra);
        const Calendar calendar = TRY(Calendar::of_study(tx, subject.study, request.received));
        json::object body = subjects::to_json(subject);
        body["visits"] =
            visits_of(columns, subject, forms.at(subject.id), calendar.today_at(subject.site));
        return Reply::json(200, body);
    });
}

Result<http::Scope> scope_of_study(http::Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

}  // namespace

void matrix_routes(http::Router& router, App& app) {
    router.add(http::Method::get, "/api/v1/studies/{study}/matrix",
               http::Access::needs(http::Permission::subject_view, scope_of_study),
               [&app](http::Request& request) { return get_matrix(app, request); },
               {.name = "readMatrix",
                .summary = "Subjects by visits and forms, with the state of each",
                .query = http::paging(
                    200, 5000,
                    {{.name = "site", .what = "Only this site", .schema = json::Schema::id()},
                     {.name = "search", .what = "A part of the subject's key"}}),
                .good = {{200, "Some rows", http::Content::json(matrix_schema())}}});
    router.add(http::Method::get, "/api/v1/subjects/{subject}",
               http::Access::needs(http::Permission::subject_view, subjects::scope_of_subject(app)),
               [&app](http::Request& request) { return get_subject(app, request); },
               {.name = "readSubject",
                .summary = "A subject with its visits and forms",
                .good = {{200, "The subject", http::Content::json(subject_detail_schema())}}});
}

}  // namespace cohort::capture
