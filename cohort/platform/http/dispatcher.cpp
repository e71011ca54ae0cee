// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/dispatcher.h"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <typeinfo>

#include "weft/context.h"
#include "weft/report.h"

#include "cohort/platform/http/caching.h"
#include "cohort/platform/http/network.h"
#include "cohort/platform/http/problem.h"
#include "cohort/platform/http/target.h"
#include "cohort/platform/http/trace.h"
#include "cohort/platform/resilience/spread.h"

namespace cohort::http {

struct Dispatcher::Call {
    Head& head;
    BodySource& body;
    Stream& stream;
    Request request;
    Metrics::RouteCounters* counters;
    weft::TimePoint started;
    Trace trace = {};
    bool peer_gone = false;
    std::string network = {};  // what its caller is counted by
    weft::Duration unheard{};
    std::function<Result<void>()> may_listen = {};
    RunningRequestView in_hand = {};
};

namespace {

constexpr std::chrono::seconds unheard_max{1};

// The type of an exception is safe to log; its text may quote what a user wrote.
std::string type_name(const std::type_info& type) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name{
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free};
    return status == 0 ? name.get() : type.name();
}

Error defect() {
    return internal("internal",
                    "Something went wrong on our side. Read the data again before you repeat the "
                    "request, and give the id in `instance` when you report this.");
}

template <class F>
std::invoke_result_t<F&> without_exceptions(const log::Logger& log, F f) {
    try {
        return f();
    } catch (const weft::Cancelled&) {
        throw;
    } catch (const std::exception& thrown) {
        log.error("http.exception", {{"type", type_name(typeid(thrown))}});
    } catch (...) {  // tidy: allow, Cancelled has passed above
        log.error("http.exception", {{"type", "unknown"}});
    }
    return defect();
}

// Counts a running request for as long as it lives.
class Running {
  public:
    explicit Running(Metrics& metrics) : metrics_(metrics) {
        metrics_.requests_running.fetch_add(1);
    }
    ~Running() { metrics_.requests_running.fetch_sub(1); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

  private:
    Metrics& metrics_;
};

resilience::Priority priority_of(const Route& route) {
    if (route.doc.priority) return *route.doc.priority;
    return is_safe(route.method) ? resilience::Priority::read : resilience::Priority::write;
}

std::chrono::seconds rounded_up(weft::Duration time) {
    return std::max(std::chrono::seconds{1}, std::chrono::ceil<std::chrono::seconds>(time));
}

// Whether what the route stands on has failed it, whoever asked: the store away, or too slow.
bool is_failure_of_ours(const Error* error) {
    return error != nullptr &&
           (error->kind == ErrorKind::unavailable || error->kind == ErrorKind::timeout);
}

void add_instance(Reply& reply, const std::string& id, const std::string& trace = {}) {
    if (reply.header("Content-Type") != "application/problem+json") return;
    if (!reply.body.ends_with('}')) return;
    std::string more = ",\"instance\":\"" + id + "\"";
    if (!trace.empty()) more += ",\"trace\":\"" + trace + "\"";
    reply.body.insert(reply.body.size() - 1, more);
}

// Two of them are as good as none (W3C Trace Context §3.2).
Trace trace_in(const Request& request) {
    const auto is_one = [](const auto& header) { return header.first == "traceparent"; };
    const bool is_alone = std::ranges::count_if(request.headers, is_one) == 1;
    return trace_of(is_alone ? request.header("traceparent") : std::nullopt);
}

// A word we do not know may be anybody's name.
std::string_view shown_method(std::string_view method) {
    return parse_method(method) ? method : "(unknown)";
}

Error method_not_allowed() {
    return invalid("method-not-allowed", "This path does not take this method; see Allow.");
}

Error no_such_path() {
    return not_found("unknown-path", "There is nothing at this path.");
}

}  // namespace

Dispatcher::Dispatcher(const Router& router, Authoriser authorise, Metrics& metrics,
                       const log::Logger& log, const Bounds& bounds, weft::Duration slow_after)
    : router_(router),
      authorise_(std::move(authorise)),
      metrics_(metrics),
      log_(log),
      bounds_(bounds),
      slow_after_(slow_after),
      shedder_({.running_max = bounds.requests_max,
                .is_overloaded = bounds.is_overloaded,
                .is_crowded = bounds.is_crowded}),
      unrouted_(metrics.add_route("(none)")),
      id_prefix_(new_uuid().substr(24)) {
    if (bounds.requests_per_second > 0) of_address_.emplace(bounds.requests_per_second);
    for (const Route& route : router.routes()) {
        breakers_.try_emplace(&route);
        counters_[&route] =
            &metrics.add_route(std::string{to_string(route.method)} + " " + route.pattern);
    }
}

// Opaque and unique over restarts without asking the kernel each time.
std::string Dispatcher::next_id() {
    return id_prefix_ + "-" + std::to_string(ids_.fetch_add(1, std::memory_order_relaxed) + 1);
}

Answer Dispatcher::answer(Head& head, BodySource& body, Stream& stream, const std::string& peer) {
    Call call{head, body, stream, {}, &unrouted_, weft::Clock::now()};
    call.request.id = next_id();
    call.request.peer = peer;
    call.network = network_of(peer);
    call.request.received = now();
    call.request.headers = std::move(head.headers);
    call.trace = trace_in(call.request);
    Answer answer;
    answer.request_id = call.request.id;
    weft::with_value<log::RequestId>(call.request.id, [&] {
        auto result = without_exceptions(log_, [&] { return route(call); });
        answer.reply = result ? std::move(*result) : problem(result.error());
        answer.peer_gone = call.peer_gone;
        answer.unheard = call.unheard;
        answer.may_listen = std::move(call.may_listen);
        finish(call, answer);
    });
    return answer;
}

Answer Dispatcher::refuse(const Error& error, const std::string& peer) {
    Answer answer{problem(error), next_id()};
    add_instance(answer.reply, answer.request_id);
    metrics_.malformed.fetch_add(1, std::memory_order_relaxed);
    unrouted_.count(answer.reply.status, {});
    log_.info("http.malformed", {{"request", answer.request_id},
                                 {"code", error.code},
                                 {"status", answer.reply.status},
                                 {"peer", peer}});
    return answer;
}

Result<Reply> Dispatcher::route(Call& call) {
    Request& request = call.request;
    const auto method = parse_method(call.head.method);
    if (!method) return invalid("unknown-method", "This server does not know this method.");
    request.method = *method;
    Target target = TRY(parse_target(call.head.target));
    request.path = std::move(target.path);
    request.query_params = std::move(target.query);
    const auto match = router_.match(*method, request.path, request.params);
    if (match.route) {
        request.route = match.route->pattern;
        request.doc = &match.route->doc;
        call.counters = counters_.at(match.route);
        return run(call, *match.route);
    }
    if (!match.allow.empty()) {
        Reply reply = *method == Method::options ? Reply::empty() : problem(method_not_allowed());
        return std::move(reply.set("Allow", match.allow));
    }
    const bool is_page = *method == Method::get || *method == Method::head;
    if (!is_page || request.path.starts_with("/api/") || !router_.fallback()) return no_such_path();
    request.route = "(pages)";
    return router_.fallback()(request);
}

Result<Reply> Dispatcher::run(Call& call, const Route& route) {
    if (call.head.content_length.value_or(0) > route.doc.body_bytes_max) {
        return invalid("body-too-large", "The body may have at most " +
                                             std::to_string(route.doc.body_bytes_max) + " bytes.");
    }
    if (auto refused = refuse_early(call, route)) return std::move(*refused);
    const auto pass = shedder_.admit(call.network, priority_of(route));
    if (!pass) {
        const bool is_of_caller = pass.error().kind == ErrorKind::throttled;
        metrics_.refuse(is_of_caller ? Refusal::share : Refusal::running);
        return told_to_wait(call, pass.error(), shedder_.next_turn(call.network));
    }
    const Running running{metrics_};
    call.in_hand = {call.request.id, call.counters->route, call.started, weft::this_goroutine()};
    return run_admitted(call, route);
}

// Who does not wait for the time it is told is not heard sooner on its connection: the system keeps
// what it sends until its buffers are full, and a flood costs us only what its connections allow.
Reply Dispatcher::told_to_wait(Call& call, const Error& error, weft::Duration wait) {
    const std::chrono::seconds told = rounded_up(wait);
    call.unheard = resilience::spread(unheard_.fetch_add(1, std::memory_order_relaxed),
                                      std::min<weft::Duration>(told, unheard_max));
    return problem(Problem{.error = error, .retry_after = told});
}

// Before the right is asked for and the body read: what can only be refused costs next to nothing.
std::optional<Reply> Dispatcher::refuse_early(Call& call, const Route& route) {
    if (priority_of(route) == resilience::Priority::vital) return std::nullopt;
    if (const auto wait = of_address_ ? of_address_->take(call.network) : std::nullopt) {
        metrics_.refuse(Refusal::rate);
        return told_to_wait(
            call,
            throttled("too-many-requests",
                      "Too many requests come from your address. Try again in a moment."),
            *wait);
    }
    if (!breakers_.at(&route).allow()) {
        metrics_.held_back.fetch_add(1, std::memory_order_relaxed);
        return problem(Problem{
            .error = unavailable("held-back",
                                 "This has failed for others just now, and is tried only now and "
                                 "then until it works again."),
            .retry_after = resilience::Breaker::retry_after});
    }
    return std::nullopt;
}

Result<Reply> Dispatcher::run_admitted(Call& call, const Route& route) {
    const auto authorise = [&] { return authorise_(call.request, route.access); };
    const auto authorised_handler = [&]() -> Result<Reply> {
        TRY(authorise());
        return run_handler(call, route);
    };
    if (!call.head.has_body) return judged(call, route, authorised_handler);
    // The body arrives at the caller's pace, under limits of its own, not under the route's
    // deadline.
    const bool first = !route.access.reads_body();
    if (first) {
        auto right = bounded(call, route, authorise);
        if (!right) {
            tell_breaker(call, route, &right.error());
            return std::move(right).error();
        }
    }
    auto body = read_body(call, route);
    if (!body) {
        call.peer_gone = body.error().code == "peer-gone";
        return body.error();
    }
    call.request.body = std::move(*body);
    if (!first) return judged(call, route, authorised_handler);
    return judged(call, route, [&] { return run_handler(call, route); });
}

Result<std::string> Dispatcher::read_body(const Call& call, const Route& route) {
    const RunningRequests::Guard guard{metrics_.running, call.in_hand};
    return call.body.read(route.doc.body_bytes_max);
}

// bounded(), and the route's breaker is told how it went.
template <class F>
Result<Reply> Dispatcher::judged(Call& call, const Route& route, F f) {
    Result<Reply> result = bounded(call, route, f);
    tell_breaker(call, route, result ? nullptr : &result.error());
    return result;
}

// An answer that somebody else was the cause of says that the route works.
void Dispatcher::tell_breaker(const Call& call, const Route& route, const Error* error) {
    if (call.peer_gone) return;
    resilience::Breaker& breaker = breakers_.at(&route);
    if (is_failure_of_ours(error))
        breaker.failed();
    else
        breaker.succeeded();
}

// An open stream holds no place among the running requests, so it has a bound of its own.
Result<void> Dispatcher::open_stream(Call& call, const Route& route) {
    if (metrics_.event_streams.load() >= static_cast<std::int64_t>(bounds_.event_streams_max)) {
        metrics_.refuse(Refusal::streams);
        return unavailable("too-many-streams", "Too many callers listen. Try again in a moment.");
    }
    auto asked = std::make_shared<Request>(call.request);
    asked->is_repeated = true;
    call.may_listen = [this, asked, &route] { return authorise_(*asked, route.access); };
    return {};
}

void Dispatcher::feed(const Answer& answer, EventSink& sink, Stream& stream) {
    const auto began = weft::Clock::now();
    metrics_.event_streams.fetch_add(1);
    struct Held {
        Metrics& metrics;
        ~Held() { metrics.event_streams.fetch_sub(1); }
    } held{metrics_};
    const auto ended = weft::cancellable([&](weft::CancelHandle& handle) {
        const RunningRequests::Guard guard{metrics_.running, stream, handle};
        return without_exceptions(log_, [&] { return answer.reply.events(sink); });
    });
    log_.info(
        "http.stream-ended",
        {{"request", answer.request_id},
         {"code", ended ? "done" : ended.error().code.c_str()},
         {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(weft::Clock::now() - began)
                    .count()}});
}

Result<Reply> Dispatcher::run_handler(Call& call, const Route& route) {
    TRY(call.request.check_query());
    auto key = keys_.start(call.request);
    if (!key && key.error().code == "idempotency-running") {
        return problem(Problem{.error = key.error(), .retry_after = std::chrono::seconds{1}});
    }
    const auto held = TRY(std::move(key));
    Reply reply = TRY(route.handler(call.request));
    if (reply.events) TRY(open_stream(call, route));
    if (route.access.kind() != Access::Kind::open && is_shareable(reply))
        reply.set("Cache-Control", "no-store");
    return reply;
}

// Under the route's deadline, and only as long as the caller is there. The deadline stands inside:
// then its error is told from the one that means that the caller has gone.
template <class F>
std::invoke_result_t<F&> Dispatcher::bounded(Call& call, const Route& route, F f) {
    bool ended_inside = false;
    auto result = weft::cancellable([&](weft::CancelHandle& handle) {
        const RunningRequests::Guard guard{metrics_.running, call.in_hand, call.stream, handle};
        auto inner = weft::timeout(route.doc.deadline, [&] { return without_exceptions(log_, f); });
        ended_inside = true;
        return inner;
    });
    if (!ended_inside) call.peer_gone = true;
    return result;
}

// A flood would fill the disk with lines that say the same.
void Dispatcher::log_refusal(const Call& call, int status) {
    if (const auto times = refusals_.happens(call.network))
        log_.info("http.told-to-wait",
                  {{"status", status}, {"peer", call.request.peer}, {"times", *times}});
}

void Dispatcher::finish(Call& call, Answer& answer) {
    const auto took = weft::Clock::now() - call.started;
    const int status = answer.peer_gone ? 499 : answer.reply.status;
    add_instance(answer.reply, call.request.id, call.trace.id);
    answer.reply.set("traceparent", call.trace.traceparent());
    call.counters->count(status, took);
    if (call.unheard > weft::Duration{}) return log_refusal(call, status);
    const log::Level level = status >= 500 ? log::Level::warn : log::Level::info;
    std::string_view route = call.request.route;
    if (route.empty()) route = "(none)";
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    log_.write(level, "http.request",
               {{"method", shown_method(call.head.method)},
                {"route", route},
                {"status", status},
                {"us", us},
                {"bytes", answer.reply.content().size()},
                {"peer", call.request.peer},
                {"user", call.request.caller ? call.request.caller->user.text.c_str() : ""},
                {"trace", call.trace.id},
                {"span", call.trace.span},
                {"parent", call.trace.parent}});
    if (took >= slow_after_) log_.warn("http.slow", {{"route", route}, {"us", us}});
}

}  // namespace cohort::http
