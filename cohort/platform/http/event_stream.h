// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string_view>

#include "cohort/platform/http/events.h"
#include "cohort/platform/http/guest.h"
#include "cohort/platform/http/stream.h"

namespace cohort::http {

/// A connection as the sink of one feed.
class EventStream final : public EventSink {
  public:
    static constexpr std::chrono::seconds comment_every{15};  ///< so that proxies keep it open
    static constexpr std::chrono::seconds ask_every{5};       ///< whether the caller still may

    /// `may_listen` asks the authoriser. `write_time`: how long one piece may take.
    EventStream(Stream& stream, std::function<Result<void>()> may_listen,
                const std::atomic<Phase>& phase, weft::Duration write_time);

    Result<void> send(const Event& event) override;
    Result<void> pause(weft::Duration time) override;

  private:
    Result<void> write(std::string_view bytes);

    Stream& stream_;
    std::function<Result<void>()> may_listen_;
    const std::atomic<Phase>& phase_;
    const weft::Duration write_time_;
    weft::TimePoint wrote_ = weft::Clock::now();
    weft::TimePoint asked_ = weft::Clock::now();
};

}  // namespace cohort::http
