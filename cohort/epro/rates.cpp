// SPDX-License-Identifier: Apache-2.0
// A window's state, while nobody has answered it, follows from the plan, the day on which the
// subject's days are counted from, and the clocks of the site: it is the same for all who began on
// one day under the same clocks. So subjects are counted by site and day of beginning, and answers
// by site, number and the days between which the state does not change; what is not answered in a
// state is the difference. Both counts read an index alone.
//
// Those whose assignment has ended stand apart, because their windows end each at a time of its
// own: they are looked at one by one.
#include "cohort/epro/rates.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cohort::epro {

namespace {

/// What a window is while nobody has answered it; nothing once its plan has ended before it did.
using Unanswered = std::optional<TaskState>;

struct Place {
    SiteId site;
    std::size_t zone = 0;  ///< in Places::zones
};

struct Places {
    std::vector<Place> all;
    std::vector<zones::Zone> zones;
    std::map<SiteId, std::size_t> by_site;
    /// " AND site_id IN (…)" with its parameters; empty for all sites of the study.
    std::string condition;
    db::Values listed;
};

Places places_of(const RateQuestion& question) {
    Places places;
    std::map<std::string, std::size_t> by_name;
    for (const sites::Site& site : question.sites) {
        const auto [found, is_new] = by_name.emplace(site.time_zone, places.zones.size());
        // UTC where the machine has lost the zone, as for tasks.
        if (is_new) {
            auto zone = zones::load(site.time_zone);
            places.zones.push_back(zone ? std::move(*zone) : zones::Zone());
        }
        places.by_site.emplace(site.id, places.all.size());
        places.all.push_back({site.id, found->second});
        places.condition += places.condition.empty() ? " AND site_id IN (?" : ", ?";
        places.listed.push_back(db::to_value(site.id));
    }
    places.condition += ")";
    if (question.is_whole_study) {
        places.condition.clear();
        places.listed.clear();
    }
    return places;
}

db::Values with(db::Values values, const db::Values& more) {
    values.insert(values.end(), more.begin(), more.end());
    return values;
}

/// Subjects of a site who began on one day.
struct Beginners {
    std::size_t place = 0;
    std::int64_t day = 0;  ///< since 1970
    std::int64_t subjects = 0;
};

/// A subject whose assignment has ended.
struct Leaver {
    std::size_t place = 0;
    std::int64_t day = 0;
    Instant ended_at;
    std::vector<int> answered;  ///< numbers
};

// --- reading ------------------------------------------------------------------------------

Result<std::vector<Beginners>> beginners_in(db::Tx& tx, const Places& places,
                                            const std::string& sql, const db::Values& values) {
    std::vector<Beginners> all;
    TRY(tx.each(
        sql,
        [&](db::Row&& row) -> Result<void> {
            const auto place = places.by_site.find(row.get<SiteId>(0));
            if (place != places.by_site.end())
                all.push_back(
                    {place->second, to_days(row.get<CivilDate>(1)), row.get<std::int64_t>(2)});
            return {};
        },
        values));
    return all;
}

Result<std::vector<Beginners>> enrolled(db::Tx& tx, const StudyId& study, const Places& places) {
    return beginners_in(tx, places,
                        "SELECT site_id, enrolled_on, COUNT(*) FROM enrolled_subject "
                        "WHERE study_id = ? AND enrolled_on IS NOT NULL" +
                            places.condition + " GROUP BY site_id, enrolled_on",
                        with({db::to_value(study)}, places.listed));
}

const std::string assignments =
    " FROM questionnaire_assignment a JOIN enrolled_subject s ON s.id = a.subject_id "
    "WHERE a.plan_id = ? AND a.ended_at IS ";

Result<std::vector<Beginners>> assigned(db::Tx& tx, const PlanId& plan, const Places& places) {
    return beginners_in(tx, places,
                        "SELECT s.site_id, a.starts_on, COUNT(*)" + assignments + "NULL" +
                            places.condition + " GROUP BY s.site_id, a.starts_on",
                        with({db::to_value(plan)}, places.listed));
}

Result<std::vector<Leaver>> leavers_of(db::Tx& tx, const PlanId& plan, const Places& places) {
    std::map<SubjectId, Leaver> all;
    const auto values = with({db::to_value(plan)}, places.listed);
    TRY(tx.each(
        "SELECT a.subject_id, s.site_id, a.starts_on, a.ended_at" + assignments + "NOT NULL" +
            places.condition,
        [&](db::Row&& row) -> Result<void> {
            const auto place = places.by_site.find(row.get<SiteId>(1));
            if (place != places.by_site.end())
                all[row.get<SubjectId>(0)] = {
                    place->second, to_days(row.get<CivilDate>(2)), row.get<Instant>(3), {}};
            return {};
        },
        values));
    if (all.empty()) return std::vector<Leaver>();
    TRY(tx.each(
        "SELECT r.subject_id, r.number FROM patient_response r WHERE r.plan_id = ? AND "
        "r.subject_id IN (SELECT a.subject_id" +
            assignments + "NOT NULL" + places.condition + ")",
        [&](db::Row&& row) -> Result<void> {
            const auto found = all.find(row.get<SubjectId>(0));
            if (found != all.end()) found->second.answered.push_back(row.get<int>(1));
            return {};
        },
        with({db::to_value(plan)}, values)));
    std::vector<Leaver> leavers;
    for (auto& [subject, leaver] : all) leavers.push_back(std::move(leaver));
    return leavers;
}

// --- states by day ------------------------------------------------------------------------

struct Span {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

// The days on which any of these began. At least one of the lists has somebody.
Span span_of(const std::vector<Beginners>& beginners, const std::vector<Leaver>& leavers) {
    const std::int64_t some = beginners.empty() ? leavers.front().day : beginners.front().day;
    Span span{some, some};
    const auto widen = [&](std::int64_t day) {
        span.first = std::min(span.first, day);
        span.last = std::max(span.last, day);
    };
    for (const Beginners& one : beginners) widen(one.day);
    for (const Leaver& one : leavers) widen(one.day);
    return span;
}

/// The states of a plan's windows. Those of one day under the same clocks have the same, whoever
/// they belong to: each is worked out once.
class Days {
  public:
    Days(const Plan& plan, const std::vector<Pause>& pauses, const Places& places,
         std::int64_t first, Instant at)
        : plan_(plan),
          pauses_(pauses),
          places_(places),
          first_(first),
          at_(at),
          known_(places.zones.size()) {}

