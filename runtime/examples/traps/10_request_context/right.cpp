// SPDX-License-Identifier: Apache-2.0
// Work that outlives its request belongs to an owner that outlives it: a TaskSet of the server. It
// takes the request's values along, but neither its deadline nor its cancel.
#include <atomic>
#include <chrono>

#include "weft/context.h"
#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/task_set.h"
#include "weft/time.h"

using namespace std::chrono_literals;

static std::atomic<int> anonymised{0};

static void anonymise() {
    for (int record = 0; record < 100; ++record) {
        weft::sleep(1ms);
        ++anonymised;
    }
}

int main() {
    return weft::run([] {
        weft::TaskSet jobs("jobs");
        const auto answer =
            weft::timeout(20ms, [&] { jobs.go("anonymise", anonymise); });  // answers at once
        ENSURE(answer.ok(), "the request is answered in time");
        const auto drained = jobs.drain(1min);
        ENSURE(drained.ok() && anonymised == 100, "the job ran to its end");
    });
}
