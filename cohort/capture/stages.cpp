// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/stages.h"

#include <algorithm>

namespace cohort::capture {

Stage StageClock::lap_from(weft::TimePoint start) {
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(weft::Clock::now() - start);
    return {.at = now(), .us = std::max<std::int64_t>(took.count(), 0)};
}

Stage StageClock::lap() {
    const Stage stage = lap_from(last_);
    last_ = weft::Clock::now();
    return stage;
}

Stage StageClock::archive(const Stage& stored) const {
    Stage stage = lap_from(last_);
    stage.us = std::max<std::int64_t>(stage.us - stored.us, 0);
    return stage;
}

static void add(json::array& out, const char* name, const Stage& stage) {
    out.push_back(json::object{{"stage", name},
                               {"at", to_rfc3339(stage.at)},
                               {"ms", static_cast<double>(stage.us) / 1000.0}});
}

json::array to_json(const Stages& stages) {
    json::array out;
    add(out, "received", stages.received);
    add(out, "validated", stages.validated);
    add(out, "stored", stages.stored);
    if (stages.archived) add(out, "archived", *stages.archived);
    return out;
}

}  // namespace cohort::capture
