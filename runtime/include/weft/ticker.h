// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <source_location>

#include "weft/channel.h"
#include "weft/time.h"

namespace weft::inline abi1 {

namespace detail {
class TickSource;
}

/// One moment that is told through a channel, and can be called off or moved. For a limit on a
/// wait, after() in select() and timeout() are simpler.
///
/// Shape:  expired() receives the time of expiry, once a start. From a plain thread it needs no
/// run:
///         a thread of weft's own serves those.
/// Source: Go package time, Timer, as of Go 1.23: after stop() or reset() has returned, no value of
///         the time before can be received.
class Timer {
  public:
    explicit Timer(Duration delay,
                   const std::source_location& where = std::source_location::current());
    Timer(Timer&&) noexcept;
    Timer& operator=(Timer&&) noexcept;
    ~Timer();  ///< stops it, and closes the channel for clones of expired()

    Receiver<TimePoint>& expired() noexcept;

    /// Calls it off. True: it was running, or its value was not received yet; then no value comes.
    bool stop() noexcept;
    /// Starts it anew, `delay` from now. True: as stop().
    bool reset(Duration delay) noexcept;

  private:
    void lies_here() noexcept;
    std::unique_ptr<detail::TickSource> source_;
};

/// A moment every `period`, told through a channel.
///
/// Shape:    ticks() receives the times of the ticks. One that nobody receives before the next is
///           due is dropped: a slow receiver gets fewer ticks, never a burst.
/// Errors:   a period that is not positive is a contract breach.
/// Ordering: after stop() or reset() has returned, no tick of the time before can be received.
/// Source:   Go package time, Ticker, as of Go 1.23.
class Ticker {
  public:
    explicit Ticker(Duration period,
                    const std::source_location& where = std::source_location::current());
    Ticker(Ticker&&) noexcept;
    Ticker& operator=(Ticker&&) noexcept;
    ~Ticker();  ///< stops it, and closes the channel for clones of ticks()

    Receiver<TimePoint>& ticks() noexcept;

    /// No more ticks. Does not close the channel: who waits for one waits on, until reset().
    void stop() noexcept;
    /// The next tick comes one `period` from now, and so on.
    void reset(Duration period,
               const std::source_location& where = std::source_location::current()) noexcept;

  private:
    void lies_here() noexcept;
    std::unique_ptr<detail::TickSource> source_;
};

}  // namespace weft::inline abi1
