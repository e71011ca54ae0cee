// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cohort::http {

/// Somebody who holds a place in the server. Asked from any goroutine.
class Guest {
  public:
    virtual ~Guest() = default;

    /// Ends it if it asks nothing of the server just now, to make room for another; whoever has had
    /// an answer stays if `newcomers_only`. A request that has arrived counts, though nobody may
    /// have read it yet. Shape: whether it ends. It will not begin a request any more then.
    virtual bool give_way(bool newcomers_only) noexcept = 0;

    /// Ends it if it waits for its next request.
    virtual void stop_if_idle() noexcept = 0;
};

}  // namespace cohort::http
