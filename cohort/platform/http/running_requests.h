// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <list>
#include <utility>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/mutex.h"

#include "cohort/platform/http/stream.h"

namespace cohort::http {

/// Cancels handlers whose caller has gone. One goroutine asks all streams with a running handler
/// every 20 ms: a goroutine for each request would cost the many short ones for the few long ones.
class HangupWatch {
  public:
    static constexpr std::chrono::milliseconds interval{20};

    HangupWatch();

    /// Keeps a stream under watch while it lives. The stream must outlive it.
    class Guard {
      public:
        Guard(HangupWatch& watch, Stream& stream, weft::CancelHandle handle);
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

      private:
        HangupWatch& watch_;
        std::list<std::pair<Stream*, weft::CancelHandle>>::iterator place_;
    };

    /// Watches until the ambient context ends. Sleeps for good while nothing is under watch.
    void run();

  private:
    explicit HangupWatch(std::pair<weft::Sender<char>, weft::Receiver<char>> ends);
    bool look();

    weft::Mutex mutex_;
    std::list<std::pair<Stream*, weft::CancelHandle>> watched_;
    weft::Sender<char> wake_;
    weft::Receiver<char> woken_;
};

}  // namespace cohort::http
