// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/units.h"

#include "cohort/questionnaire/value.h"
#include "tests/support/test.h"

using namespace cohort::questionnaire;

namespace {

Quantity quantity(const char* value, const char* code) {
    return {.value = value, .unit = code, .system = std::string(ucum), .code = code};
}

}  // namespace

TEST_CASE("Quantities in different units of one kind compare") {
    const auto equal = std::strong_ordering::equal;
    CHECK(order(quantity("1", "km"), quantity("1000", "m")) == equal);
    CHECK(order(quantity("10", "mg/dL"), quantity("0.1", "g/L")) == equal);
    CHECK(order(quantity("1", "kg/m2"), quantity("1000", "g.m-2")) == equal);
    CHECK(order(quantity("120", "mm[Hg]"), quantity("16", "kPa")) == std::strong_ordering::less);
    CHECK(order(quantity("5", "{score}"), quantity("6", "{score}")) == std::strong_ordering::less);
    CHECK(order(quantity("3", "10*9/L"), quantity("3000", "10*6/L")) == equal);
    CHECK(order(quantity("36.6", "Cel"), quantity("37", "Cel")) == std::strong_ordering::less);
    CHECK(order(quantity("1", "[mi_i]"), quantity("1.609344", "km")) == equal);
}

TEST_CASE("Quantities of different kinds, and of unknown units, do not compare") {
    CHECK_FALSE(order(quantity("1", "kg"), quantity("1", "[mi_i]")));
    CHECK_FALSE(order(quantity("1", "Cel"), quantity("1", "K")));
    CHECK_FALSE(order(quantity("1", "[IU]"), quantity("1", "[arb'U]")));
    CHECK_FALSE(order(quantity("1", "spoon"), quantity("1", "g")));
    for (const char* bad : {"", "/", "m//s", "m..s", "{", "}", "m{a}b", "kkm", "10*x", "0", "2m2x"})
        CHECK_FALSE(parse_unit(bad));
}

TEST_CASE("Quantities without codes compare by the unit as written") {
    const Quantity five{.value = "5", .unit = "Kg"};
    const Quantity ten{.value = "10", .unit = "Kg"};
    const Quantity miles{.value = "10", .unit = "miles"};
    CHECK(order(five, ten) == std::strong_ordering::less);
    CHECK_FALSE(order(five, miles));
}
