// SPDX-License-Identifier: Apache-2.0
// Callers who open connections by the thousand and never finish a request, from processes of their
// own, beside people who work.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <sys/resource.h>
#include <vector>

#include "weft/run.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"

namespace tests {

namespace {

// Holds COUNT connections open from ADDRESS, sends each a byte of a header now and then, and opens
// another for each that the server ends. Says "ready" when all are there.
constexpr const char* attacker = R"python(
import resource, select, socket, sys
host, port, address, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
def open_one():
    one = socket.create_connection((host, port), 20, (address, 0))
    one.sendall(b"GET /api/v1/session HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    return one
held = [open_one() for _ in range(count)]
print("ready", flush=True)
while True:
    poll = select.poll()
    for one in held:
        poll.register(one, select.POLLIN | select.POLLHUP)
    ended = {fd for fd, _ in poll.poll(200)}
    for i, one in enumerate(held):
        try:
            if one.fileno() in ended:
                one.close()
                held[i] = open_one()
            else:
                one.sendall(b"a")
        except OSError:
            pass
)python";

std::unique_ptr<Process> attack(const Server& server, const test::TempFolder& folder, int number,
                                std::uint64_t count) {
    const std::string& where = server.address();
    const std::size_t colon = where.rfind(':');
    return std::make_unique<Process>(
        std::vector<std::string>{"/usr/bin/python3", "-c", attacker, where.substr(0, colon),
                                 where.substr(colon + 1), "127.0.0." + std::to_string(number + 2),
                                 std::to_string(count)},
        folder / "attacker.txt");
}

// ThreadSanitizer knows at most 8,000 goroutines at one time, and AddressSanitizer is slow.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t usual = 3'000;
#else
constexpr std::uint64_t usual = 10'000;
#endif

// How many this machine lets a process open, less those that it needs for itself.
std::uint64_t descriptors() {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    return limit.rlim_max - 200;
}

std::uint64_t opened_by(const Server& server) {
    return static_cast<std::uint64_t>(std::distance(
        std::filesystem::directory_iterator("/proc/" + std::to_string(server.pid()) + "/fd"), {}));
}

// Some on a connection that she keeps, some as one who has just come.
int answered(const Server& server, const std::string& token, int requests) {
    int good = 0;
    Client kept(server.address(), token);
    for (int i = 0; i < requests; ++i) {
        Client fresh(server.address(), token);
        Client& client = i % 2 == 0 ? kept : fresh;
        if (client.ask("GET", "/api/v1/session").status == 200) ++good;
    }
    return good;
}

}  // namespace

TEST_CASE("thousands of half-open requests keep hardly anybody who works from being answered") {
    const std::uint64_t half_open =
        std::min(test::from_environment("SLOWLORIS", usual), descriptors());
    const std::uint64_t of_one_address = std::min<std::uint64_t>(1000, half_open / 3);
    CHECK(weft::run([&] {
              const test::TempFolder folder;
              const Ground ground = lay_ground(*open_store(folder.path()));
              // They fill it to the last place: who works needs one that somebody else has.
              Server server(folder, {"--set", "data.demo=false", "--set",
                                     "http.connections_max=" + std::to_string(half_open)});
              REQUIRE_FALSE(server.address().empty());
              std::vector<std::unique_ptr<Process>> attackers;
              for (std::uint64_t i = 0; i * of_one_address < half_open; ++i)
                  attackers.push_back(attack(server, folder, static_cast<int>(i), of_one_address));
              for (auto& process : attackers) CHECK(process->read_line() == "ready");
              // What a process has sent need not have arrived, and some are being replaced.
              while (opened_by(server) < half_open * 98 / 100) weft::yield();
              constexpr int all = 300;
              const int good = answered(server, ground.tokens.at("ann"), all);
              MESSAGE("answered: ", good, " of ", all, ", half-open: ", half_open, " of ",
                      attackers.size(), " processes; the server has ", opened_by(server),
                      " descriptors open");
              CHECK(good * 100 >= all * 95);
              attackers.clear();
              CHECK(server.stop() == 0);
          }) == 0);
}

}  // namespace tests
