// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/zones/zones.h"

#include "weft/no_park.h"
#include "weft/run.h"
#include "weft/scope.h"

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

TEST_CASE("a time of a day is one moment, also where the clocks show it twice or never") {
    struct Case {
        const char* zone;
        const char* date;
        int minute;
        const char* moment;
    };
    const Case cases[] = {
        {"UTC", "2024-05-06", 90, "2024-05-06T01:30:00.000Z"},
        {"Asia/Shanghai", "2024-05-06", 90, "2024-05-05T17:30:00.000Z"},
        {"Europe/Berlin", "2024-03-31", 119, "2024-03-31T00:59:00.000Z"},
        {"Europe/Berlin", "2024-03-31", 120, "2024-03-31T01:00:00.000Z"},  // 2:00 to 2:59 is not
        {"Europe/Berlin", "2024-03-31", 150, "2024-03-31T01:00:00.000Z"},
        {"Europe/Berlin", "2024-03-31", 180, "2024-03-31T01:00:00.000Z"},
        {"Europe/Berlin", "2024-10-27", 150, "2024-10-27T00:30:00.000Z"},  // and again an hour on
        {"Europe/Berlin", "2024-10-27", 180, "2024-10-27T02:00:00.000Z"},
        {"America/Sao_Paulo", "2018-11-04", 0, "2018-11-04T03:00:00.000Z"},      // no midnight
        {"Australia/Lord_Howe", "2024-10-06", 135, "2024-10-05T15:30:00.000Z"},  // half an hour
    };
    for (const Case& c : cases) {
        CAPTURE(c.zone);
        CAPTURE(c.date);
        CAPTURE(c.minute);
        const Zone zone = load(c.zone).value();
        CHECK(to_rfc3339(zone.moment(parse_date(c.date).value(), c.minute)) == c.moment);
    }
}

TEST_CASE("the moments of a day follow each other and belong to the day") {
    for (const char* name : {"UTC", "Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo",
                             "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"}) {
        const Zone zone = load(name).value();
        for (std::int64_t day = to_days({2016, 1, 1}); day < to_days({2026, 1, 1}); ++day) {
            const CivilDate date = from_days(day);
            Instant last{};
            for (const int minute : {0, 1, 59, 90, 119, 120, 135, 150, 180, 720, 1439}) {
                const Instant at = zone.moment(date, minute);
                CHECK_MESSAGE(last <= at, name, " ", to_string(date), " ", minute);
                CHECK_MESSAGE(zone.date(at) == date, name, " ", to_string(date), " ", minute);
                last = at;
            }
        }
    }
}

// A unit of work of the store holds its thread: who waited for another there would hold up both.
TEST_CASE("a zone is found where nobody may wait, by many at one time") {
    weft::Options options;
    options.workers = 4;
    CHECK(weft::run(options, [] {
              weft::scope([](weft::Scope& s) {
                  for (int i = 0; i < 8; ++i)
                      s.go([] {
                          const weft::NoPark here;
                          for (int n = 0; n < 20'000; ++n)
                              for (const char* name : {"Asia/Shanghai", "Europe/Berlin"})
                                  if (!load(name)) FAIL_CHECK(name);
                      });
              });
          }) == 0);
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
