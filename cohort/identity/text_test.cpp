// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/text.h"

#include "tests/support/test.h"

namespace cohort::identity {

TEST_CASE("a login is the same whatever its case and the blanks around it") {
    CHECK(read_login(" Coordinator@Demo\n").value() == "coordinator@demo");
    CHECK(read_login("li.na+site-01_x").value() == "li.na+site-01_x");
    CHECK(read_login(std::string(64, 'a')).value().size() == 64);
}

TEST_CASE("a login of other letters, other signs or another length is refused") {
    for (const auto& typed :
         {std::string(), std::string(" "), std::string("x"), std::string(65, 'a'),
          std::string("li na"), std::string("аdmin") /* Cyrillic a */, std::string("-admin"),
          std::string("@admin"), std::string("admin;"), std::string("ad\nmin"),
          std::string("ad\0min", 6)})
        CHECK(read_login(typed).error().code == "bad-login");
}

TEST_CASE("a name is one line of any script") {
    CHECK(read_name("  李娜 ").value() == "李娜");
    CHECK(read_name(std::string(200, 'a')).ok());
    for (const auto& typed : {std::string(), std::string("  "), std::string(201, 'a'),
                              std::string("two\nlines"), std::string("tab\there")})
        CHECK(read_name(typed).error().code == "bad-name");
}

}  // namespace cohort::identity
