// SPDX-License-Identifier: Apache-2.0
// The same durable form saves by Cohort and by the same endpoint in Go with gin
// (tests/integration/peers/gin), in turns on stores of their own that began alike. GIN_PEER names
// the built peer; without it there is nothing to stand beside.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "weft/blocking.h"
#include "weft/run.h"

#include "tests/integration/saving.h"
#include "tests/integration/server_process.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/world/store.h"

namespace tests {

namespace {

constexpr int rounds = 3;

// A store with people who have a form open, and the server that they save at.
class Side {
  public:
    Side(std::string postgres, std::int64_t connections, std::string peer)
        : postgres_(std::move(postgres)), peer_(std::move(peer)) {
        cohort::db::Options options;
        options.folder = folder_.path();
        options.postgres = postgres_;
        const Ground ground = lay_ground(*open_store(options));
        Server server(folder_, settings());
        for (std::int64_t i = 0; i < connections; ++i)
            people_.emplace_back(server.address(), ground);
        if (server.stop() != 0) throw std::runtime_error("Cohort does not stop well");
    }

    void round(std::int64_t saves_each) {
        Process process(command(), folder_ / "stderr.txt");
        const std::string address = address_of(process);
        if (address.empty()) throw std::runtime_error("a server did not start: " + command()[0]);
        for (Person& person : people_) person.turn_to(address);
        save_all(people_, 2);
        for (Person& person : people_) person.milliseconds.clear();
        const double cpu = cpu_seconds(process.pid());
        const auto from = std::chrono::steady_clock::now();
        save_all(people_, saves_each);
        seconds.push_back(ms_since(from) / 1000);
        cpu_us.push_back((cpu_seconds(process.pid()) - cpu) * 1e6);
        for (const Person& person : people_)
            milliseconds.insert(milliseconds.end(), person.milliseconds.begin(),
                                person.milliseconds.end());
        process.signal(SIGTERM);
        weft::blocking("wait for the server's end", [&] { return process.wait(); });
    }

    // Whether the audit it left behind is what Cohort's would be.
    bool audit_holds() { return verify_audit(folder_, settings()) == 0; }

    std::vector<double> seconds;       // of each round
    std::vector<double> cpu_us;        // of each round
    std::vector<double> milliseconds;  // of each save

  private:
    std::vector<std::string> settings() const {
        std::vector<std::string> all{"--set", "data.demo=false", "--set", "log.level=warn"};
        if (!postgres_.empty()) all.insert(all.end(), {"--set", "store.postgres=" + postgres_});
        return all;
    }

    std::vector<std::string> command() const {
        if (!peer_.empty()) {
            std::vector<std::string> all{peer_, "-data", folder_.path()};
            if (!postgres_.empty()) all.insert(all.end(), {"-postgres", postgres_});
            return all;
        }
        std::vector<std::string> all{COHORT_BINARY,  "serve",  "--data",
                                     folder_.path(), "--port", "0"};
        for (const std::string& word : settings()) all.push_back(word);
        return all;
    }

    test::TempFolder folder_;
    std::string postgres_;
    std::string peer_;
    std::vector<Person> people_;
};

// By round, so that a disturbed one shows as spread and not as a result.
std::vector<double> ratios(const std::vector<double>& of, const std::vector<double>& to) {
    std::vector<double> all;
    for (std::size_t i = 0; i < of.size(); ++i) all.push_back(of[i] / to[i]);
    std::sort(all.begin(), all.end());
    return all;
}

void saves_beside_gin(benchmark::State& state, bool on_postgres) {
    const char* const peer = std::getenv("GIN_PEER");  // NOLINT(concurrency-mt-unsafe)
    if (peer == nullptr) return state.SkipWithError("GIN_PEER is not set: ./dev bench builds it");
    const std::int64_t connections = state.range(0);
    const std::int64_t each = state.range(1);
    weft::run([&] {
        const auto postgres =
            on_postgres ? std::make_unique<test::PostgresServer>(test::PostgresServer::Sync::on)
                        : nullptr;
        const auto database = [&] { return postgres ? postgres->create_database() : ""; };
        Side ours(database(), connections, "");
        Side theirs(database(), connections, peer);
        for (auto _ : state)
            for (int i = 0; i < rounds; ++i) {
                ours.round(each);
                theirs.round(each);
            }
        const auto saves = static_cast<double>(connections * each);
        const auto faster = ratios(theirs.seconds, ours.seconds);
        const auto leaner = ratios(theirs.cpu_us, ours.cpu_us);
        state.counters["saves_s"] = saves / percentile(ours.seconds, 0.5);
        state.counters["gin_s"] = saves / percentile(theirs.seconds, 0.5);
        state.counters["times_gin"] = faster[rounds / 2];
        state.counters["worst"] = faster.front();
        state.counters["best"] = faster.back();
        state.counters["cpu_us"] = percentile(ours.cpu_us, 0.5) / saves;
        state.counters["gin_cpu_us"] = percentile(theirs.cpu_us, 0.5) / saves;
        state.counters["times_gin_a_core"] = leaner[rounds / 2];
        state.counters["p99_ms"] = percentile(ours.milliseconds, 0.99);
        state.counters["gin_p99_ms"] = percentile(theirs.milliseconds, 0.99);
        if (!ours.audit_holds() || !theirs.audit_holds())
            state.SkipWithError("the audit that was written does not hold");
    });
}

BENCHMARK_CAPTURE(saves_beside_gin, sqlite, false)
    ->ArgNames({"connections", "saves_each"})
    ->Args({64, 150})
    ->Args({256, 60})
    ->Args({1024, 20})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(saves_beside_gin, postgresql, true)
    ->ArgNames({"connections", "saves_each"})
    ->Args({64, 100})
    ->Args({256, 40})
    ->Args({1024, 10})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace tests
