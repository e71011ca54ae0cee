// SPDX-License-Identifier: Apache-2.0
// Reports a second, each another one, on one core and on as many threads as are asked for. The aim
// is 50,000 in 3 minutes on two cores: 139 a second and core.
#include <benchmark/benchmark.h>

#include "cohort/report/test_report.h"

namespace cohort::report {

namespace {

void render_reports(benchmark::State& state) {
    static const pdf::Fonts fonts = pdf::Fonts::open().value();
    int number = 0;
    std::size_t bytes = 0;
    for (auto _ : state) bytes += render(fonts, chinese_report(++number)).value().size();
    state.SetItemsProcessed(state.iterations());
    state.counters["bytes"] =
        benchmark::Counter(static_cast<double>(bytes), benchmark::Counter::kAvgIterations);
}
BENCHMARK(render_reports)->Threads(1)->Threads(2)->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace cohort::report
