// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/first_start.h"

#include <algorithm>
#include <array>

#include "cohort/identity/grants.h"
#include "cohort/identity/users.h"
#include "cohort/platform/auth/private_file.h"
#include "cohort/platform/auth/random.h"
#include "cohort/platform/auth/secret.h"

namespace cohort::sites {

namespace {

using identity::Holding;
using identity::Role;

enum class Reach { first_site, study, everywhere };

struct Person {
    Role role;
    const char* name;
    Reach reach;
};

// A data manager imports further studies and an office registers them, so theirs are all studies.
constexpr std::array<Person, identity::role_count> people{{
    {Role::coordinator, "Lin Yue 林悦", Reach::first_site},
    {Role::investigator, "Dr Zhao Ming 赵明", Reach::first_site},
    {Role::monitor, "Chen Jing 陈静", Reach::study},
    {Role::data_manager, "Wang Lei 王磊", Reach::everywhere},
    {Role::statistician, "Sun Hao 孙浩", Reach::study},
    {Role::sponsor, "Emma Fischer", Reach::study},
    {Role::office, "Xu Min 徐敏", Reach::everywhere},
    {Role::coder, "Ana Silva", Reach::study},
    {Role::pharmacist, "He Ping 何平", Reach::first_site},
    {Role::safety_officer, "Tomás Ruiz", Reach::study},
    {Role::nurse, "Guo Xin 郭欣", Reach::first_site},
    {Role::editor, "Ma Li 马丽", Reach::everywhere},
    {Role::engineer, "Noah Berg", Reach::everywhere},
    {Role::admin, "Deng Kai 邓凯", Reach::everywhere},
    {Role::auditor, "Ingrid Holm", Reach::study},
}};

constexpr const char* organisation_name = "Cohort Demo 示范机构";

struct Place {
    const char* oid;
    const char* name;
    const char* time_zone;
};
constexpr std::array<Place, 2> places{{
    {"S01", "Shanghai Riverside Hospital 上海江畔医院", "Asia/Shanghai"},
    {"S02", "Urumqi Lakeside Hospital 乌鲁木齐湖滨医院", "Asia/Urumqi"},
}};

identity::Actor first_start_actor() {
    identity::Actor actor;
    actor.part = "first-start";
    actor.how = "system";
    return actor;
}

Result<bool> is_empty(db::Db& db) {
    return db.read(
        [](db::Tx& tx) -> Result<bool> { return TRY(identity::organisations(tx)).empty(); });
}

Holding holding_of(const Person& person, const StudyId& study, const SiteId& first_site) {
    Holding holding{.role = person.role, .from = now()};
    if (person.reach != Reach::everywhere) holding.study = study;
    if (person.reach == Reach::first_site) holding.site = first_site;
    return holding;
}

Result<void> create_users(db::Tx& tx, Demo& demo, const std::vector<std::string>& hashes) {
    for (std::size_t i = 0; i < demo.users.size(); ++i) {
        auto& user = demo.users[i];
        user.id = TRY(identity::create_user(tx,
                                            {.organisation = demo.organisation,
                                             .login = user.login,
                                             .name = user.name,
                                             .password_hash = hashes[i]},
                                            first_start_actor()))
                      .id;
    }
    return {};
}

// Without a study, only those whose role reaches everywhere have anything to do.
Result<void> give_roles(db::Tx& tx, const Demo& demo, const std::optional<StudyId>& study) {
    for (const Person& person : people) {
        if (!study && person.reach != Reach::everywhere) continue;
        const auto user =
            std::ranges::find(demo.users, person.role, [](const auto& one) { return one.role; });
        const auto holding = holding_of(person, study.value_or(StudyId{}), demo.sites.front().id);
        TRY(identity::give_role(tx, user->id, holding, first_start_actor()));
    }
    return {};
}

Result<Demo> create_all(db::Tx& tx, Demo demo, const std::vector<std::string>& hashes,
                        const ImportStudy& import_study) {
    const auto actor = first_start_actor();
    demo.organisation = TRY(identity::create_organisation(tx, organisation_name, actor)).id;
    for (const Place& place : places)
        demo.sites.push_back(
            TRY(create(tx, {demo.organisation, place.oid, place.name, place.time_zone}, actor)));
    TRY(create_users(tx, demo, hashes));
    std::optional<StudyId> study;
    if (import_study) study = TRY(import_study(tx));
    for (const Site& site : demo.sites)
        if (study) TRY(activate(tx, *study, site.id, actor));
    TRY(give_roles(tx, demo, study));
    return demo;
}

}  // namespace

std::string demo_users_text(const Demo& demo) {
    std::string text =
        "# Demo users of this data folder. Change or disable them before real use.\n";
    for (const DemoUser& user : demo.users) {
        std::string login = user.login;
        login.resize(std::max<std::size_t>(login.size(), 24), ' ');
        text += login + "  " + user.password + "  " + std::string{to_string(user.role)} + "\n";
    }
    return text;
}

Result<std::optional<Demo>> first_start(db::Db& db, auth::PasswordHasher& hasher,
                                        const std::filesystem::path& passwords_file,
                                        const ImportStudy& import_study) {
    if (!TRY(is_empty(db))) return std::optional<Demo>{};
    Demo demo;
    std::vector<std::string> hashes;
    for (const Person& person : people) {
        DemoUser user{.role = person.role,
                      .id = {},
                      .login = std::string{to_string(person.role)} + "@demo",
                      .name = person.name,
                      .password = auth::random_password()};
        hashes.push_back(TRY(hasher.hash(auth::Secret{user.password})));
        demo.users.push_back(std::move(user));
    }
    std::string text = demo_users_text(demo);
    const auto written = auth::replace_private(passwords_file, text);
    auth::wipe(text);
    TRY(written);
    return std::optional<Demo>{
        TRY(db.transact([&](db::Tx& tx) { return create_all(tx, demo, hashes, import_study); }))};
}

}  // namespace cohort::sites
