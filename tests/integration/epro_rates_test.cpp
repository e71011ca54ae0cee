// SPDX-License-Identifier: Apache-2.0
// Response rates are exact: whatever was planned, assigned, answered, ended and paused, the numbers
// are those of looking at every subject's tasks one by one, and of the rows behind each number.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "cohort/epro/occasions.h"
#include "cohort/epro/rates.h"
#include "cohort/epro/responses.h"
#include "cohort/epro/tasks.h"
#include "tests/integration/simulated.h"
#include "tests/support/property.h"
#include "tests/world/patient.h"

namespace tests {

using namespace cohort;
using epro::Tally;

namespace {

constexpr std::int64_t hour_ms = 60 * 60 * 1000;
constexpr std::int64_t day_ms = 24 * hour_ms;

// Berlin's clocks are put forward on 29 March.
const std::int64_t first_day = to_days({2026, 3, 10});

Instant hours_after(std::int64_t hours) {
    return {first_day * day_ms + hours * hour_ms};
}

// --- what happens -------------------------------------------------------------------------

struct Person {
    bool is_at_b = false;
    std::optional<int> enrolled;  ///< days after the first
};

struct Assigned {
    int person = 0;
    int from = 0;                 ///< days after the first
    std::optional<int> from_now;  ///< assigned again, after the answers
    std::optional<int> ended;     ///< hours after the first day
};

struct Planned {
    epro::Timing timing;
    std::optional<int> ended;        ///< hours
    std::vector<Assigned> assigned;  ///< nobody: it is for all
};

struct Told {
    int plan = 0;
    int person = 0;
    int number = 1;
    bool is_late = false;
};

struct Story {
    std::vector<Person> people;
    std::vector<Planned> plans;
    std::vector<Told> told;
    std::vector<std::pair<int, std::optional<int>>> pauses;  ///< hours
};

template <class T>
std::optional<T> sometimes(T value) {
    return *rc::gen::arbitrary<bool>() ? std::optional<T>(value) : std::nullopt;
}

Planned any_plan(int people) {
    Planned plan{.timing = {.first_day = *rc::gen::inRange(0, 4),
                            .every_days = *rc::gen::inRange(1, 8),
                            .times = *rc::gen::inRange(1, 5),
                            .opens_minute = *rc::gen::element(0, 150, 600),
                            .due_minute = *rc::gen::element(1440, 1200, 700),
                            .due_days = *rc::gen::inRange(0, 3),
                            .late_days = *rc::gen::inRange(0, 3)},
                 .ended = sometimes(*rc::gen::inRange(0, 1000)),
                 .assigned = {}};
    if (*rc::gen::arbitrary<bool>()) return plan;
    for (int person = 0; person < people; ++person)
        if (*rc::gen::inRange(0, 3) > 0)
            plan.assigned.push_back({.person = person,
                                     .from = *rc::gen::inRange(0, 25),
                                     .from_now = sometimes(*rc::gen::inRange(0, 25)),
                                     .ended = sometimes(*rc::gen::inRange(0, 1000))});
    return plan;
}

// Answers only of whom the plan asks: of nobody else could they be taken.
bool is_asked(const Story& story, const Told& one) {
    const Planned& plan = story.plans[static_cast<std::size_t>(one.plan)];
    if (plan.assigned.empty())
        return story.people[static_cast<std::size_t>(one.person)].enrolled.has_value();
    return std::ranges::any_of(plan.assigned,
                               [&](const Assigned& a) { return a.person == one.person; });
}

Story any_story() {
    Story story;
    const int people = *rc::gen::inRange(1, 12);
    for (int i = 0; i < people; ++i)
        story.people.push_back({.is_at_b = *rc::gen::arbitrary<bool>(),
                                .enrolled = sometimes(*rc::gen::inRange(0, 25))});
    const int plans = *rc::gen::inRange(1, 4);
    for (int i = 0; i < plans; ++i) story.plans.push_back(any_plan(people));
    std::set<std::tuple<int, int, int>> windows;
    const int answers = *rc::gen::inRange(0, 30);
    for (int i = 0; i < answers; ++i) {
        Told one{.plan = *rc::gen::inRange(0, plans),
                 .person = *rc::gen::inRange(0, people),
                 .is_late = *rc::gen::arbitrary<bool>()};
        const int times = story.plans[static_cast<std::size_t>(one.plan)].timing.times;
        one.number = *rc::gen::inRange(1, times + 1);
        if (is_asked(story, one) && windows.insert({one.plan, one.person, one.number}).second)
            story.told.push_back(one);
    }
    if (*rc::gen::arbitrary<bool>()) {
        const int from = *rc::gen::inRange(0, 700);
        story.pauses.emplace_back(from, from + *rc::gen::inRange(1, 100));
        story.pauses.emplace_back(from + 150, sometimes(from + 200));
    }
    return story;
}

// --- in the store -------------------------------------------------------------------------

struct Stored {
    std::vector<subjects::Subject> people;
    std::vector<epro::Plan> plans;
};

Result<subjects::Subject> store(db::Tx& tx, const Ground& ground, const Person& person, int index) {
    const auto id = new_id<SubjectId>();
    std::optional<CivilDate> day;
    if (person.enrolled) day = from_days(first_day + *person.enrolled);
    TRY(
        tx.put("INSERT INTO subject (id, study_id, site_id, key, enrolled_on, position, "
               "created_at, extra) VALUES (?, ?, ?, ?, ?, ?, 0, '')",
               id, ground.study, person.is_at_b ? ground.site_b : ground.site_a,
               "S" + std::to_string(index), day, 1000 + index));
    return subjects::get(tx, id);
}

Result<epro::Plan> store(db::Tx& tx, const Ground& ground, const Planned& planned,
                         const std::vector<subjects::Subject>& people) {
    const auto actor = identity::command_line();
    const bool is_of_all = planned.assigned.empty();
    const epro::NewPlan wish{
        .study = ground.study,
        .url = "http://example.org/mood",
        .name = "n",
        .applies_to = is_of_all ? epro::AppliesTo::all : epro::AppliesTo::assigned,
        .timing = planned.timing};
    const epro::Plan plan = TRY(epro::add_plan(tx, wish, actor));
    for (const Assigned& one : planned.assigned)
        TRY(epro::assign(tx, plan.id, people[static_cast<std::size_t>(one.person)],
                         from_days(first_day + one.from), actor));
    return plan;
}

Result<void> store(db::Tx& tx, const Ground& ground, const Told& told, const Stored& stored,
                   const QuestionnaireId& form) {
    const auto& subject = stored.people[static_cast<std::size_t>(told.person)];
    const auto& plan = stored.plans[static_cast<std::size_t>(told.plan)];
    const auto mine = TRY(epro::find_plan(tx, plan.id, subject));
    const epro::NewResponse response{.answered = {.id = new_id<ResponseId>(),
                                                  .plan = plan.id,
                                                  .number = told.number,
                                                  .questionnaire = form,
                                                  .received_at = hours_after(1),
                                                  .is_late = told.is_late,
                                                  .digest = "d",
                                                  .answer = "{}"},
                                     .study = ground.study,
                                     .site = subject.site,
                                     .subject = subject.id,
                                     .starts_on = mine.value().starts_on,
                                     .language = "en",
                                     .authored = "",
                                     .scoring = "",
                                     .body = "{}",
                                     .scores = {}};
    CHECK(TRY(epro::insert(tx, response)));
    return {};
}

// What came after the answers: begun on another day, ended.
Result<void> store_what_came_after(db::Tx& tx, const Planned& planned, const epro::Plan& plan,
                                   const std::vector<subjects::Subject>& people) {
    for (const Assigned& one : planned.assigned) {
        const auto& subject = people[static_cast<std::size_t>(one.person)];
        if (one.from_now)
            TRY(epro::assign(tx, plan.id, subject, from_days(first_day + *one.from_now),
                             identity::command_line()));
        if (one.ended)
            TRY(
                tx.put("UPDATE questionnaire_assignment SET ended_at = ? "
                       "WHERE plan_id = ? AND subject_id = ?",
                       hours_after(*one.ended), plan.id, subject.id));
    }
    if (planned.ended)
        TRY(tx.put("UPDATE questionnaire_plan SET ended_at = ? WHERE id = ?",
                   hours_after(*planned.ended), plan.id));
    return {};
}

Result<Stored> store(db::Tx& tx, const Ground& ground, const Story& story,
                     const QuestionnaireId& form) {
    Stored stored;
    for (const Person& person : story.people)
        stored.people.push_back(
            TRY(store(tx, ground, person, static_cast<int>(stored.people.size()))));
    for (const Planned& planned : story.plans)
        stored.plans.push_back(TRY(store(tx, ground, planned, stored.people)));
    for (const Told& told : story.told) TRY(store(tx, ground, told, stored, form));
    for (std::size_t i = 0; i < story.plans.size(); ++i)
        TRY(store_what_came_after(tx, story.plans[i], stored.plans[i], stored.people));
    for (const auto& [from, until] : story.pauses)
        TRY(
            tx.put("INSERT INTO questionnaire_pause (study_id, from_at, reason, paused_by, "
                   "until_at) VALUES (?, ?, 'r', 'b', ?)",
                   ground.study, hours_after(from),
                   until ? std::optional(hours_after(*until)) : std::nullopt));
    return stored;
}

// --- counting -----------------------------------------------------------------------------

using Counted = std::map<std::tuple<std::string, std::string, int>, Tally>;

Result<Counted> naively(db::Tx& tx, const Stored& stored, Instant at) {
    Counted all;
    for (const auto& subject : stored.people)
        for (const epro::Task& task : TRY(epro::tasks_of(tx, subject, at)))
            epro::add(all[{subject.site.text, task.plan.text, task.window.number}], task.state,
                      task.answered && task.answered->is_late);
    return all;
}

Result<Counted> quickly(db::Tx& tx, const epro::RateQuestion& question, Instant at) {
    Counted all;
    for (const epro::Rate& rate : TRY(epro::rates_of(tx, question, at)))
        CHECK(all.emplace(std::tuple(rate.site.text, rate.plan.text, rate.number), rate.tally)
                  .second);
    return all;
}

Result<Counted> behind(db::Tx& tx, const epro::RateQuestion& question, const Stored& stored,
                       Instant at) {
    Counted all;
    for (const auto& site : question.sites)
        for (const auto& before : stored.plans) {
            const auto plan = TRY(epro::get_plan(tx, before.id));
            for (int number = 1; number <= plan.what.timing.times; ++number)
                for (const auto& one : TRY(epro::occasions_of(tx, plan, site, number, at)))
                    epro::add(all[{site.id.text, plan.id.text, number}], one.state, one.is_late);
        }
    return all;
}

std::int64_t windows_in(const Counted& all) {
    std::int64_t windows = 0;
    for (const auto& [where, tally] : all) windows += tally.upcoming + tally.asked();
    return windows;
}

// What is wrong, empty when nothing.
Result<std::string> compare(db::Tx& tx, const Ground& ground, const Stored& stored, Instant at) {
    epro::RateQuestion question{ground.study, TRY(sites::of_study(tx, ground.study)), true};
    const auto expected = TRY(naively(tx, stored, at));
    const auto found = TRY(quickly(tx, question, at));
    if (found != expected) return "the rates differ at " + to_rfc3339(at);
    if (TRY(behind(tx, question, stored, at)) != expected)
        return "the rows behind differ at " + to_rfc3339(at);
    std::int64_t tasks = 0;
    for (const auto& subject : stored.people)
        tasks += static_cast<std::int64_t>(TRY(epro::tasks_of(tx, subject, at)).size());
    if (windows_in(found) != tasks) return std::string("the states do not add up");
    Counted by_site;
    question.is_whole_study = false;
    for (const auto& site : TRY(sites::of_study(tx, ground.study))) {
        question.sites = {site};
        by_site.merge(TRY(quickly(tx, question, at)));
    }
    if (by_site != expected) return std::string("the sites one by one differ");
    return std::string();
}

std::string tell(const Story& story, const std::vector<int>& hours) {
    std::string wrong;
    in_world([&](World& world) {
        const QuestionnaireId form{publish_mood(world)};
        Stored stored;
        const auto done = world.db().transact([&](db::Tx& tx) -> Result<void> {
            stored = TRY(store(tx, world.ground(), story, form));
            return {};
        });
        REQUIRE_MESSAGE(done.ok(), done.error().text);
        for (const int hour : hours) {
            const auto found = world.db().read(
                [&](db::Tx& tx) { return compare(tx, world.ground(), stored, hours_after(hour)); });
            REQUIRE_MESSAGE(found.ok(), found.error().text);
            wrong += *found;
        }
    });
    return wrong;
}

}  // namespace

TEST_CASE("rates are those of every subject's tasks one by one, whatever has happened") {
    CHECK_PROPERTY([] {
        const Story story = any_story();
        const auto hours = *rc::gen::container<std::vector<int>>(4, rc::gen::inRange(-24, 1100));
        RC_ASSERT(tell(story, hours) == "");
    });
}

namespace {

// What was counted a moment ago is not told any more.
void wait_a_moment() {
    weft::sleep(std::chrono::seconds(2));
}

std::string rates_path(World& world, const std::string& query = "") {
    return "/api/v1/studies/" + world.ground().study.text + "/response-rates" + query;
}

std::string row_path(World& world, const SiteId& site, const std::string& plan, int number) {
    return rates_path(world, "/" + site.text + "/" + plan + "/" + std::to_string(number));
}

std::string tally_in(const Answer& answer, const std::string& place) {
    std::string all;
    for (const char* name :
         {"upcoming", "open", "late", "on_time", "answered_late", "missed", "excused"})
        all += answer.at(place + "/" + name) + " ";
    return all;
}

std::string add_subject(World& world, const char* who, const SiteId& site,
                        const std::string& enrolled_on) {
    const Answer added =
        world.ask(who, "POST", "/api/v1/studies/" + world.ground().study.text + "/subjects",
                  R"({"site":")" + site.text + R"(","enrolled_on":")" + enrolled_on + "\"}");
    CHECK(added.outcome() == "201");
    return added.at("/id");
}

}  // namespace

