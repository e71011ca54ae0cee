// SPDX-License-Identifier: Apache-2.0
// Callers who open connections by the thousand and never finish a request, from processes of their
// own, beside people who work.
#include <algorithm>
#include <cstdint>
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

// How many this machine lets a process open, less those that it needs for itself.
std::uint64_t descriptors() {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    return limit.rlim_max - 200;
}

}  // namespace

TEST_CASE("thousands of half-open requests keep hardly anybody who works from being answered") {
    const std::uint64_t half_open =
        std::min(test::from_environment("SLOWLORIS", 3000), descriptors());
    const std::uint64_t of_one_address = std::min<std::uint64_t>(1000, half_open / 3);
    CHECK(weft::run([&] {
              const test::TempFolder folder;
              const Ground ground = lay_ground(*open_store(folder.path()));
              Server server(folder, {"--set", "data.demo=false", "--set",
                                     "http.connections_max=" + std::to_string(half_open / 2)});
              REQUIRE_FALSE(server.address().empty());
              std::vector<std::unique_ptr<Process>> attackers;
              for (std::uint64_t i = 0; i * of_one_address < half_open; ++i)
                  attackers.push_back(attack(server, folder, static_cast<int>(i),
                                             std::min(of_one_address, half_open)));
              for (auto& process : attackers) CHECK(process->read_line() == "ready");
              int good = 0;
              constexpr int all = 300;
              for (int i = 0; i < all; ++i) {
                  Client client(server.address(), ground.tokens.at("ann"));
                  if (client.ask("GET", "/api/v1/session").status == 200) ++good;
              }
              MESSAGE("answered: ", good, " of ", all, ", half-open: ", half_open);
              CHECK(good * 100 >= all * 95);
              attackers.clear();
              CHECK(server.stop() == 0);
          }) == 0);
}

}  // namespace tests
