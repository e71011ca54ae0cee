// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/id.h"

#include <set>
#include <string>

#include "tests/support/test.h"

namespace cohort {

TEST_CASE("ids made one after the other sort in that order and are all different") {
    std::set<std::string> all;
    std::string last;
    for (int i = 0; i < 20'000; ++i) {
        const std::string id = new_uuid();
        CHECK(last < id);
        all.insert(id);
        last = id;
    }
    CHECK(all.size() == 20'000);
}

TEST_CASE("an id is a UUID of version 7") {
    const std::string id = new_uuid();
    REQUIRE(id.size() == 36);
    CHECK(id[14] == '7');
    CHECK(std::string("89ab").find(id[19]) != std::string::npos);
    CHECK(parse_uuid(id).value() == id);
}

TEST_CASE("an id from outside may be upper case, and nothing else than a UUID") {
    CHECK(parse_id<StudyId>("0190F3C6-7A1B-7CDE-8F01-23456789ABCD")->text ==
          "0190f3c6-7a1b-7cde-8f01-23456789abcd");
    for (const char* bad :
         {"", "0190f3c6", "0190f3c67a1b7cde8f0123456789abcd0000",
          "0190f3c6-7a1b-7cde-8f01-23456789abcg", "0190f3c6-7a1b-7cde-8f01-23456789abcd ",
          "0190f3c6-7a1b-7cde-8f01_23456789abcd"}) {
        CAPTURE(bad);
        CHECK(parse_id<StudyId>(bad).error().code == "bad-id");
    }
}

}  // namespace cohort