TEST_CASE("rates follow what patients answer, and each number has as many rows behind it") {
    in_simulated_world([](World& world) {
        publish_mood(world);
        const std::string plan = plan_mood(world, R"(,"times":3,"late_days":1)");
        const std::string today = to_string(from_days(now().ms / day_ms));
        const std::string yesterday = to_string(from_days(now().ms / day_ms - 1));
        const std::string early = add_subject(world, "ann", world.ground().site_a, yesterday);
        add_subject(world, "ann", world.ground().site_a, today);
        const Answer before = world.ask("ann", "GET", rates_path(world));
        CHECK(before.at("/total") == "2");
        CHECK(tally_in(before, "/rows/0/tally") == "0 1 1 0 0 0 0 ");
        CHECK(tally_in(before, "/rows/1/tally") == "1 1 0 0 0 0 0 ");
        CHECK(tally_in(before, "/sums") == "1 2 1 0 0 0 0 ");
        CHECK(before.at("/plans/0/name") == "Mood of the day");
        Patient patient(world, early);
        CHECK(patient.submit(plan, 1, mood_answers()).outcome() == "201");
        CHECK(patient.submit(plan, 2, mood_answers()).outcome() == "201");
        wait_a_moment();
        const Answer after = world.ask("ann", "GET", rates_path(world));
        CHECK(tally_in(after, "/rows/0/tally") == "0 1 0 0 1 0 0 ");
        CHECK(tally_in(after, "/rows/1/tally") == "1 0 0 1 0 0 0 ");
        CHECK(after.at("/sums/answered") == "2");
        CHECK(after.at("/sums/due") == "2");
        CHECK(after.at("/sums/asked") == "3");

        const std::string row = row_path(world, world.ground().site_a, plan, 1);
        CHECK(world.ask("ann", "GET", row).at("/total") == "2");
        const Answer late = world.ask("ann", "GET", row + "?state=answered_late");
        CHECK(late.at("/total") == "1");
        CHECK(late.at("/occasions/0/subject") == early);
        CHECK(late.at("/occasions/0/answered_at").empty() == false);
        CHECK(world.ask("ann", "GET", row + "?state=missed").at("/total") == "0");
        CHECK(world.ask("ann", "GET", rates_path(world, "?with=open")).at("/total") == "1");
        CHECK(world.ask("ann", "GET", rates_path(world, "?with=soon")).outcome() ==
              "400 bad-query");
        CHECK(world.ask("ann", "GET", row_path(world, world.ground().site_a, plan, 4)).outcome() ==
              "404 number");
    });
}

