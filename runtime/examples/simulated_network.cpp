// SPDX-License-Identifier: Apache-2.0
// A client that asks again when its connection fails, over a network that fails often: a thousand
// such days in a moment.
#include <chrono>
#include <cstdio>
#include <span>
#include <stdexcept>

#include "weft/explore.h"
#include "weft/net.h"
#include "weft/scope.h"
#include "weft/sim_network.h"

using namespace std::chrono_literals;

// Serves each connection: one byte is answered by one byte.
void serve(weft::Scope& s, weft::net::Listener& listener) {
    while (auto connection = listener.accept())
        s.go("session", [connection = *connection]() mutable {
            std::byte asked[1];
            while (connection.read_some(asked).value_or(0) == 1)
                if (!connection.write_all(asked)) return;
        });
}

// [network]
bool ask_once(const char* address) {
    auto connection = weft::net::dial(address);
    std::byte byte[1] = {};
    return connection && connection->write_all(byte) &&
           connection->read_some(byte).value_or(0) == 1;
}

void asks_until_answered() {
    const weft::sim::SimNetwork network({.delay_max = 20ms, .lose_one_in = 10, .reset_one_in = 3});
    auto listener = weft::net::listen("lab:80").value();
    weft::scope([&](weft::Scope& s) {
        s.go("lab", [&] { serve(s, listener); });
        int tries = 1;
        while (!ask_once("lab:80") && tries < 20) ++tries;
        if (tries == 20) throw std::runtime_error("never answered");
        listener.close();
    });
}
// [end]

int main() {
    const auto explored = weft::sim::explore({.iterations = 1000}, asks_until_answered);
    std::printf("%zu days, %s\n", explored.schedules,
                explored.ok() ? "answered each" : "not always");
}

// Output:
// 1000 days, answered each
