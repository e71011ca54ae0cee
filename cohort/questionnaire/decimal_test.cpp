// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/decimal.h"

#include "tests/support/test.h"

using namespace cohort::questionnaire;

namespace {

std::string text(std::optional<Decimal> value) {
    return value ? value->to_text() : "none";
}
Decimal number(std::string_view digits) {
    return Decimal::parse(digits).value();
}

}  // namespace

TEST_CASE("Decimals compare by their number, to the last of any many digits") {
    const auto less = std::strong_ordering::less;
    const auto equal = std::strong_ordering::equal;
    CHECK(compare_decimals("1.0", "1.00") == equal);
    CHECK(compare_decimals("10", "1e1") == equal);
    CHECK(compare_decimals("-0", "0.000") == equal);
    CHECK(compare_decimals("0.1", "0.10000000000000000000000000000000000001") == less);
    CHECK(compare_decimals("-2", "-1") == less);
    CHECK(compare_decimals("-1", "1") == less);
    CHECK(compare_decimals("9", "10") == less);
    CHECK(compare_decimals("1e-400", "1e400") == less);
    CHECK(compare_decimals("0", "0.001") == less);
    CHECK(compare_decimals("-0.001", "0") == less);
}

TEST_CASE("The digits after the point are counted as they are written") {
    CHECK(decimal_places("1.50") == 2);
    CHECK(decimal_places("15") == 0);
    CHECK(decimal_places("150e-2") == 2);
    CHECK(decimal_places("1.5e3") == 0);
}

TEST_CASE("Sums, products and quotients are those of decimals, not of doubles") {
    CHECK(text(number("0.1").plus(number("0.2"))) == "0.3");
    CHECK(text(number("1").minus(number("0.9"))) == "0.1");
    CHECK(text(number("1.1").times(number("1.1"))) == "1.21");
    CHECK(text(number("1").over(number("3"))) == "0.33333333");
    CHECK(text(number("2").over(number("3"))) == "0.66666667");
    CHECK(text(number("-2").over(number("3"))) == "-0.66666667");
    CHECK(text(number("5").over(number("0"))) == "none");
    CHECK(text(number("0.00000001").times(number("0.5"))) == "0.00000001");
}

TEST_CASE("A number too large for thirty digits is none, and none comes of a sum that is") {
    CHECK(text(Decimal::parse("1e28")) == "1" + std::string(28, '0'));
    CHECK(text(Decimal::parse("1e30")) == "none");
    CHECK(text(number("1e28").times(number("1e28"))) == "none");
    for (const char* bad : {"", "-", "1.", ".5", "1e", "1-2", "0x1", " 1", "1 "})
        CHECK_FALSE(Decimal::parse(bad));
}

TEST_CASE("Rounding goes half away from zero") {
    CHECK(number("2.5").rounded(0).to_text() == "3");
    CHECK(number("-2.5").rounded(0).to_text() == "-3");
    CHECK(number("2.449").rounded(1).to_text() == "2.4");
    CHECK(number("28.045").rounded(2).to_text() == "28.05");
    CHECK(number("-1.9").truncated().to_text() == "-1");
}
