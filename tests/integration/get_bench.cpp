// SPDX-License-Identifier: Apache-2.0
// What a plain GET of 379 bytes costs the server in processor time: Cohort's own icon over kept
// connections, beside a raw epoll loop, nginx, gin and Node, in turns. PEERS names the folder of
// the built peers (./dev bench makes it); a peer that is not installed is left out.
#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "weft/blocking.h"
#include "weft/net.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/integration/saving.h"
#include "tests/integration/server_process.h"
#include "tests/support/process.h"
#include "tests/world/store.h"

namespace tests {

namespace {

constexpr int rounds = 3;
constexpr int connections = 64;
constexpr int gets_each = 1500;
constexpr std::size_t body_bytes = 379;

// One kept connection that asks for the same thing again and again.
class Getter {
  public:
    Getter(const std::string& address, const std::string& path)
        : connection_(weft::net::dial(address).value()),
          request_("GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nAccept: */*\r\n\r\n") {}

    void get() {
        if (!connection_.write_all(std::as_bytes(std::span(request_))))
            throw std::runtime_error("a GET could not be sent");
        std::string answer;
        std::size_t end = std::string::npos;
        while (end == std::string::npos || answer.size() < end + 4 + body_bytes) {
            std::array<std::byte, 4096> bytes;
            const auto n = connection_.read_some(bytes);
            if (!n || *n == 0) throw std::runtime_error("a GET was not answered");
            answer.append(reinterpret_cast<const char*>(bytes.data()), *n);
            end = answer.find("\r\n\r\n");
        }
        if (!answer.starts_with("HTTP/1.1 200 ") || answer.size() != end + 4 + body_bytes)
            throw std::runtime_error("another answer than was asked for: " + answer.substr(0, 200));
    }

  private:
    weft::net::Connection connection_;
    std::string request_;
};

struct Side {
    std::string name;
    std::string path;
    std::string address;
    std::unique_ptr<Process> process;
    std::vector<double> cpu_us;  // a GET, of each round

    void round() {
        std::vector<Getter> getters;
        for (int i = 0; i < connections; ++i) getters.emplace_back(address, path);
        for (Getter& getter : getters) getter.get();
        const double before = cpu_seconds(process->pid());
        weft::scope([&](weft::Scope& s) {
            for (Getter& getter : getters)
                s.go("getter", [&getter] {
                    for (int i = 0; i < gets_each; ++i) getter.get();
                });
        });
        cpu_us.push_back((cpu_seconds(process->pid()) - before) * 1e6 / (connections * gets_each));
    }
};

class Field {
  public:
    explicit Field(const std::string& peers) {
        const auto ground = lay_ground(*open_store(folder_.path()));
        start("cohort", "/icon.svg",
              {COHORT_BINARY, "serve", "--data", folder_.path(), "--port", "0", "--set",
               "data.demo=false", "--set", "log.level=warn"});
        start("epoll", "/", {peers + "/epoll"});
        if (exists(peers + "/gin")) start("gin", "/plain", {peers + "/gin", "-data", beside()});
        if (exists("/usr/bin/node")) start("node", "/", {"/usr/bin/node", peers + "/plain.mjs"});
        if (exists("/usr/sbin/nginx")) start_nginx();
    }
    std::vector<Side> sides;

  private:
    static bool exists(const std::string& path) { return std::filesystem::exists(path); }

    // A store that nobody else holds, made by Cohort.
    std::string beside() {
        const auto ground = lay_ground(*open_store(second_.path()));
        Server server(second_);
        if (server.stop() != 0) throw std::runtime_error("Cohort does not stop well");
        return second_.path();
    }

    void start(const std::string& name, const std::string& path,
               const std::vector<std::string>& command) {
        auto process = std::make_unique<Process>(command, folder_ / (name + ".txt"));
        const std::string address = address_of(*process);
        if (address.empty()) throw std::runtime_error(name + " did not start");
        sides.push_back({name, path, address, std::move(process), {}});
    }

    void start_nginx() {
        std::string address;
        {
            auto probe = weft::net::listen("127.0.0.1:0", 1).value();
            address = probe.address();
            probe.close();
        }
        std::filesystem::create_directory(nginx_.path() + "/www");
        std::ofstream(nginx_ / "www/icon.svg") << std::string(body_bytes, ' ');
        std::ofstream(nginx_ / "nginx.conf")
            << "daemon off; master_process off; pid nginx.pid; error_log stderr crit;\n"
               "events { worker_connections 1024; }\n"
               "http { access_log off; types { image/svg+xml svg; } keepalive_requests 1000000;\n"
               "  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;\n"
               "  uwsgi_temp_path t4; scgi_temp_path t5;\n"
               "  open_file_cache max=10; sendfile on; tcp_nopush on;\n"
               "  server { listen "
            << address << "; root " << nginx_.path() << "/www; } }\n";
        auto process = std::make_unique<Process>(
            std::vector<std::string>{"/usr/sbin/nginx", "-p", nginx_.path(), "-c",
                                     nginx_ / "nginx.conf"},
            folder_ / "nginx.txt");
        while (!weft::net::dial(address)) weft::sleep(std::chrono::milliseconds(5));
        sides.push_back({"nginx", "/icon.svg", address, std::move(process), {}});
    }

    test::TempFolder folder_;
    test::TempFolder second_;
    test::TempFolder nginx_;
};

void plain_get(benchmark::State& state) {
    const char* const peers = std::getenv("PEERS");  // NOLINT(concurrency-mt-unsafe)
    if (peers == nullptr) return state.SkipWithError("PEERS is not set: ./dev bench builds them");
    weft::run([&] {
        Field field(peers);
        for (auto _ : state)
            for (int i = 0; i < rounds; ++i)
                for (Side& side : field.sides) side.round();
        std::vector<double>& floor = field.sides.at(1).cpu_us;
        for (Side& side : field.sides) {
            std::vector<double> times;
            for (std::size_t i = 0; i < floor.size(); ++i)
                times.push_back(side.cpu_us[i] / floor[i]);
            state.counters[side.name + "_x"] = percentile(times, 0.5);
            state.counters[side.name + "_us"] = percentile(side.cpu_us, 0.5);
        }
    });
}

BENCHMARK(plain_get)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace tests
