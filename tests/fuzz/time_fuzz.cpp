// SPDX-License-Identifier: Apache-2.0
// Times, dates and compiled time zones: what is taken is written as text that means the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "weft/ensure.h"

#include "cohort/base/time.h"
#include "cohort/platform/zones/zones.h"

using namespace cohort;

static void check_text(std::string_view text) {
    if (const auto at = parse_instant(text)) {
        const auto again = parse_instant(to_rfc3339(*at));
        ENSURE(again && *again == *at, "a moment's text is the same moment");
        ENSURE(from_days(to_days(date_of(*at))) == date_of(*at), "a day has one number");
    }
    if (const auto date = parse_date(text)) {
        ENSURE(to_string(*date) == text, "a date has one text");
        const auto partial = parse_partial_date(text);
        ENSURE(partial && partial->complete() && partial->earliest() == *date, "a date is known");
    }
    if (const auto partial = parse_partial_date(text)) {
        ENSURE(partial->earliest() <= partial->latest(), "a partial date is a span of days");
        const auto again = parse_partial_date(to_string(*partial));
        ENSURE(again && *again == *partial, "a partial date's text is the same date");
    }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_text(bytes);
    const auto zone = zones::Zone::parse(bytes);
    if (!zone) return 0;
    for (const std::int64_t day : {-100'000LL, -1LL, 0LL, 20'000LL, 100'000LL})
        (void)zone->date(Instant{day * 86'400'000});
    return 0;
}
