// SPDX-License-Identifier: Apache-2.0
// Local dates, from the system's time zone data. A due date is a date at the site, not in UTC.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/result.h"
#include "cohort/base/time.h"

namespace cohort::zones {

/// How far a zone's clocks are from UTC, through its history. Copies share it.
class Zone {
  public:
    /// UTC itself.
    Zone() = default;

    /// Reads a compiled zone. Errors: invalid/bad-zone-data.
    /// Source: RFC 8536 (TZif versions 1 to 4). What follows the last listed transition keeps its
    /// offset; Debian's files list transitions until 2037.
    static Result<Zone> parse(std::string_view tzif);

    std::int64_t offset_s(Instant at) const;
    CivilDate date(Instant at) const;

    /// When the clocks of a day show this time of it, first; a time that is left out when they are
    /// put forward is the moment at which they are.
    /// Units: minutes after midnight.
    Instant moment(const CivilDate& date, int minute) const;

  private:
    struct Transition {
        std::int64_t at_s;
        std::int64_t offset_s;
    };
    using Transitions = std::vector<Transition>;
    std::shared_ptr<const Transitions> transitions_ = std::make_shared<const Transitions>();
    std::int64_t first_offset_s_ = 0;
};

/// The zone of this name ("Asia/Shanghai"), as the system's data had it when it was first asked
/// for. Errors: invalid/unknown-zone. Blocks: its thread, the first time: for a local file of a few
/// kilobytes.
Result<Zone> load(const std::string& name);

/// The day it is at a place: of the named zone, or of UTC where the name is unknown here.
CivilDate local_date(const std::string& zone, Instant at);

}  // namespace cohort::zones
