// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/zones/zones.h"

#include "tests/support/test.h"

namespace cohort::zones {

TEST_CASE("the date at a site follows its clocks, summer time and half hours included") {
    struct Case {
        const char* zone;
        const char* at;
        const char* date;
    };
    const Case cases[] = {
        {"UTC", "2024-05-06T23:59:59.999Z", "2024-05-06"},
        {"Asia/Shanghai", "2024-05-06T15:59:59.999Z", "2024-05-06"},
        {"Asia/Shanghai", "2024-05-06T16:00:00.000Z", "2024-05-07"},
        {"Europe/Berlin", "2024-03-30T22:59:59.000Z", "2024-03-30"},  // winter: +1 h
        {"Europe/Berlin", "2024-03-30T23:00:00.000Z", "2024-03-31"},
        {"Europe/Berlin", "2024-03-31T21:59:59.000Z", "2024-03-31"},  // summer: +2 h
        {"Europe/Berlin", "2024-03-31T22:00:00.000Z", "2024-04-01"},
        {"Europe/Berlin", "2024-10-27T22:59:59.000Z", "2024-10-27"},  // winter again
        {"America/New_York", "2024-11-03T03:59:59.000Z", "2024-11-02"},
        {"America/New_York", "2024-11-03T04:00:00.000Z", "2024-11-03"},
        {"Asia/Kolkata", "2024-05-06T18:30:00.000Z", "2024-05-07"},
        {"Pacific/Kiritimati", "2024-05-06T10:00:00.000Z", "2024-05-07"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.zone);
        CAPTURE(c.at);
        const auto zone = load(c.zone);
        REQUIRE(zone);
        CHECK(to_string(zone->date(*parse_instant(c.at))) == c.date);
    }
}

TEST_CASE("a name that is no zone is refused and never becomes a path") {
    for (const char* name : {"", "Nowhere/Atlantis", "../../etc/passwd", "/etc/passwd", "Asia",
                             "Asia/Shanghai\n", "Asia/..", "zone.tab"}) {
        CAPTURE(name);
        CHECK_FALSE(load(name));
    }
}

TEST_CASE("damaged zone data are refused at every length") {
    std::string good("TZif2");
    good.append(15, '\0');
    CHECK_FALSE(Zone::parse(""));
    CHECK_FALSE(Zone::parse("TZif"));
    CHECK_FALSE(Zone::parse(good));
    for (std::size_t bytes = 0; bytes < 24; ++bytes)
        CHECK_FALSE(Zone::parse(good + std::string(bytes, '\x7f')));
}

}  // namespace cohort::zones
