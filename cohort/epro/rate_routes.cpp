// SPDX-License-Identifier: Apache-2.0
// The staff's side of how well patients answer: the numbers, and the rows behind each.
#include <algorithm>
#include <memory>
#include <tuple>

#include "cohort/epro/occasions.h"
#include "cohort/epro/rates.h"
#include "cohort/epro/routes.h"
#include "cohort/identity/grants.h"
#include "cohort/platform/resilience/cache.h"

namespace cohort::epro {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::may;
using json::Schema;

namespace {

// Pages ask every few seconds: those who look at the same sites share one count.
constexpr std::chrono::milliseconds kept{1000};

struct Counted {
    Instant at;
    std::vector<Rate> rates;
};
using Counts = resilience::Cache<std::string, std::shared_ptr<const Counted>>;

struct State {
    const char* name;
    std::int64_t Tally::* member;
};
constexpr State states[] = {
    {"upcoming", &Tally::upcoming}, {"open", &Tally::open},
    {"late", &Tally::late},         {"on_time", &Tally::on_time},
    {"missed", &Tally::missed},     {"answered_late", &Tally::answered_late},
    {"excused", &Tally::excused}};

Schema state_schema() {
    std::vector<std::string> words;
    for (const State& state : states) words.emplace_back(state.name);
    return Schema::named("OccasionState", Schema::one_of(std::move(words)));
}

// Absent or empty: nothing was asked for.
Result<std::optional<State>> state_in(const Request& request, const char* parameter) {
    const auto wanted = request.query(parameter).value_or("");
    if (wanted.empty()) return std::optional<State>();
    for (const State& state : states)
        if (state.name == wanted) return std::optional(state);
    return invalid("bad-query", std::string(parameter) + " is no state of a window.");
}

std::string text_in(const Request& request, const char* parameter) {
    return std::string(request.query(parameter).value_or(""));
}

// --- as JSON ------------------------------------------------------------------------------

json::object to_json(const Tally& tally) {
    json::object out;
    for (const State& state : states) out[state.name] = tally.*state.member;
    out["answered"] = tally.answered();
    out["due"] = tally.due();
    out["asked"] = tally.asked();
    return out;
}

Schema tally_schema() {
    std::vector<json::Member> members;
    for (const State& state : states) members.push_back(has(state.name, Schema::whole(0)));
    for (const char* sum : {"answered", "due", "asked"})
        members.push_back(has(sum, Schema::whole(0)));
    return Schema::named("OccasionTally", Schema::object(std::move(members)));
}

json::object to_json(const Rate& rate) {
    return {{"site", rate.site.text},
            {"plan", rate.plan.text},
            {"number", rate.number},
            {"tally", to_json(rate.tally)}};
}

json::object plan_json(const Plan& plan) {
    return {{"id", plan.id.text},
            {"name", plan.what.name},
            {"times", plan.what.timing.times},
            {"ended", plan.ended_at.has_value()}};
}

Schema rates_schema() {
    const Schema plan = Schema::named(
        "RatedPlan",
        Schema::object({has("id", Schema::id()), has("name", Schema::text()),
                        has("times", Schema::whole(1)), has("ended", Schema::boolean())}));
    const Schema rate = Schema::named(
        "ResponseRate",
        Schema::object({has("site", Schema::id()), has("plan", Schema::id()),
                        has("number", Schema::whole(1)), has("tally", tally_schema())}));
    return Schema::named(
        "ResponseRates",
        Schema::object({has("at", Schema::instant()), has("paused", Schema::boolean()),
                        has("plans", Schema::list(plan)), has("total", Schema::whole(0)),
                        has("sums", tally_schema()), has("rows", Schema::list(rate))}));
}

json::object to_json(const Occasion& one) {
    const bool is_done = one.state == TaskState::done;
    json::object out{
        {"subject", one.subject.text},
        {"key", one.key},
        {"state", is_done ? (one.is_late ? "answered_late" : "on_time") : to_string(one.state)},
        {"opens_at", to_rfc3339(one.window.opens)},
        {"due_at", to_rfc3339(one.window.due)},
        {"closes_at", to_rfc3339(one.window.closes)}};
    if (one.answered_at) out["answered_at"] = to_rfc3339(*one.answered_at);
    return out;
}

Schema occasions_schema() {
    const Schema one = Schema::named(
        "Occasion",
        Schema::object({has("subject", Schema::id()), has("key", Schema::text()),
                        has("state", state_schema()), has("opens_at", Schema::instant()),
                        has("due_at", Schema::instant()), has("closes_at", Schema::instant()),
                        may("answered_at", Schema::instant())}));
    return Schema::named("Occasions", Schema::object({has("total", Schema::whole(0)),
                                                      has("occasions", Schema::list(one))}));
}

// --- the rates ----------------------------------------------------------------------------

Result<RateQuestion> question_of(db::Tx& tx, const Request& request, const StudyId& study) {
    const auto rights = TRY(identity::rights_of(tx, request.principal().user, request.received));
    const auto visible =
        identity::sites_of(rights, Permission::subject_view, study, request.received);
    RateQuestion question{.study = study,
                          .sites = TRY(sites::of_study(tx, study, visible)),
                          .is_whole_study = visible.all};
    const std::string wanted = text_in(request, "site");
    if (wanted.empty()) return question;
    std::erase_if(question.sites, [&](const auto& site) { return site.id.text != wanted; });
    question.is_whole_study = false;
    return question;
}

// Who may see nothing of a study must not be given what is kept for who may see all of it.
std::string key_of(const RateQuestion& question) {
    std::string key = question.study.text + (question.is_whole_study ? " all" : " of");
    if (!question.is_whole_study)
        for (const sites::Site& site : question.sites) key += ' ' + site.id.text;
    return key;
}

// The lowest rate first, of equal ones the one of more windows; nothing that is due is no low rate.
bool is_lower(const Rate& a, const Rate& b) {
    const Tally& x = a.tally;
    const Tally& y = b.tally;
    if ((x.due() == 0) != (y.due() == 0)) return y.due() == 0;
    const std::int64_t one = x.answered() * y.due();
    const std::int64_t other = y.answered() * x.due();
    if (one != other) return one < other;
    if (x.due() != y.due()) return x.due() > y.due();
    return std::tie(a.site, a.plan, a.number) < std::tie(b.site, b.plan, b.number);
}

Result<std::vector<Rate>> chosen(const std::vector<Rate>& rates, const Request& request) {
    const std::string plan = text_in(request, "plan");
    const auto state = TRY(state_in(request, "with"));
    std::vector<Rate> rows;
    for (const Rate& rate : rates) {
        if (!plan.empty() && rate.plan.text != plan) continue;
        if (state ? rate.tally.*state->member == 0 : rate.tally.asked() == 0) continue;
        rows.push_back(rate);
    }
    if (text_in(request, "order") == "lowest") std::ranges::sort(rows, is_lower);
    return rows;
}

template <class T>
std::pair<std::size_t, std::size_t> page_of(const std::vector<T>& all, std::int64_t offset,
                                            std::int64_t limit) {
    const auto begin = std::min(all.size(), static_cast<std::size_t>(offset));
    return {begin, std::min(all.size() - begin, static_cast<std::size_t>(limit)) + begin};
}

Result<Reply> get_rates(App& app, Counts& counts, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto offset = TRY(request.query_int("offset"));
    const auto limit = TRY(request.query_int("limit"));
    json::array plans;
    bool rests = false;
    RateQuestion question;
    TRY(app.db.read([&](db::Tx& tx) -> Result<void> {
        question = TRY(question_of(tx, request, study));
        rests = TRY(is_resting(tx, study));
        for (const Plan& plan : TRY(plans_of(tx, study))) plans.push_back(plan_json(plan));
        return {};
    }));
    const auto counted = TRY(counts.get(key_of(question), [&] {
        return app.db.read([&](db::Tx& tx) -> Result<std::shared_ptr<const Counted>> {
            const Instant at = now();
            return std::make_shared<const Counted>(Counted{at, TRY(rates_of(tx, question, at))});
        });
    }));
    const auto rows = TRY(chosen(counted->rates, request));
    Tally sums;
    for (const Rate& rate : rows) sums += rate.tally;
    json::array shown;
    const auto [begin, end] = page_of(rows, offset, limit);
    for (std::size_t i = begin; i < end; ++i) shown.push_back(to_json(rows[i]));
    return Reply::json(200, json::object{{"at", to_rfc3339(counted->at)},
                                         {"paused", rests},
                                         {"plans", std::move(plans)},
                                         {"total", rows.size()},
                                         {"sums", to_json(sums)},
                                         {"rows", std::move(shown)}});
}

// --- the rows behind a number -------------------------------------------------------------

Result<sites::Site> site_of(db::Tx& tx, const StudyId& study, const SiteId& id) {
    for (const sites::Site& site : TRY(sites::of_study(tx, study)))
        if (site.id == id) return site;
    return not_found("site", "The study has no such site.");
}

Result<int> number_in(const Request& request, const Plan& plan) {
    const std::string& text = request.param("number");
    const bool is_number = !text.empty() && text.size() <= 6 &&
                           text.find_first_not_of("0123456789") == std::string::npos;
    const int number = is_number ? std::stoi(text) : 0;
    if (number < 1 || number > plan.what.timing.times)
        return not_found("number", "The plan asks less often.");
    return number;
}

Result<std::vector<Occasion>> occasions_for(db::Tx& tx, const Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const Plan plan = TRY(get_plan(tx, TRY(request.id_param<PlanId>("plan"))));
    if (plan.what.study != study) return not_found("plan", "There is no such plan.");
    const int number = TRY(number_in(request, plan));
    const auto site = TRY(site_of(tx, study, TRY(request.id_param<SiteId>("site"))));
    return occasions_of(tx, plan, site, number, request.received);
}

Result<Reply> get_occasions(App& app, Request& request) {
    const auto offset = TRY(request.query_int("offset"));
    const auto limit = TRY(request.query_int("limit"));
    auto all = TRY(app.db.read([&](db::Tx& tx) { return occasions_for(tx, request); }));
    if (const auto state = TRY(state_in(request, "state")))
        std::erase_if(all, [&](const Occasion& one) {
            Tally tally;
            add(tally, one.state, one.is_late);
            return tally.*state->member == 0;
        });
    json::array shown;
    const auto [begin, end] = page_of(all, offset, limit);
    for (std::size_t i = begin; i < end; ++i) shown.push_back(to_json(all[i]));
    return Reply::json(200, json::object{{"total", all.size()}, {"occasions", std::move(shown)}});
}

// --- the routes ---------------------------------------------------------------------------

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

Result<http::Scope> scope_of_site(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")),
                       .site = TRY(request.id_param<SiteId>("site"))};
}

}  // namespace

