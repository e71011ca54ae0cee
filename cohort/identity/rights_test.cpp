// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/rights.h"

#include <string>

#include "tests/support/test.h"

namespace cohort::identity {

namespace {

const StudyId mine{"00000000-0000-7000-8000-00000000000a"};
const StudyId other{"00000000-0000-7000-8000-00000000000b"};
const SiteId here{"00000000-0000-7000-8000-0000000000a1"};
const SiteId there{"00000000-0000-7000-8000-0000000000a2"};
constexpr Instant noon{1'700'000'000'000};

struct Place {
    const char* name;
    Scope scope;
};

const Place places[] = {
    {"the system", {}},
    {"my study", {.study = mine, .site = std::nullopt}},
    {"my site", {.study = mine, .site = here}},
    {"the other site of my study", {.study = mine, .site = there}},
    {"another study", {.study = other, .site = std::nullopt}},
    {"my site in another study", {.study = other, .site = here}},
    {"another study's site", {.study = other, .site = there}},
};

enum class Reach { everywhere, my_study, my_site };

Holding hold(Role role, Reach reach) {
    Holding holding{.role = role};
    if (reach != Reach::everywhere) holding.study = mine;
    if (reach == Reach::my_site) holding.site = here;
    return holding;
}

// A job of a whole study cannot be narrowed to one of its sites: who looks at it needs the whole.
bool is_look(Permission permission) {
    const auto word = http::to_string(permission);
    return word.ends_with(".view") && word != "system.view" && word != "job.view";
}

// What the rule must answer, written the slow way: by the name of the place instead of by sets.
Verdict expected(Role role, Reach reach, Permission permission, std::string_view place) {
    const bool system = place == "the system";
    const bool study = place == "my study";
    const bool site = place == "my site";
    const bool sibling = place == "the other site of my study";
    bool acts_there = false;   // the place lies within the role's reach
    bool looks_there = false;  // some of the place does
    if (reach == Reach::everywhere) acts_there = looks_there = true;
    if (reach == Reach::my_study) {
        acts_there = study || site || sibling;
        looks_there = acts_there || system;
    }
    if (reach == Reach::my_site) {
        acts_there = site;
        looks_there = site || study || system;
    }
    if (carries(role, permission) && (is_look(permission) ? looks_there : acts_there))
        return Verdict::allowed;
    bool sees_anything = false;
    for (const Permission any : http::all_permissions)
        sees_anything = sees_anything || (is_look(any) && carries(role, any));
    return system || (looks_there && sees_anything) ? Verdict::forbidden : Verdict::hidden;
}

}  // namespace

TEST_CASE("the matrix: every role, permission, reach and place gives the verdict of the rule") {
    std::size_t cells = 0;
    for (const Role role : all_roles)
        for (const Permission permission : http::all_permissions)
            for (const Reach reach : {Reach::everywhere, Reach::my_study, Reach::my_site})
                for (const Place& place : places) {
                    INFO(to_string(role) << ", " << http::to_string(permission) << ", reach "
                                         << static_cast<int>(reach) << ", at " << place.name);
                    const Rights rights{hold(role, reach)};
                    const auto decision = decide(rights, permission, place.scope, noon);
                    CHECK(decision.verdict == expected(role, reach, permission, place.name));
                    CHECK((decision.role == role) == (decision.verdict == Verdict::allowed));
                    ++cells;
                }
    CHECK(cells == 15 * 13 * 3 * 7);
}

TEST_CASE("nobody of one site ever acts at another site or in another study") {
    for (const Role role : all_roles)
        for (const Permission permission : http::all_permissions)
            for (const Place& place : places) {
                if (place.scope.site == here && place.scope.study == mine) continue;
                if (is_look(permission)) continue;
                CHECK(decide({hold(role, Reach::my_site)}, permission, place.scope, noon).verdict !=
                      Verdict::allowed);
            }
}

TEST_CASE("without any role a place is hidden, and what belongs to no study is forbidden") {
    for (const Permission permission : http::all_permissions)
        for (const Place& place : places)
            CHECK(decide({}, permission, place.scope, noon).verdict ==
                  (place.scope.study ? Verdict::hidden : Verdict::forbidden));
}

TEST_CASE("a role holds from its first moment to just before its last") {
    Holding holding = hold(Role::coordinator, Reach::my_site);
    holding.from = Instant{1000};
    holding.until = Instant{2000};
    const Scope scope{.study = mine, .site = here};
    const auto at = [&](std::int64_t ms) {
        return decide({holding}, Permission::form_edit, scope, Instant{ms}).verdict;
    };
    CHECK(at(999) == Verdict::hidden);
    CHECK(at(1000) == Verdict::allowed);
    CHECK(at(1999) == Verdict::allowed);
    CHECK(at(2000) == Verdict::hidden);
    CHECK(sites_of({holding}, Permission::form_view, mine, Instant{2000}).none());
    CHECK(list_allowed({holding}, Instant{2000}).empty());
}

TEST_CASE("two roles in two studies give each its own rights and nothing mixed") {
    Rights rights{hold(Role::monitor, Reach::my_study)};
    rights.push_back({.role = Role::coordinator, .study = other, .site = there});
    const auto may = [&](Permission permission, const StudyId& study, const SiteId& site) {
        return decide(rights, permission, {.study = study, .site = site}, noon).verdict;
    };
    CHECK(may(Permission::form_edit, other, there) == Verdict::allowed);
    CHECK(may(Permission::form_edit, mine, there) == Verdict::forbidden);
    CHECK(may(Permission::form_edit, other, here) == Verdict::hidden);
    CHECK(may(Permission::form_view, mine, here) == Verdict::allowed);
    CHECK(decide(rights, Permission::form_view, {.study = other, .site = there}, noon).role ==
          Role::coordinator);
}

TEST_CASE("the site filter of a study names the sites of one's roles, or all of them") {
    const Rights at_sites{{.role = Role::coordinator, .study = mine, .site = there},
                          {.role = Role::investigator, .study = mine, .site = here},
                          {.role = Role::coordinator, .study = mine, .site = here},
                          {.role = Role::sponsor, .study = mine}};
    const auto forms = sites_of(at_sites, Permission::form_view, mine, noon);
    CHECK_FALSE(forms.all);
    CHECK(forms.sites == std::vector<SiteId>{here, there});
    CHECK(forms.covers(here));
    CHECK(sites_of(at_sites, Permission::study_view, mine, noon).all);
    CHECK(sites_of(at_sites, Permission::export_run, mine, noon).sites ==
          std::vector<SiteId>{here});
    CHECK(sites_of(at_sites, Permission::form_view, other, noon).none());
    CHECK_FALSE(sites_of(at_sites, Permission::form_view, other, noon).covers(here));
    CHECK(sites_of({hold(Role::monitor, Reach::everywhere)}, Permission::form_view, other, noon)
              .covers(there));
}

TEST_CASE("the study filter names the studies of one's roles, or all of them") {
    const Rights two{{.role = Role::coordinator, .study = other, .site = there},
                     {.role = Role::office, .study = mine}};
    CHECK(studies_of(two, Permission::study_view, noon).studies ==
          std::vector<StudyId>{mine, other});
    CHECK(studies_of(two, Permission::form_view, noon).studies == std::vector<StudyId>{other});
    CHECK_FALSE(studies_of(two, Permission::form_view, noon).covers(mine));
    CHECK(studies_of({hold(Role::auditor, Reach::everywhere)}, Permission::form_view, noon).all);
    CHECK_FALSE(studies_of({}, Permission::study_view, noon).covers(mine));
}

TEST_CASE("the list of what is allowed names each right once, though two roles give it") {
    const Rights rights{hold(Role::monitor, Reach::my_study), hold(Role::coder, Reach::my_study)};
    const auto list = list_allowed(rights, noon);
    CHECK(list.size() == 4);  // study.view subject.view form.view audit.view
    for (const Allowed& one : list) {
        CHECK(one.study == mine);
        CHECK_FALSE(one.site.has_value());
    }
}

}  // namespace cohort::identity
