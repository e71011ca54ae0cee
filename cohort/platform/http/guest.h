// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cohort::http {

/// What a server is about: it serves; it lets go of its connections, each with its next answer; or
/// it ends, and whoever waits for its next request is ended with it.
enum class Phase : std::uint8_t { open, closing, stopping };

/// Somebody who holds a place in the server. Asked from any goroutine.
class Guest {
  public:
    virtual ~Guest() = default;

    /// Ends it if it asks nothing of the server just now, to make room for another; whoever has had
    /// an answer stays if `newcomers_only`, but not who was told to come later. A request that has
    /// arrived counts, though nobody may have read it yet. Shape: whether it ends. It will not
    /// begin a request any more then.
    virtual bool give_way(bool newcomers_only) noexcept = 0;

    /// Ends it if it waits for its next request, or was told to wait with it.
    virtual void stop_if_idle() noexcept = 0;

    /// Whether it has not had an answer yet: its request may be on its way.
    virtual bool is_new() noexcept = 0;
};

}  // namespace cohort::http