void rate_routes(http::Router& router, App& app) {
    auto counts = std::make_shared<Counts>(resilience::CacheOptions{.kept = kept, .most = 1000});
    router.add(
        Method::get, "/api/v1/studies/{study}/response-rates",
        Access::needs(Permission::subject_view, scope_of_study),
        [&app, counts](Request& request) { return get_rates(app, *counts, request); },
        {.name = "readResponseRates",
         .summary = "How well patients answer, counted by site, plan and number, at the sites that "
                    "the caller may see",
         .query = http::paging(
             100, 1000,
             {{.name = "site", .what = "The id of one site", .schema = Schema::text()},
              {.name = "plan", .what = "The id of one plan", .schema = Schema::text()},
              {.name = "with",
               .what = "Only rows that have some of these; without it, rows of which some window "
                       "has opened",
               .schema = state_schema()},
              {.name = "order",
               .what = "By place (site, plan, number), or the lowest rate first",
               .schema = Schema::one_of({"place", "lowest"})}}),
         .good = {{200, "As it was at most a second ago; the sums are of all rows that were chosen",
                   Content::json(rates_schema())}}});
    router.add(
        Method::get, "/api/v1/studies/{study}/response-rates/{site}/{plan}/{number}",
        Access::needs(Permission::subject_view, scope_of_site),
        [&app](Request& request) { return get_occasions(app, request); },
        {.name = "listOccasions",
         .summary = "The subjects behind one row of the response rates, each with its window",
         .query = http::paging(100, 1000,
                               {{.name = "state",
                                 .what = "Only those that stand like this",
                                 .schema = state_schema()}}),
         .good = {{200, "By the subjects' numbers", Content::json(occasions_schema())}},
         .problems = {404}});
}

}  // namespace cohort::epro
