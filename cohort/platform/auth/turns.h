// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "weft/channel.h"

namespace cohort::auth {

/// Lets a few do something costly at a time, some more wait, and turns the rest away at once.
///
/// A turn is a place in a channel as wide as the number at a time: sending takes one, receiving
/// gives it back. Whoever is cancelled while waiting has taken none.
class Turns {
  public:
    /// Shape: at least one at a time; `waiting_max` may be 0.
    Turns(int at_once, int waiting_max);

    /// Held while it is one's turn.
    class Turn {
      public:
        Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn();

      private:
        friend class Turns;
        explicit Turn(Turns* turns) : turns_(turns) {}
        Turns* turns_;
    };

    /// Waits for a turn. Shape: nothing when too many wait already.
    /// Blocks: the goroutine. Cancels: throws Cancelled, without a turn.
    std::optional<Turn> take();

  private:
    struct Place {};

    int waiting_max_;
    std::atomic<int> waiting_{0};
    std::pair<weft::Sender<Place>, weft::Receiver<Place>> places_;
};

}  // namespace cohort::auth
