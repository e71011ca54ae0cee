// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/roles.h"

#include <sstream>
#include <string>

#include "tests/support/test.h"

namespace cohort::identity {

namespace {

// The permission table again, as a person would draw it: the product's table must agree cell by
// cell. Columns: study.view study.build subject.view subject.create form.view form.edit
// form.complete audit.view export.run job.view job.steer user.manage
// system.view.
constexpr const char* expected = R"(
coordinator     V . V X V E X V . . . . .
investigator    V . V X V E X V X X X . .
monitor         V . V . V . . V . . . . .
data_manager    V E V . V . . V X X X . .
statistician    V . V . V . . V X X X . .
sponsor         V . . . . . . V . . . . .
office          V . . . . . . . . . . . .
coder           V . V . V . . . . . . . .
pharmacist      V . V . . . . . . . . . .
safety_officer  V . V . V . . V . . . . .
nurse           V . V . . . . . . . . . .
editor          . . . . . . . . . . . . .
engineer        . . . . . . . . . X X . V
admin           V . . . . . . V . X X X V
auditor         V . V . V . . V X X . . .
)";

}  // namespace

TEST_CASE("each role carries exactly the permissions drawn for it, cell by cell") {
    std::istringstream lines(expected);
    std::size_t roles = 0;
    std::size_t cells = 0;
    for (std::string word; lines >> word; ++roles) {
        const auto role = parse_role(word);
        REQUIRE(role.has_value());
        CHECK(*role == all_roles[roles]);
        for (const Permission permission : http::all_permissions) {
            std::string cell;
            REQUIRE((lines >> cell).good());
            INFO(word << " and " << http::to_string(permission));
            CHECK(carries(*role, permission) == (cell != "."));
            ++cells;
        }
    }
    CHECK(roles == role_count);
    CHECK(cells == role_count * http::all_permissions.size());
}

TEST_CASE("every role's word names that role again, and other words name none") {
    for (const Role role : all_roles) CHECK(parse_role(to_string(role)) == role);
    for (const char* word : {"", "Admin", "admin ", "root", "data manager"})
        CHECK_FALSE(parse_role(word).has_value());
}

TEST_CASE("a word that is no role is answered with the words that are") {
    const auto read = read_role("data manager");
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == "unknown-role");
    for (const Role role : all_roles)
        CHECK(read.error().text.find(to_string(role)) != std::string::npos);
    CHECK(read_role("nurse").value() == Role::nurse);
}

TEST_CASE("nobody both keeps accounts and enters or reads forms") {
    for (const Role role : all_roles) {
        if (!carries(role, Permission::user_manage)) continue;
        CHECK_FALSE(carries(role, Permission::form_view));
        CHECK_FALSE(carries(role, Permission::form_edit));
        CHECK_FALSE(carries(role, Permission::export_run));
    }
}

}  // namespace cohort::identity