    /// Of the window of that number of who began that day.
    Unanswered state(std::size_t zone, std::int64_t begun, int number) {
        const std::int64_t later = std::int64_t{plan_.what.timing.every_days} * (number - 1);
        const auto index = static_cast<std::size_t>(begun - first_ + later);
        auto& known = known_[zone];
        if (known.size() <= index) known.resize(index + 1);
        // It is the first window of who began so much later.
        std::optional<Unanswered>& kept = known[index];
        return kept ? *kept : kept.emplace(work_out(zone, begun + later));
    }

    Window window(std::size_t zone, std::int64_t begun, int number) const {
        return window_of(plan_.what.timing, from_days(begun), places_.zones[zone], number);
    }

  private:
    Unanswered work_out(std::size_t zone, std::int64_t begun) const {
        const Window its = window(zone, begun, 1);
        if (plan_.ended_at && *plan_.ended_at < its.closes) return std::nullopt;
        return state_of(its, false, pauses_, at_);
    }

    const Plan& plan_;
    const std::vector<Pause>& pauses_;
    const Places& places_;
    const std::int64_t first_;
    const Instant at_;
    std::vector<std::vector<std::optional<Unanswered>>> known_;  ///< by zone, by days since first_
};

// --- one plan -----------------------------------------------------------------------------

class PlanCount {
  public:
    PlanCount(db::Tx& tx, const Plan& plan, const Places& places, Days days, Span span)
        : tx_(tx), plan_(plan), places_(places), days_(std::move(days)), span_(span) {}

    Result<void> count(const std::vector<Beginners>& beginners, const std::vector<Leaver>& leavers,
                       std::vector<std::vector<Rate>>& by_place) {
        for (number_ = 1; number_ <= plan_.what.timing.times; ++number_) {
            tallies_.assign(places_.all.size(), {});
            for (const Beginners& one : beginners) {
                const auto state = days_.state(zone_of(one.place), one.day, number_);
                if (state) add(tallies_[one.place], *state, false, one.subjects);
            }
            for (const Leaver& one : leavers) add_leaver(one);
            TRY(move_answered());
            for (std::size_t place = 0; place < tallies_.size(); ++place)
                if (tallies_[place] != Tally())
                    by_place[place].push_back(
                        {places_.all[place].site, plan_.id, number_, tallies_[place]});
        }
        return {};
    }

  private:
    std::size_t zone_of(std::size_t place) const { return places_.all[place].zone; }

    // What a leaver has answered is counted here as if it were not: move_answered() moves it.
    void add_leaver(const Leaver& one) {
        const std::size_t zone = zone_of(one.place);
        const auto state = days_.state(zone, one.day, number_);
        const bool is_answered = std::ranges::find(one.answered, number_) != one.answered.end();
        if (state && (is_answered || one.ended_at >= days_.window(zone, one.day, number_).closes))
            add(tallies_[one.place], *state, false);
    }

