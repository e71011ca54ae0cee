// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "cohort/platform/http/running_requests.h"

namespace cohort::http {

/// Why a caller was turned away.
enum class Refusal : std::uint8_t {
    connections,  ///< no place for its connection
    running,      ///< no more requests can run, whoever asks
    share,        ///< the machine is overloaded, and the caller has its share of it
    rate,         ///< more requests a second than one address may have
    streams,      ///< too many listen to events
};

/// What the server counts, and what other modules let it read, as Prometheus text; and what it has
/// in hand.
class Metrics {
  public:
    /// Bounds of the latency histogram in microseconds; the last bucket is everything above.
    static constexpr std::array<std::int64_t, 10> bounds_us{
        500, 1'000, 2'500, 5'000, 10'000, 25'000, 100'000, 500'000, 2'500'000, 15'000'000};

    /// The counters of one route.
    struct RouteCounters {
        std::string route;
        std::array<std::atomic<std::int64_t>, 6> by_class{};  ///< index: status / 100
        std::array<std::atomic<std::int64_t>, bounds_us.size() + 1> buckets{};
        std::atomic<std::int64_t> sum_us{0};

        void count(int status, std::chrono::nanoseconds took) noexcept;
    };

    /// Counters for a route; only while the server is being built.
    RouteCounters& add_route(std::string route);

    /// A number to be read when somebody asks; only while the server is being built. The name may
    /// end in labels ({route="x"}); those of one name are added one after the other.
    void add_gauge(std::string name, std::string help, std::function<double()> read);

    std::atomic<std::int64_t> connections{0};       ///< open
    std::atomic<std::int64_t> requests_running{0};  ///< in a handler
    std::atomic<std::int64_t> event_streams{0};     ///< open streams of events
    std::atomic<std::int64_t> held_back{0};         ///< not tried, because others failed
    std::atomic<std::int64_t> ended_for_others{0};  ///< closed because another needed the place
    std::atomic<std::int64_t> malformed{0};         ///< not HTTP, or HTTP that is not taken
    std::array<std::atomic<std::int64_t>, 5> refused{};  ///< turned away, by Refusal
    RunningRequests running;

    void refuse(Refusal why) noexcept {
        refused[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
    }

    /// Answered requests by status ("2xx" …), and in all.
    std::map<std::string, std::int64_t> by_status() const;
    std::int64_t total() const;
    std::int64_t refused_in_all() const;

    /// Source: Prometheus exposition format, version 0.0.4.
    std::string to_text() const;

  private:
    struct Gauge {
        std::string name;
        std::string help;
        std::function<double()> read;
    };
    std::deque<RouteCounters> routes_;
    std::deque<Gauge> gauges_;
};

}  // namespace cohort::http
