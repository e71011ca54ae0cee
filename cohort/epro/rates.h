// SPDX-License-Identifier: Apache-2.0
// How well patients answer, counted from the rows: of each site, plan and number how many windows
// stand how.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/epro/plans.h"
#include "cohort/sites/sites.h"

namespace cohort::epro {

/// Windows by how they stand; each is in one of the members.
struct Tally {
    std::int64_t upcoming = 0;
    std::int64_t open = 0;  ///< not answered, and not due yet
    std::int64_t late = 0;  ///< not answered, past due, still taken
    std::int64_t on_time = 0;
    std::int64_t answered_late = 0;
    std::int64_t missed = 0;
    std::int64_t excused = 0;

    std::int64_t answered() const noexcept { return on_time + answered_late; }
    /// What should have been answered by now, and what has been. A rate is answered() of due().
    std::int64_t due() const noexcept { return answered() + late + missed; }
    /// Those that have opened.
    std::int64_t asked() const noexcept { return due() + open + excused; }

    Tally& operator+=(const Tally& other) noexcept;
    friend bool operator==(const Tally&, const Tally&) = default;
};

/// Counts one window. Shape: a window that is answered is "done", on time or late.
void add(Tally& tally, TaskState state, bool is_late, std::int64_t windows = 1) noexcept;

struct Rate {
    SiteId site;
    PlanId plan;
    int number = 0;
    Tally tally;

    friend bool operator==(const Rate&, const Rate&) = default;
};

/// Of which sites.
struct RateQuestion {
    StudyId study;
    std::vector<sites::Site> sites;
    bool is_whole_study = false;  ///< these are all that the study has
};

/// The same numbers as those of tasks_of() over every subject, without reading subjects one by one.
///
/// Shape:  by the order of the sites, then of the plans, then by number; only what some subject of
///         the site has.
/// Blocks: its thread, for the files of the sites' time zones.
Result<std::vector<Rate>> rates_of(db::Tx& tx, const RateQuestion& question, Instant at);

}  // namespace cohort::epro
