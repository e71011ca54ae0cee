// SPDX-License-Identifier: Apache-2.0
// The gateway takes 100 messages at a time; the batch asks for 500 places at once. In Go it would
// wait for ever, for no release can ever be enough.
#include "weft/run.h"
#include "weft/semaphore.h"

int main() {
    return weft::run([] {
        weft::Semaphore gateway(100, "SMS gateway");
        const auto places = gateway.acquire(500);
    });
}

// Says: PROVEN contract broken: a Semaphore was asked for more permits than it has
// Says: at runtime/examples/traps/14_too_many_permits/wrong.cpp:10
