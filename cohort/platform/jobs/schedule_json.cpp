// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/schedule_json.h"

namespace cohort::jobs {

using json::has;
using json::Schema;
using json::wish;

namespace {

constexpr std::int64_t firings_shown = 5;

json::array weekdays_json(std::uint8_t weekdays) {
    json::array days;
    for (int day = 1; day <= 7; ++day)
        if ((weekdays >> (day - 1)) & 1) days.push_back(day);
    return days;
}

Result<std::uint8_t> weekdays_of(const json::object& body) {
    const auto days = TRY(json::find_array(body, "weekdays"));
    if (!days) return std::uint8_t{127};
    unsigned bits = 0;
    for (const json::value& day : *days) bits |= 1U << (day.as_int64() - 1);
    return static_cast<std::uint8_t>(bits);
}

json::array firings_json(const std::vector<Firing>& firings) {
    json::array out;
    for (const Firing& one : firings)
        out.push_back(json::object{
            {"due", to_rfc3339(one.due)},
            {"job", one.job.empty() ? json::value(nullptr) : json::value(one.job.text)},
            {"code", one.code}});
    return out;
}

}  // namespace

Result<json::object> times_json(db::Tx& tx, const Schedule& schedule) {
    const auto fired = TRY(firings(tx, schedule.id, firings_shown));
    return json::object{
        {"hour", schedule.when.minute / 60},
        {"minute", schedule.when.minute % 60},
        {"time_zone", schedule.when.zone},
        {"weekdays", weekdays_json(schedule.when.weekdays)},
        {"next", schedule.next ? json::value(to_rfc3339(*schedule.next)) : json::value(nullptr)},
        {"firings", firings_json(fired)}};
}

std::vector<json::Member> times_members() {
    const Schema firing = Schema::named(
        "Firing", Schema::object({has("due", Schema::instant()), has("job", Schema::id().or_null()),
                                  has("code", Schema::text())}));
    return {has("hour", Schema::whole(0, 23)),
            has("minute", Schema::whole(0, 59)),
            has("time_zone", Schema::text()),
            has("weekdays", Schema::list(Schema::whole(1, 7))),
            has("next", Schema::instant().or_null()),
            has("firings", Schema::list(firing))};
}

Result<Daily> daily_of(const json::object& body) {
    Daily when;
    when.minute = static_cast<int>(TRY(json::get_int(body, "hour")) * 60 +
                                   TRY(json::get_int(body, "minute")));
    when.zone = TRY(json::get_string(body, "time_zone"));
    when.weekdays = TRY(weekdays_of(body));
    return when;
}

std::vector<json::Member> daily_members() {
    return {has("hour", Schema::whole(0, 23)), has("minute", Schema::whole(0, 59)),
            has("time_zone", Schema::text()), wish("weekdays", Schema::list(Schema::whole(1, 7)))};
}

}  // namespace cohort::jobs