    // The days on which a run of days begins whose states are alike, under every zone's clocks; the
    // first run apart.
    std::vector<std::int64_t> find_cuts() {
        std::vector<std::int64_t> cuts;
        for (std::int64_t day = span_.first + 1; day <= span_.last; ++day)
            for (std::size_t zone = 0; zone < places_.zones.size(); ++zone)
                if (days_.state(zone, day - 1, number_) != days_.state(zone, day, number_)) {
                    cuts.push_back(day);
                    break;
                }
        return cuts;
    }

    Result<void> move_answered() {
        const auto cuts = find_cuts();
        db::Values values;
        std::string run = "0";
        for (std::size_t i = 0; i < cuts.size(); ++i) {
            run = (i == 0 ? "CASE" : run) + " WHEN starts_on < ? THEN " + std::to_string(i);
            values.push_back(db::to_value(from_days(cuts[i])));
        }
        if (!cuts.empty()) run += " ELSE " + std::to_string(cuts.size()) + " END";
        values.push_back(db::to_value(plan_.id));
        values.push_back(db::to_value(number_));
        return tx_.each(
            "SELECT site_id, CAST(" + run +
                " AS BIGINT), is_late, COUNT(*) FROM patient_response "
                "WHERE plan_id = ? AND number = ?" +
                places_.condition + " GROUP BY 1, 2, 3",
            [&](db::Row&& row) -> Result<void> {
                const auto place = places_.by_site.find(row.get<SiteId>(0));
                if (place == places_.by_site.end()) return {};
                const auto which = row.get<std::size_t>(1);
                move(place->second, which == 0 ? span_.first : cuts[which - 1], row.get<bool>(2),
                     row.get<std::int64_t>(3));
                return {};
            },
            with(std::move(values), places_.listed));
    }

    void move(std::size_t place, std::int64_t day, bool is_late, std::int64_t windows) {
        const auto state = days_.state(zone_of(place), day, number_);
        if (state) add(tallies_[place], *state, false, -windows);
        add(tallies_[place], TaskState::done, is_late, windows);
    }

    db::Tx& tx_;
    const Plan& plan_;
    const Places& places_;
    Days days_;
    const Span span_;
    int number_ = 0;
    std::vector<Tally> tallies_;  ///< of this number, by place
};

}  // namespace

Tally& Tally::operator+=(const Tally& other) noexcept {
    upcoming += other.upcoming;
    open += other.open;
    late += other.late;
    on_time += other.on_time;
    answered_late += other.answered_late;
    missed += other.missed;
    excused += other.excused;
    return *this;
}

void add(Tally& tally, TaskState state, bool is_late, std::int64_t windows) noexcept {
    switch (state) {
        case TaskState::upcoming:
            tally.upcoming += windows;
            break;
        case TaskState::open:
            tally.open += windows;
            break;
        case TaskState::late:
            tally.late += windows;
            break;
        case TaskState::done:
            (is_late ? tally.answered_late : tally.on_time) += windows;
            break;
        case TaskState::missed:
            tally.missed += windows;
            break;
        case TaskState::excused:
            tally.excused += windows;
            break;
    }
}

Result<std::vector<Rate>> rates_of(db::Tx& tx, const RateQuestion& question, Instant at) {
    if (question.sites.empty()) return std::vector<Rate>();
    const Places places = places_of(question);
    const std::vector<Pause> pauses = TRY(pauses_of(tx, question.study));
    const std::vector<Beginners> all = TRY(enrolled(tx, question.study, places));
    std::vector<std::vector<Rate>> by_place(places.all.size());
    for (const Plan& plan : TRY(plans_of(tx, question.study))) {
        const bool is_of_all = plan.what.applies_to == AppliesTo::all;
        const auto some = is_of_all ? std::vector<Beginners>() : TRY(assigned(tx, plan.id, places));
        const auto leavers =
            is_of_all ? std::vector<Leaver>() : TRY(leavers_of(tx, plan.id, places));
        const auto& beginners = is_of_all ? all : some;
        if (beginners.empty() && leavers.empty()) continue;
        const Span span = span_of(beginners, leavers);
        PlanCount count(tx, plan, places, Days(plan, pauses, places, span.first, at), span);
        TRY(count.count(beginners, leavers, by_place));
    }
    std::vector<Rate> rates;
    for (std::vector<Rate>& some : by_place) rates.insert(rates.end(), some.begin(), some.end());
    return rates;
}

}  // namespace cohort::epro
