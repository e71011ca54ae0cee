// SPDX-License-Identifier: Apache-2.0
// Three sources of the trial summary are fetched side by side. One fails; the summary is built all
// the same, because nobody asked.
#include <stdexcept>

#include "weft/run.h"
#include "weft/wait_group.h"

int main() {
    return weft::run([] {
        weft::WaitGroup sources("summary");
        sources.go("study data", [] {});
        sources.go("statistics", [] {});
        sources.go("adverse events", [] { throw std::runtime_error("file storage is down"); });
    });
}

// Says: PROVEN contract broken: a goroutine of a WaitGroup threw
// Says: nobody called wait() to hear of it
