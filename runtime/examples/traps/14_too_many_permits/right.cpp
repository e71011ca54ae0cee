// SPDX-License-Identifier: Apache-2.0
// One place a message; the place is given back when the message has gone, however it went.
#include <atomic>

#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/semaphore.h"

int main() {
    return weft::run([] {
        weft::Semaphore gateway(100, "SMS gateway");
        std::atomic<int> busy{0};
        std::atomic<int> sent{0};
        weft::scope([&](weft::Scope& s) {
            for (int message = 0; message < 500; ++message)
                s.go("send", [&] {
                    const auto place = gateway.acquire();
                    ENSURE(++busy <= 100, "the gateway's limit holds");
                    weft::yield();
                    --busy;
                    ++sent;
                });
        });
        ENSURE(sent == 500, "every message is sent");
    });
}
