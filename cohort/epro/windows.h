// SPDX-License-Identifier: Apache-2.0
// When a questionnaire is to be answered. Pure: no clock, no database.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/platform/zones/zones.h"

namespace cohort::epro {

/// On which days after a start, and between which times of day by the site's clocks.
struct Timing {
    int first_day = 0;   ///< days after the start
    int every_days = 1;  ///< between one time and the next
    int times = 1;
    int opens_minute = 0;      ///< of its day
    int due_minute = 24 * 60;  ///< of the day `due_days` later
    int due_days = 0;
    int late_days = 0;  ///< how many days after that an answer is still taken, as late

    friend bool operator==(const Timing&, const Timing&) = default;
};

/// Errors: invalid/bad-timing: it is due before it opens, or numbers are out of bounds.
Result<void> check_timing(const Timing& timing);

/// One of the times at which it is to be answered.
struct Window {
    int number = 1;  ///< 1, 2, 3 …
    CivilDate day;
    Instant opens;
    Instant due;     ///< later is late
    Instant closes;  ///< from then on no answer is taken

    friend bool operator==(const Window&, const Window&) = default;
};

/// The one of this number. A time that the clocks leave out is the moment at which they are put
/// forward; one that they show twice is the first.
Window window_of(const Timing& timing, const CivilDate& start, const zones::Zone& zone, int number);

/// A time in which the study's questionnaires rested.
struct Pause {
    Instant from;
    std::optional<Instant> until;  ///< nothing: it rests

    bool holds_at(Instant at) const noexcept { return from <= at && (!until || at < *until); }
};

enum class TaskState : std::uint8_t {
    upcoming,
    open,
    late,  ///< still taken, after it was due
    done,
    missed,   ///< not answered, and over
    excused,  ///< not answered and over, but the study rested in some of its time
};
std::string_view to_string(TaskState state) noexcept;

TaskState state_of(const Window& window, bool is_answered, const std::vector<Pause>& pauses,
                   Instant at);

/// Minutes after midnight from "08:30"; "24:00" is the end of the day.
/// Errors: invalid/bad-timing.
Result<int> parse_time_of_day(std::string_view text);
std::string time_of_day(int minute);

}  // namespace cohort::epro
