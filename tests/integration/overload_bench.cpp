// SPDX-License-Identifier: Apache-2.0
// What a site that floods costs the others: five sites submit, each from an address of its own,
// half of what the server can do; then one of them asks for five times what it can do, for
// OVERLOAD_SECONDS: on connections that it keeps, or on a new one after each refusal. Clients and
// server share the machine.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <memory>
#include <vector>

#include "weft/context.h"
#include "weft/run.h"

#include "tests/integration/saving.h"
#include "tests/integration/sites.h"
#include "tests/support/environment.h"

namespace tests {

namespace {

constexpr int sites = 5;
constexpr int connections = 12;
constexpr int flood_connections = 400;

struct Round {
    std::vector<SiteFate> fates;

    std::int64_t sum(std::int64_t SiteFate::* what) const {
        std::int64_t sum = 0;
        for (const SiteFate& fate : fates) sum += fate.*what;
        return sum;
    }
    // Of those who never flood; the worst of them.
    double p99_ms() const {
        double worst = 0;
        for (int i = 1; i < sites; ++i)
            worst = std::max(worst, fates[static_cast<std::size_t>(i)].p99_ms);
        return worst;
    }
};

class Overload {
  public:
    explicit Overload(std::chrono::seconds time)
        : ground_(lay_ground(*open_store(folder_.path()))),
          server_(folder_),
          plan_(plan_in(server_.address(), ground_)),
          time_(time) {}

    int pid() const { return server_.pid(); }

    // The first site as said; each of the others so many requests a second, 0: as many as it can.
    Round run(const SiteOptions& first, double of_others) {
        std::vector<std::unique_ptr<Site>> all;
        std::vector<Patients> patients;
        for (int i = 0; i < sites; ++i) patients.push_back(new_patients());
        for (int i = 0; i < sites; ++i)
            all.push_back(std::make_unique<Site>(
                server_, folder_, patients[static_cast<std::size_t>(i)],
                i == 0
                    ? first
                    : SiteOptions{
                          .number = 2 + i, .connections = connections, .per_second = of_others}));
        weft::sleep(time_);
        Round round;
        for (auto& site : all) round.fates.push_back(site->stop());
        accepted_ += round.sum(&SiteFate::accepted);
        return round;
    }

    /// Shape: how many more or fewer are stored than were accepted.
    std::int64_t missing() {
        server_.stop();
        return rows_in(store_of(folder_.path()), "patient_response") - accepted_;
    }

  private:
    // Each has a thousand windows, and hardly any site has that many accepted in a second.
    Patients new_patients() const {
        Patients made;
        while (made.size() < std::max<std::size_t>(6, 2 * static_cast<std::size_t>(time_.count())))
            made.emplace_back(server_.address(), ground_, plan_);
        return made;
    }

    test::TempFolder folder_;
    Ground ground_;
    Server server_;
    const std::string plan_;
    const std::chrono::seconds time_;
    std::int64_t accepted_ = 0;
};

void flood(benchmark::State& state, bool comes_anew) {
    const std::chrono::seconds time(test::from_environment("OVERLOAD_SECONDS", 8));
    weft::run([&] {
        Overload overload(time);
        const Round most = overload.run({.number = 2, .connections = connections}, 0);
        const double capacity =
            static_cast<double>(most.sum(&SiteFate::accepted)) / static_cast<double>(time.count());
        const double part = capacity / 2 / sites;
        const Round usual =
            overload.run({.number = 2, .connections = connections, .per_second = part}, part);
        const std::int64_t before = resident_kib(overload.pid());
        Round flooded;
        const SiteOptions first_floods{.number = 2,
                                       .connections = flood_connections,
                                       .per_second = 5 * capacity,
                                       .asks_to_send = comes_anew};
        for (auto _ : state) flooded = overload.run(first_floods, part);
        const SiteFate& first = flooded.fates.front();
        state.counters["capacity"] = capacity;
        state.counters["p50_ms_usual"] = usual.fates[1].p50_ms;
        state.counters["p50_ms_flood"] = flooded.fates[1].p50_ms;
        state.counters["p99_ms_usual"] = usual.p99_ms();
        state.counters["p99_ms_flood"] = flooded.p99_ms();
        state.counters["ratio"] = flooded.p99_ms() / usual.p99_ms();
        state.counters["flood_heard"] = static_cast<double>(first.sent);
        state.counters["flood_accepted"] = static_cast<double>(first.accepted);
        state.counters["flood_refused"] = static_cast<double>(first.refused);
        state.counters["others_accepted"] =
            static_cast<double>(flooded.sum(&SiteFate::accepted) - first.accepted);
        state.counters["others_refused"] =
            static_cast<double>(flooded.sum(&SiteFate::refused) - first.refused);
        state.counters["MiB_before"] = static_cast<double>(before) / 1024;
        state.counters["MiB_after"] = static_cast<double>(resident_kib(overload.pid())) / 1024;
        state.counters["missing"] = static_cast<double>(overload.missing());
    });
}

BENCHMARK_CAPTURE(flood, on_kept_connections, false)->Iterations(1)->UseRealTime();
BENCHMARK_CAPTURE(flood, on_new_connections, true)->Iterations(1)->UseRealTime();

}  // namespace

}  // namespace tests
