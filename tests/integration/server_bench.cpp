// SPDX-License-Identifier: Apache-2.0
// Form saves and patients' submissions a second over HTTP against the real server program, each
// answered after it is on the disk, from 1, 64 and 256 connections; beside it what the disk alone
// can do with the same bytes, and how long the second start takes to the first page. Client and
// server share the machine.
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "weft/run.h"

#include "tests/integration/answering.h"
#include "tests/integration/saving.h"
#include "tests/integration/server_process.h"
#include "tests/support/http_client.h"

namespace tests {

namespace {

using Clock = std::chrono::steady_clock;

// Bytes that one save by a single caller puts on the disk; the floor writes as many.
std::int64_t bytes_a_save = 16 * 1024;

template <class People>
void durable(benchmark::State& state, Gather<People> gather) {
    const std::int64_t connections = state.range(0);
    const std::int64_t each = state.range(1);
    weft::run([&] {
        const test::TempFolder folder;
        const Ground ground = lay_ground(*open_store(folder.path()));
        Server server(folder);
        People people = gather(server.address(), ground, connections);
        act_all(people, 2);
        for (auto& person : people) person.milliseconds.clear();
        const double cpu = cpu_seconds(server.pid());
        const std::int64_t bytes = written_bytes(server.pid());
        for (auto _ : state) act_all(people, each);
        std::vector<double> all;
        for (const auto& person : people)
            all.insert(all.end(), person.milliseconds.begin(), person.milliseconds.end());
        const auto acts = static_cast<double>(all.size());
        const auto written = static_cast<double>(written_bytes(server.pid()) - bytes);
        if (connections == 1) bytes_a_save = static_cast<std::int64_t>(written / acts);
        state.counters["p50_ms"] = percentile(all, 0.50);
        state.counters["p99_ms"] = percentile(all, 0.99);
        state.counters["server_cpu_us"] = (cpu_seconds(server.pid()) - cpu) * 1e6 / acts;
        state.counters["disk_bytes_each"] = written / acts;
        state.SetItemsProcessed(static_cast<std::int64_t>(all.size()));
    });
}

void durable_saves(benchmark::State& state) {
    durable<People>(state, people_at);
}

void durable_submissions(benchmark::State& state) {
    durable<Patients>(state, patients_at);
}

// The peer: nothing but append and fdatasync, one after the other, of what one save writes.
void disk_alone(benchmark::State& state) {
    const test::TempFolder folder;
    const int file = ::open((folder / "file").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    const std::string bytes(static_cast<std::size_t>(bytes_a_save), 'x');
    for (auto _ : state) {
        if (::write(file, bytes.data(), bytes.size()) < 0) state.SkipWithError("cannot write");
        if (::fdatasync(file) != 0) state.SkipWithError("cannot sync");
    }
    ::close(file);
    state.counters["bytes_a_sync"] = static_cast<double>(bytes_a_save);
    state.SetItemsProcessed(state.iterations());
}

// From starting the program on a folder with the demo study in it to the bytes of its first page.
void second_start(benchmark::State& state) {
    weft::run([&] {
        const test::TempFolder folder;
        Server(folder, {}).stop();
        for (auto _ : state) {
            const auto from = Clock::now();
            Server server(folder, {});
            cohort::test::HttpClient browser{server.address()};
            const auto page = browser.get("/");
            state.SetIterationTime(ms_since(from) / 1000);
            if (!page || page->status != 200) state.SkipWithError("no page: are they built?");
            if (server.stop() != 0) state.SkipWithError("the server does not stop well");
        }
    });
}

BENCHMARK(durable_saves)
    ->ArgNames({"connections", "each"})
    ->Args({1, 2000})
    ->Args({64, 150})
    ->Args({256, 60})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(durable_submissions)
    ->ArgNames({"connections", "each"})
    ->Args({1, 500})
    ->Args({64, 150})
    ->Args({256, 60})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(disk_alone)->Name("disk_alone_write_and_sync")->UseRealTime();
BENCHMARK(second_start)->Iterations(5)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace tests