TEST_CASE("rates are told of the sites that the caller may see, and of one of them when asked") {
    in_simulated_world([](World& world) {
        const Ground& ground = world.ground();
        publish_mood(world);
        const std::string plan = plan_mood(world);
        const std::string today = to_string(from_days(now().ms / day_ms));
        add_subject(world, "ann", ground.site_a, today);
        add_subject(world, "bob", ground.site_b, today);
        const auto sites_of = [&](const char* who, const std::string& query) {
            const Answer answer = world.ask(who, "GET", rates_path(world, query));
            std::string all;
            for (int i = 0; !answer.at("/rows/" + std::to_string(i)).empty(); ++i)
                all += answer.at("/rows/" + std::to_string(i) + "/site") == ground.site_a.text
                           ? "A"
                           : "B";
            return all + " of " + answer.at("/total");
        };
        CHECK(sites_of("monitor", "") == "AB of 2");
        CHECK(sites_of("monitor", "?offset=1") == "B of 2");
        CHECK(sites_of("monitor", "?site=" + ground.site_b.text) == "B of 1");
        CHECK(sites_of("ann", "") == "A of 1");
        CHECK(sites_of("ann", "?site=" + ground.site_b.text) == " of 0");
        CHECK(world.ask("ann", "GET", row_path(world, ground.site_b, plan, 1)).outcome() ==
              "404 unknown-object");
        CHECK(world.ask("editor", "GET", rates_path(world)).outcome() == "404 unknown-object");
    });
}

