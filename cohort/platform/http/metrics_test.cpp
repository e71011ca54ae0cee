// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/metrics.h"

#include "tests/support/prometheus.h"
#include "tests/support/test.h"

namespace cohort::http {

TEST_CASE("what is counted is told in Prometheus's words") {
    Metrics metrics;
    auto& forms = metrics.add_route("GET /forms/{form}");
    metrics.add_route("(none)");
    metrics.add_gauge("cohort_goroutines", "Goroutines.", [] { return 7.0; });
    metrics.add_gauge("cohort_units_total", "Units.", [] { return 1e6; });
    for (const char* who : {"a", "b"})
        metrics.add_gauge(std::string("cohort_behind{who=\"") + who + "\"}", "Behind.",
                          [] { return 3.0; });
    forms.count(200, std::chrono::milliseconds(3));
    forms.count(200, std::chrono::seconds(60));
    forms.count(404, std::chrono::nanoseconds(0));
    const std::string text = metrics.to_text();
    CHECK(test::prometheus_errors(text) == "");
    for (const char* line :
         {"cohort_http_requests_total{route=\"GET /forms/{form}\",status=\"2xx\"} 2\n",
          "cohort_http_request_seconds_bucket{route=\"GET /forms/{form}\",le=\"0.005\"} 2\n",
          "cohort_http_request_seconds_bucket{route=\"GET /forms/{form}\",le=\"+Inf\"} 3\n",
          "cohort_http_request_seconds_sum{route=\"GET /forms/{form}\"} 60.003\n",
          "# TYPE cohort_goroutines gauge\ncohort_goroutines 7\n",
          "# TYPE cohort_behind gauge\ncohort_behind{who=\"a\"} 3\ncohort_behind{who=\"b\"} 3\n",
          "# TYPE cohort_units_total counter\ncohort_units_total 1000000\n"})
        CHECK_MESSAGE(text.find(line) != std::string::npos, line);
}

TEST_CASE("what Prometheus would not read is found") {
    const auto errors = [](const std::string& lines) {
        return test::prometheus_errors("# HELP a A.\n# TYPE a gauge\n" + lines);
    };
    CHECK(errors("a 1\na{b=\"c\\\"d\"} 2\n") == "");
    CHECK(errors("a 1\na 2\n") != "");
    CHECK(errors("a 1") != "");
    CHECK(errors("b 1\n") != "");
    CHECK(errors("a one\n") != "");
    CHECK(errors("a{b=\"c\nd\"} 1\n") != "");
    CHECK(errors("# TYPE b_total gauge\n") != "");
    CHECK(errors("# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\n"
                 "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n") != "");
    CHECK(errors("# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\n"
                 "h_count 2\n") != "");
}

}  // namespace cohort::http
