// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "weft/time.h"

#include "cohort/base/json.h"
#include "cohort/base/time.h"

namespace cohort::capture {

/// When a stage was done, and how long it took.
struct Stage {
    Instant at{};
    std::int64_t us = 0;
};

/// A write's way through the pipeline. `archived` is empty while the form is a draft.
struct Stages {
    Stage received;
    Stage validated;
    Stage stored;
    std::optional<Stage> archived;
};

/// Takes the time of the stages, each from the end of the one before.
class StageClock {
  public:
    StageClock() : last_(weft::Clock::now()) {}

    void receive() { stages_.received = lap(); }
    void validate() { stages_.validated = lap(); }

    /// The last two are told inside a unit of work that may be run again: they set, and the lap
    /// starts from the same place each time.
    Stage store() const { return lap_from(last_); }
    Stage archive(const Stage& stored) const;

    const Stages& stages() const { return stages_; }

  private:
    Stage lap();
    static Stage lap_from(weft::TimePoint start);

    Stages stages_;
    weft::TimePoint last_;
};

/// [{stage, at, ms}] in the order of the pipeline.
json::array to_json(const Stages& stages);

}  // namespace cohort::capture
