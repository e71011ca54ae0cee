// SPDX-License-Identifier: Apache-2.0
#include "cohort/subjects/numbering.h"

#include "tests/support/test.h"

namespace cohort::subjects {

TEST_CASE("a pattern turns a number into a key, and says when it has no room left") {
    CHECK(*key_of("S01-####", 7) == "S01-0007");
    CHECK(*key_of("S01-####", 9999) == "S01-9999");
    CHECK(key_of("S01-####", 10000).error().code == "subject-numbers-used-up");
    CHECK(*key_of("#", 9) == "9");
    CHECK(*key_of("北京-###-A", 12) == "北京-012-A");
}

TEST_CASE("only a key with one run of places is a pattern") {
    for (const char* good : {"S01-####", "#", "######", "A#B"}) CHECK(check_pattern(good));
    for (const char* bad : {"", "S01", "#-#", "##########", " #", "#\n"}) {
        CAPTURE(bad);
        CHECK(check_pattern(bad).error().code == "bad-number-pattern");
    }
}

TEST_CASE("a key is short, visible text without a space at its ends") {
    for (const char* good : {"1", "S01-0001", "受试者 7", "a b"}) CHECK(check_key(good));
    for (const std::string& bad :
         {std::string(), std::string(" 1"), std::string("1 "), std::string("1\n2"),
          std::string("1\x7f"), std::string(65, 'x'), std::string("a\0b", 3)})
        CHECK(check_key(bad).error().code == "bad-subject-key");
    CHECK(check_key(std::string(64, 'x')));
}

TEST_CASE("every site OID gives a pattern that is one") {
    for (const char* oid : {"S01", "LOC.1", "", "中心", "a#b", "with space", "\n",
                            "a-very-long-site-oid-that-goes-on-and-on-and-on-and-on-and-on-and-on"})
        CHECK(check_pattern(default_pattern(oid)));
    CHECK(default_pattern("S01") == "S01-####");
}

}  // namespace cohort::subjects
