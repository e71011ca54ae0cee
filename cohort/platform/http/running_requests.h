// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/time.h"

#include "cohort/platform/http/stream.h"

namespace cohort::http {

/// A request that is being answered. Holds nothing that its caller wrote. `Text` owns, or not.
template <class Text>
struct RunningRequestOf {
    Text id;     ///< as in its answer and in the log
    Text route;  ///< as in /metrics: "GET /api/v1/forms/{form}"
    weft::TimePoint since{};
    std::uint64_t goroutine = 0;  ///< which answers it, for weft::goroutines_under()
};
using RunningRequest = RunningRequestOf<std::string>;
using RunningRequestView = RunningRequestOf<std::string_view>;

/// The requests being answered: who asks what runs is told, and handlers whose caller has gone are
/// cancelled. One goroutine asks all streams with a running handler every 20 ms: a goroutine for
/// each request would cost the many short ones for the few long ones.
class RunningRequests {
  public:
    static constexpr std::chrono::milliseconds interval{20};

    RunningRequests();

    /// Keeps a request among those that run while it lives. What it names must outlive it.
    class Guard {
      public:
        /// While a handler runs: also watches its caller's stream.
        Guard(RunningRequests& all, const RunningRequestView& request, Stream& stream,
              weft::CancelHandle handle);
        /// While events are sent, for hours: only watches, and is not listed.
        Guard(RunningRequests& all, Stream& stream, weft::CancelHandle handle);
        /// While its caller still sends: whoever reads hears when that one goes.
        Guard(RunningRequests& all, const RunningRequestView& request);
        ~Guard();
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

      private:
        friend class RunningRequests;

        RunningRequests& all_;
        const RunningRequestView* const request_ = nullptr;
        Stream* const stream_ = nullptr;
        const std::optional<weft::CancelHandle> handle_;
        Guard* before_ = nullptr;
        Guard* after_ = nullptr;
    };

    /// Those that run, the oldest first.
    std::vector<RunningRequest> list() const;

    /// Cancels the handlers of callers who have gone, until the ambient context ends. Sleeps for
    /// good while there is nobody to watch.
    void watch();

  private:
    explicit RunningRequests(std::pair<weft::Sender<char>, weft::Receiver<char>> ends);
    void add(Guard& guard);
    void remove(Guard& guard) noexcept;
    bool look();

    mutable weft::Mutex mutex_;
    Guard* first_ = nullptr;  // linked, so that a request allocates nothing here
    Guard* last_ = nullptr;
    std::size_t watched_ = 0;  // those with a stream
    weft::Sender<char> wake_;
    weft::Receiver<char> woken_;
};

}  // namespace cohort::http