TEST_CASE("the lowest rate comes first when asked for, and what is not due yet last") {
    in_simulated_world([](World& world) {
        publish_mood(world);
        const std::string plan = plan_mood(world, R"(,"times":3,"late_days":1)");
        const std::string yesterday = to_string(from_days(now().ms / day_ms - 1));
        const std::string subject = add_subject(world, "ann", world.ground().site_a, yesterday);
        add_subject(world, "ann", world.ground().site_a, yesterday);
        Patient patient(world, subject);
        CHECK(patient.submit(plan, 2, mood_answers()).outcome() == "201");
        wait_a_moment();
        const Answer lowest = world.ask("monitor", "GET", rates_path(world, "?order=lowest"));
        CHECK(lowest.at("/rows/0/number") == "1");
        CHECK(lowest.at("/rows/0/tally/answered") == "0");
        CHECK(lowest.at("/rows/1/number") == "2");
        CHECK(lowest.at("/rows/1/tally/answered") == "1");
        CHECK(lowest.at("/rows/1/tally/due") == "1");
    });
}

TEST_CASE("a pause is told with the rates at once, and what rests over is excused") {
    in_simulated_world([](World& world) {
        publish_mood(world);
        plan_mood(world, "");
        const std::string pause =
            "/api/v1/studies/" + world.ground().study.text + "/questionnaire-pause";
        add_subject(world, "ann", world.ground().site_a, to_string(from_days(now().ms / day_ms)));
        CHECK(world.ask("ann", "GET", rates_path(world)).at("/paused") == "false");
        CHECK(world.ask("builder", "PUT", pause, R"({"reason":"a recall"})").outcome() == "204");
        CHECK(world.ask("ann", "GET", rates_path(world)).at("/paused") == "true");
        sleep_through(world, std::chrono::hours(10));
        CHECK(world.ask("builder", "DELETE", pause).outcome() == "204");
        sleep_through(world, std::chrono::hours(10));
        CHECK(tally_in(world.ask("ann", "GET", rates_path(world)), "/sums") == "0 0 0 0 0 0 1 ");
    });
}

TEST_CASE("a subject's windows keep the hours of the site's clocks when these are put forward") {
    in_world([](World& world) {
        publish_mood(world);
        plan_mood(world, R"(,"times":3,"opens":"08:00","due":"20:00")");
        const std::string subject = add_subject(world, "bob", world.ground().site_b, "2026-03-28");
        const Answer tasks = world.ask("bob", "GET", "/api/v1/subjects/" + subject + "/tasks");
        std::string opens;
        for (int i = 0; i < 3; ++i)
            opens += tasks.at("/tasks/" + std::to_string(i) + "/opens_at") + " ";
        CHECK(opens ==
              "2026-03-28T07:00:00.000Z 2026-03-29T06:00:00.000Z 2026-03-30T06:00:00.000Z ");
        CHECK(tasks.at("/tasks/1/due_at") == "2026-03-29T18:00:00.000Z");
    });
}

}  // namespace tests
