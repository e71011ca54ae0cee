// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/metrics.h"

#include <cstdio>

namespace cohort::http {

void Metrics::RouteCounters::count(int status, std::chrono::nanoseconds took) noexcept {
    const std::int64_t us = took.count() / 1000;
    std::size_t bucket = 0;
    while (bucket < bounds_us.size() && us > bounds_us[bucket]) ++bucket;
    by_class[static_cast<std::size_t>(status / 100) % by_class.size()].fetch_add(
        1, std::memory_order_relaxed);
    buckets[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_us.fetch_add(us, std::memory_order_relaxed);
}

Metrics::RouteCounters& Metrics::add_route(std::string route) {
    RouteCounters& counters = routes_.emplace_back();
    counters.route = std::move(route);
    return counters;
}

void Metrics::add_gauge(std::string name, std::string help, std::function<double()> read) {
    gauges_.push_back({std::move(name), std::move(help), std::move(read)});
}

std::map<std::string, std::int64_t> Metrics::by_status() const {
    std::map<std::string, std::int64_t> sums;
    for (const RouteCounters& route : routes_) {
        for (std::size_t i = 1; i < route.by_class.size(); ++i) {
            if (const std::int64_t n = route.by_class[i].load(std::memory_order_relaxed)) {
                sums[std::to_string(i) + "xx"] += n;
            }
        }
    }
    return sums;
}

std::int64_t Metrics::total() const {
    std::int64_t sum = 0;
    for (const auto& [status, n] : by_status()) sum += n;
    return sum;
}

std::int64_t Metrics::refused_in_all() const {
    std::int64_t sum = 0;
    for (const auto& n : refused) sum += n.load();
    return sum;
}

static std::string number(double value) {
    std::array<char, 32> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.15g", value);
    return {text.data(), static_cast<std::size_t>(size)};
}

static void head(std::string& text, std::string_view name, std::string_view type,
                 std::string_view help) {
    text.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
    text.append(name).append(" ").append(type).append("\n");
}

// By its name: what only grows ends in _total, in Prometheus's world.
static void gauge_head(std::string& text, std::string_view name, std::string_view help) {
    head(text, name, name.ends_with("_total") ? "counter" : "gauge", help);
}

static void gauge(std::string& text, std::string_view name, std::string_view help, double value) {
    gauge_head(text, name, help);
    text.append(name).append(" ").append(number(value)).append("\n");
}

static void histogram(std::string& text, const Metrics::RouteCounters& route) {
    const std::string name = "cohort_http_request_seconds";
    const std::string label = "{route=\"" + route.route + "\"";
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < route.buckets.size(); ++i) {
        sum += route.buckets[i].load(std::memory_order_relaxed);
        const bool last = i == Metrics::bounds_us.size();
        const std::string bound =
            last ? "+Inf" : number(static_cast<double>(Metrics::bounds_us[i]) / 1e6);
        text += name + "_bucket" + label + ",le=\"" + bound + "\"} " + std::to_string(sum) + "\n";
    }
    const auto seconds = static_cast<double>(route.sum_us.load(std::memory_order_relaxed)) / 1e6;
    text += name + "_sum" + label + "} " + number(seconds) + "\n";
    text += name + "_count" + label + "} " + std::to_string(sum) + "\n";
}

// Of Refusal.
static constexpr std::array<std::string_view, 5> refusals{"connections", "running", "share", "rate",
                                                          "streams"};

std::string Metrics::to_text() const {
    std::string text;
    head(text, "cohort_http_requests_total", "counter", "Answered requests.");
    for (const RouteCounters& route : routes_) {
        for (std::size_t i = 1; i < route.by_class.size(); ++i) {
            const std::int64_t n = route.by_class[i].load(std::memory_order_relaxed);
            if (n == 0) continue;
            text += "cohort_http_requests_total{route=\"" + route.route + "\",status=\"" +
                    std::to_string(i) + "xx\"} " + std::to_string(n) + "\n";
        }
    }
    head(text, "cohort_http_request_seconds", "histogram", "Time to answer.");
    for (const RouteCounters& route : routes_) histogram(text, route);
    head(text, "cohort_http_refused_total", "counter", "Turned away because a bound was reached.");
    for (std::size_t i = 0; i < refused.size(); ++i)
        text += "cohort_http_refused_total{reason=\"" + std::string{refusals.at(i)} + "\"} " +
                std::to_string(refused[i].load()) + "\n";
    head(text, "cohort_http_held_back_total", "counter",
         "Not tried, because most of the same route failed just before.");
    text += "cohort_http_held_back_total " + std::to_string(held_back.load()) + "\n";
    head(text, "cohort_http_ended_for_others_total", "counter",
         "Closed while it asked nothing, because another needed the place.");
    text += "cohort_http_ended_for_others_total " + std::to_string(ended_for_others.load()) + "\n";
    head(text, "cohort_http_malformed_total", "counter", "What was not acceptable HTTP.");
    text += "cohort_http_malformed_total " + std::to_string(malformed.load()) + "\n";
    gauge(text, "cohort_http_connections", "Open connections.",
          static_cast<double>(connections.load()));
    gauge(text, "cohort_http_requests_running", "Requests in a handler.",
          static_cast<double>(requests_running.load()));
    gauge(text, "cohort_http_event_streams", "Callers who listen to events.",
          static_cast<double>(event_streams.load()));
    std::string_view before;
    for (const Gauge& one : gauges_) {
        const std::string_view name = std::string_view(one.name).substr(0, one.name.find('{'));
        if (name != before) gauge_head(text, name, one.help);
        before = name;
        text.append(one.name).append(" ").append(number(one.read())).append("\n");
    }
    return text;
}

}  // namespace cohort::http
