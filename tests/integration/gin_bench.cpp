// SPDX-License-Identifier: Apache-2.0
// The same durable form saves, and the same submissions of patients, by Cohort and by the same
// endpoints in Go with gin (tests/integration/peers/gin), in turns on stores of their own that
// began alike. GIN_PEER names the built peer; without it there is nothing to stand beside.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "weft/blocking.h"
#include "weft/run.h"

#include "tests/integration/answering.h"
#include "tests/integration/saving.h"
#include "tests/integration/server_process.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/world/store.h"

namespace tests {

namespace {

constexpr int rounds = 3;

// A store with people who have something to send, and the server that they send it to.
template <class People>
class Side {
  public:
    Side(std::string postgres, std::int64_t connections, Gather<People> gather, std::string peer)
        : postgres_(std::move(postgres)), peer_(std::move(peer)) {
        cohort::db::Options options;
        options.folder = folder_.path();
        options.postgres = postgres_;
        const Ground ground = lay_ground(*open_store(options));
        Server server(folder_, settings());
        people_ = gather(server.address(), ground, connections);
        if (server.stop() != 0) throw std::runtime_error("Cohort does not stop well");
    }

    void round(std::int64_t acts_each) {
        Process process(command(), folder_ / "stderr.txt");
        const std::string address = address_of(process);
        if (address.empty()) throw std::runtime_error("a server did not start: " + command()[0]);
        for (auto& person : people_) person.turn_to(address);
        act_all(people_, 2);
        for (auto& person : people_) person.milliseconds.clear();
        const double cpu = cpu_seconds(process.pid());
        const auto from = std::chrono::steady_clock::now();
        act_all(people_, acts_each);
        seconds.push_back(ms_since(from) / 1000);
        cpu_us.push_back((cpu_seconds(process.pid()) - cpu) * 1e6);
        for (const auto& person : people_)
            milliseconds.insert(milliseconds.end(), person.milliseconds.begin(),
                                person.milliseconds.end());
        process.signal(SIGTERM);
        weft::blocking("wait for the server's end", [&] { return process.wait(); });
    }

    // Whether the audit it left behind is what Cohort's would be.
    bool audit_holds() { return verify_audit(folder_, settings()) == 0; }

    std::vector<double> seconds;       // of each round
    std::vector<double> cpu_us;        // of each round
    std::vector<double> milliseconds;  // of each act

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
    People people_;
};

// By round, so that a disturbed one shows as spread and not as a result.
std::vector<double> ratios(const std::vector<double>& of, const std::vector<double>& to) {
    std::vector<double> all;
    for (std::size_t i = 0; i < of.size(); ++i) all.push_back(of[i] / to[i]);
    std::sort(all.begin(), all.end());
    return all;
}

template <class People>
void beside_gin(benchmark::State& state, bool on_postgres, Gather<People> gather) {
    const char* const peer = std::getenv("GIN_PEER");  // NOLINT(concurrency-mt-unsafe)
    if (peer == nullptr) return state.SkipWithError("GIN_PEER is not set: ./dev bench builds it");
    const std::int64_t connections = state.range(0);
    const std::int64_t each = state.range(1);
    weft::run([&] {
        const auto postgres =
            on_postgres ? std::make_unique<test::PostgresServer>(test::PostgresServer::Sync::on)
                        : nullptr;
        const auto database = [&] { return postgres ? postgres->create_database() : ""; };
        Side<People> ours(database(), connections, gather, "");
        Side<People> theirs(database(), connections, gather, peer);
        for (auto _ : state)
            for (int i = 0; i < rounds; ++i) {
                ours.round(each);
                theirs.round(each);
            }
        const auto acts = static_cast<double>(connections * each);
        const auto faster = ratios(theirs.seconds, ours.seconds);
        const auto leaner = ratios(theirs.cpu_us, ours.cpu_us);
        state.counters["a_second"] = acts / percentile(ours.seconds, 0.5);
        state.counters["gin_a_second"] = acts / percentile(theirs.seconds, 0.5);
        state.counters["times_gin"] = faster[rounds / 2];
        state.counters["worst"] = faster.front();
        state.counters["best"] = faster.back();
        state.counters["cpu_us"] = percentile(ours.cpu_us, 0.5) / acts;
        state.counters["gin_cpu_us"] = percentile(theirs.cpu_us, 0.5) / acts;
        state.counters["times_gin_a_core"] = leaner[rounds / 2];
        state.counters["p99_ms"] = percentile(ours.milliseconds, 0.99);
        state.counters["gin_p99_ms"] = percentile(theirs.milliseconds, 0.99);
        if (!ours.audit_holds() || !theirs.audit_holds())
            state.SkipWithError("the audit that was written does not hold");
    });
}

void saves_beside_gin(benchmark::State& state, bool on_postgres) {
    beside_gin<People>(state, on_postgres, people_at);
}

void submissions_beside_gin(benchmark::State& state, bool on_postgres) {
    beside_gin<Patients>(state, on_postgres, patients_at);
}

void connections_of_sqlite(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"connections", "each"})->Args({64, 150})->Args({256, 60})->Args({1024, 20});
    bench->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
}

void connections_of_postgresql(benchmark::internal::Benchmark* bench) {
    bench->ArgNames({"connections", "each"})->Args({64, 100})->Args({256, 40})->Args({1024, 10});
    bench->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(saves_beside_gin, sqlite, false)->Apply(connections_of_sqlite);
BENCHMARK_CAPTURE(saves_beside_gin, postgresql, true)->Apply(connections_of_postgresql);
BENCHMARK_CAPTURE(submissions_beside_gin, sqlite, false)->Apply(connections_of_sqlite);
BENCHMARK_CAPTURE(submissions_beside_gin, postgresql, true)->Apply(connections_of_postgresql);

}  // namespace

}  // namespace tests
