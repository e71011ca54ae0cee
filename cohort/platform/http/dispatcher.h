// SPDX-License-Identifier: Apache-2.0
// From a parsed head to an answer: route, right, body, deadline, handler, log. Knows no socket.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>

#include "cohort/platform/http/metrics.h"
#include "cohort/platform/http/parser.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/http/running_keys.h"
#include "cohort/platform/http/stream.h"
#include "cohort/platform/log/log.h"
#include "cohort/platform/log/rarely.h"
#include "cohort/platform/resilience/breaker.h"
#include "cohort/platform/resilience/rate_limits.h"
#include "cohort/platform/resilience/shedder.h"

namespace cohort::http {

/// Gives the body of the request being answered, when and if somebody wants it.
class BodySource {
  public:
    virtual ~BodySource() = default;

    /// Errors: invalid/body-too-large, invalid/bad-chunk, timeout/request-timeout,
    /// unavailable/peer-gone.
    virtual Result<std::string> read(std::size_t limit) = 0;
};

struct Answer {
    Reply reply;
    std::string request_id;
    bool peer_gone = false;                         ///< nobody is there to read the reply
    weft::Duration unheard{};                       ///< so long nothing more is read of the caller
    std::function<Result<void>()> may_listen = {};  ///< of an event stream: whether it still may
};

/// How much is taken at once.
struct Bounds {
    std::size_t requests_max = 4096;           ///< running; exports and reads get a part of it
    std::size_t event_streams_max = 1000;      ///< beside them
    double requests_per_second = 0;            ///< of one address; 0: no bound
    std::function<bool()> is_overloaded = {};  ///< whether the machine does not keep up
    std::function<bool()> is_crowded = {};     ///< whether callers wait for each other
};

/// Writes a line of log for each request, and one more for each that took `slow_after` or longer.
/// Of those that are told to wait there is one line in ten seconds for each address, with their
/// number.
class Dispatcher {
  public:
    Dispatcher(const Router& router, Authoriser authorise, Metrics& metrics, const log::Logger& log,
               const Bounds& bounds, weft::Duration slow_after = std::chrono::seconds(1));

    /// Answers one request. Never throws but Cancelled: whatever a handler does, the process lives.
    Answer answer(Head& head, BodySource& body, Stream& stream, const std::string& peer);

    /// The answer to what could not be read as a request.
    Answer refuse(const Error& error, const std::string& peer);

    /// Runs the feed of an answer that is a stream of events, after its head was written, until it
    /// ends or its caller hangs up.
    void feed(const Answer& answer, EventSink& sink, Stream& stream);

    /// Cancels the handlers of callers who have gone, until the ambient context ends.
    void watch_hangups() { metrics_.running.watch(); }

  private:
    struct Call;  // one request on its way

    std::string next_id();
    Result<Reply> route(Call& call);
    Result<Reply> run(Call& call, const Route& route);
    Reply told_to_wait(Call& call, const Error& error, weft::Duration wait);
    std::optional<Reply> refuse_early(Call& call, const Route& route);
    Result<Reply> run_admitted(Call& call, const Route& route);
    Result<std::string> read_body(const Call& call, const Route& route);
    void tell_breaker(const Call& call, const Route& route, const Error* error);
    Result<void> open_stream(Call& call, const Route& route);
    Result<Reply> run_handler(Call& call, const Route& route);
    template <class F>
    Result<Reply> judged(Call& call, const Route& route, F f);
    template <class F>
    std::invoke_result_t<F&> bounded(Call& call, const Route& route, F f);
    void finish(Call& call, Answer& answer);
    void log_refusal(const Call& call, int status);

    const Router& router_;
    Authoriser authorise_;
    Metrics& metrics_;
    const log::Logger& log_;
    const Bounds bounds_;
    const weft::Duration slow_after_;
    resilience::Shedder shedder_;
    std::optional<resilience::RateLimits> of_address_;
    RunningKeys keys_;
    std::map<const Route*, Metrics::RouteCounters*> counters_;
    std::map<const Route*, resilience::Breaker> breakers_;
    Metrics::RouteCounters& unrouted_;
    std::string id_prefix_;
    log::Rarely refusals_{std::chrono::seconds(10)};
    std::atomic<std::uint64_t> unheard_{0};
    std::atomic<std::uint64_t> ids_{0};
};

}  // namespace cohort::http
