// SPDX-License-Identifier: Apache-2.0
// Puts events from the store into NATS, one process of the store at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/event.h"
#include "weft/time.h"

#include "cohort/platform/events/nats.h"

namespace cohort::events {

class Relay {
  public:
    /// For these subscribers. `refill_after`: an event that one of them has not taken so long after
    /// it was put there is put there again, with all behind it.
    Relay(db::Db& db, const NatsOptions& options, std::vector<std::string> subscribers,
          std::string holder, std::chrono::milliseconds lease,
          std::chrono::milliseconds refill_after);

    enum class Turn : std::uint8_t { idle, worked, elsewhere };

    /// Puts the next events. It keeps no account: it begins at what the slowest subscriber lacks,
    /// after its own start, after a failure, and when that subscriber stands still.
    /// Errors: those of the store and of NATS.
    /// Blocks: the goroutine.
    Result<Turn> turn();

    /// Gives the lease back.
    void leave();

  private:
    Result<bool> hold();
    bool is_lost(std::optional<std::int64_t> missing);

    db::Db& db_;
    NatsPublisher nats_;
    const std::vector<std::string> subscribers_;
    const std::string holder_;
    const std::chrono::milliseconds lease_;
    const std::chrono::milliseconds refill_after_;
    std::optional<std::int64_t> put_;      // up to there it is in the stream, as far as we know
    std::optional<std::int64_t> missing_;  // the first event that somebody lacks
    weft::TimePoint missing_since_;
    std::optional<weft::TimePoint> held_;
};

}  // namespace cohort::events
