// SPDX-License-Identifier: Apache-2.0
#include "cohort/generate/made_up.h"

#include <optional>

#include "cohort/generate/diary.h"

namespace cohort::generate {

namespace {

constexpr std::int64_t hour_ms = 60 * 60 * 1000;

struct Town {
    const char* name;
    const char* zone;
};
constexpr Town towns[] = {{"Northbridge", "Europe/London"},   {"Eastfield", "Europe/London"},
                          {"Willowmere", "America/New_York"}, {"Stonegate", "America/New_York"},
                          {"Clearwater", "America/New_York"}, {"Lindenau", "Europe/Berlin"},
                          {"Rosshaupt", "Europe/Berlin"},     {"Mühlbach", "Europe/Berlin"},
                          {"Qinghe 清河", "Asia/Shanghai"},   {"Baiyun 白云", "Asia/Shanghai"},
                          {"Longtan 龙潭", "Asia/Shanghai"},  {"Xinghua 兴化", "Asia/Shanghai"},
                          {"Heping 和平", "Asia/Shanghai"},   {"Shiquan 石泉", "Asia/Urumqi"},
                          {"Tianchi 天池", "Asia/Urumqi"}};
constexpr const char* kinds[] = {"General Hospital", "University Hospital", "People's Hospital",
                                 "Heart Centre", "City Hospital"};

// On which day after the enrolment a visit is entered: the protocol's, or for a study that plans
// none the day itself, at its first visit.
std::optional<int> day_of(const study::StudyEventDef& event, bool is_first) {
    if (const auto window = study::window_of(event)) return window->day;
    return is_first ? std::optional(0) : std::nullopt;
}

void make_up_visit(const study::Definition& definition, const study::StudyEventDef& event,
                   const CivilDate& day, Chance& chance, MadeSubject& subject) {
    for (const study::ChildRef* ref : study::in_order(event.forms)) {
        const study::FormDef* form = definition.form(ref->oid);
        if (form == nullptr || chance.one_in(20)) continue;
        subject.forms.push_back({.event = event.oid,
                                 .form = form->oid,
                                 .entries = make_up_entries(definition, *form, day, chance),
                                 .is_left_open = chance.one_in(12)});
    }
}

}  // namespace

MadeSubject make_up_subject(const study::Definition& definition, const CivilDate& today,
                            Chance& chance) {
    const std::int64_t last = to_days(today) - 1;
    const std::int64_t enrolled = to_days(today) - 7 - static_cast<std::int64_t>(chance.up_to(20));
    MadeSubject subject{.enrolled_on = from_days(enrolled), .forms = {}, .diaries = {}};
    bool is_first = true;
    for (const study::StudyEventDef* event : definition.events()) {
        const auto day = day_of(*event, is_first);
        is_first = false;
        if (day && enrolled + *day <= last)
            make_up_visit(definition, *event, from_days(enrolled + *day), chance, subject);
    }
    for (int week = 1; week <= diary_weeks; ++week) {
        const std::int64_t day = enrolled + 7 * std::int64_t{week - 1};
        if (day > last || chance.one_in(10)) continue;
        // Around noon by UTC it is the same day at all of these sites.
        const std::int64_t minute_ms = static_cast<std::int64_t>(chance.up_to(179)) * 60'000;
        subject.diaries.push_back({.week = week,
                                   .received_at = {(day * 24 + 11) * hour_ms + minute_ms},
                                   .answers = make_up_diary(from_days(day), chance)});
    }
    return subject;
}

MadeSite make_up_site(Chance& chance) {
    const Town& town = chance.pick(towns);
    return {.name = std::string{town.name} + " " + chance.pick(kinds), .time_zone = town.zone};
}

}  // namespace cohort::generate
