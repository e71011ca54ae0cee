// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/clean.h"

#include "cohort/study/item_value.h"
#include "tests/support/property.h"

using namespace cohort;
using namespace cohort::analysis;

TEST_CASE("Blanks at both ends go, the wide ones and a byte order mark too, and none inside") {
    CHECK(trim(" \t two words\r\n") == "two words");
    CHECK(trim("\xe3\x80\x80\xe9\xab\x98\xc2\xa0") == "\xe9\xab\x98");
    CHECK(trim("\xef\xbb\xbf 1") == "1");
    CHECK(trim(" \xe3\x80\x80 ").empty());
}

TEST_CASE("Wide digits become narrow in numbers, dates and times, and stay in texts") {
    CHECK(clean("float", "７２．５") == "72.5");
    CHECK(clean("integer", "－３") == "-3");
    CHECK(clean("time", "０７：０８") == "07:08");
    CHECK(clean("text", "７２") == "７２");
}

TEST_CASE("A date whose year is first gets ISO's spelling; one that can be read twice stays") {
    CHECK(clean("date", "2024/5/6") == "2024-05-06");
    CHECK(clean("date", "2024.12.31") == "2024-12-31");
    CHECK(clean("date", " 2024-5-6") == "2024-05-06");
    CHECK(clean("date", "05/06/2024") == "05/06/2024");
    CHECK(clean("date", "2024/5-6") == "2024/5-6");
    CHECK(clean("date", "2024-02-30") == "2024-02-30");
    CHECK(clean("datetime", "2024/5/6 07:08") == "2024-05-06T07:08");
}

TEST_CASE("A partial date stays partial") {
    CHECK(clean("partialDate", "2024-05-UN") == "2024-05");
    CHECK(clean("partialDate", "2024-UN-UN") == "2024");
    CHECK(clean("partialDate", "2024-05") == "2024-05");
    CHECK(clean("partialDatetime", "2024") == "2024");
}

TEST_CASE("A number has one spelling") {
    for (const char* written : {"72.5", "+072.50", "7.25e1", "725E-1", "72.500"})
        CHECK(normal_number(written) == "72.5");
    CHECK(normal_number("-0.0") == "0");
    CHECK(normal_number("007") == "7");
    CHECK(normal_number(".5") == "0.5");
    CHECK(normal_number("5.") == "5");
    CHECK(normal_number("1e3") == "1000");
    CHECK(normal_number("12e-4") == "0.0012");
    for (const char* none : {"", "-", ".", "1e", "1e999999999", "1,5", "12a", "0x1"})
        CHECK_FALSE(normal_number(none));
}

TEST_CASE("The one spelling of a number is the same number, and its own spelling") {
    CHECK_PROPERTY([](double number) {
        const std::string written = std::to_string(number);
        if (written.size() > 60) return;
        const auto spelt = normal_number(written);
        RC_ASSERT(spelt.has_value());
        const auto before = study::parse_item_value("double", written);
        const auto after = study::parse_item_value("double", *spelt);
        RC_ASSERT(before && after && before->number == after->number);
        RC_ASSERT(normal_number(*spelt) == spelt);
    });
}

TEST_CASE("What has been cleaned is clean, and what ODM can read it reads afterwards too") {
    CHECK_PROPERTY([](const std::string& raw) {
        for (const char* type : {"text", "integer", "float", "date", "datetime", "partialDate"}) {
            const std::string once = clean(type, raw);
            RC_ASSERT(clean(type, once) == once);
            if (study::parse_item_value(type, raw)) RC_ASSERT(study::parse_item_value(type, once));
        }
    });
}

TEST_CASE("A time of day is the one on the clock it was written by, and a partial one is none") {
    CHECK(wall_clock("2024-05-06T07:08") == "2024-05-06T07:08:00");
    CHECK(wall_clock("2024-05-06T07:08:09.5+02:00") == "2024-05-06T07:08:09.5");
    CHECK(wall_clock("2024-05-06T07:08:09Z") == "2024-05-06T07:08:09");
    CHECK(wall_clock("2024-05-06T07:08-05:00") == "2024-05-06T07:08:00");
    CHECK_FALSE(wall_clock("2024-05-06"));
    CHECK_FALSE(wall_clock("2024-05-06T07"));
    CHECK_FALSE(wall_clock("2024-05-06T07+02:00"));
}
