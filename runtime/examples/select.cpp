// SPDX-License-Identifier: Apache-2.0
// Waits for whatever comes first: a result from either laboratory, or patience running out.
#include "weft/select.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "weft/run.h"
#include "weft/scope.h"

using namespace std::chrono_literals;

int main() {
    return weft::run([] {
        auto [fast_tx, fast_rx] = weft::channel<std::string>();
        auto [slow_tx, slow_rx] = weft::channel<std::string>();
        weft::scope([&, &fast_rx = fast_rx, &slow_rx = slow_rx](weft::Scope& s) {
            s.go("fast laboratory", [tx = std::move(fast_tx)]() mutable {
                (void)tx.send("haemoglobin 13.9 g/dL");
            });  // its Sender is dropped here: the channel ends
            s.go("slow laboratory", [tx = std::move(slow_tx)]() mutable {
                weft::sleep(1h);
                (void)tx.send("too late");
            });
            const auto print = [](const std::string& result) {
                std::printf("result: %s\n", result.c_str());
            };
            // A case for values drops out when its channel has ended; the index tells which one was
            // chosen.
            while (weft::select(weft::on(fast_rx, print), weft::on(slow_rx, print),
                                weft::after(20ms, [] { std::printf("no more patience\n"); })) !=
                   2) {
            }
            s.cancel();
        });
    });
}

// Output:
// result: haemoglobin 13.9 g/dL
// no more patience
