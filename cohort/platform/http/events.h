// SPDX-License-Identifier: Apache-2.0
// Server-sent events: an answer that goes on for as long as its caller listens.
// Source: HTML Living Standard §9.2.
#pragma once

#include <functional>
#include <string>

#include "weft/time.h"

#include "cohort/base/result.h"

namespace cohort::http {

/// One event. The caller sends the last `id` it saw when it comes back, as Last-Event-ID.
struct Event {
    std::string id = {};
    std::string name = {};  ///< empty: "message"
    std::string data = {};
};

/// Where a feed sends its events: one caller. Nothing is kept for it: a feed reads on from where it
/// is, and a caller who reads slower than the minimum rate is ended.
class EventSink {
  public:
    virtual ~EventSink() = default;

    /// Sends it. Errors: timeout, unavailable: the caller is too slow or has gone.
    virtual Result<void> send(const Event& event) = 0;

    /// Waits, and now and then sends a comment and asks anew whether the caller may still listen.
    /// Errors: those of send() and of the authoriser; unavailable/stopping when the server stops.
    virtual Result<void> pause(weft::Duration time) = 0;
};

/// Sends events until the sink refuses, and returns why. Cancelled when the caller hangs up.
using EventFeed = std::function<Result<void>(EventSink&)>;

/// The event as it goes over the wire. Line breaks in `data` stay; in `id` and `name` they cut.
std::string to_text(const Event& event);

}  // namespace cohort::http
