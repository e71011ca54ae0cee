// SPDX-License-Identifier: Apache-2.0
// The composite record asks the laboratory, which holds the line open and never answers. The caller
// has a limit of its own somewhere, but nobody passed it down the call chain.
#include <string>

#include "weft/channel.h"
#include "weft/run.h"

struct Laboratory {
    // Keeps its end of the line and is silent.
    std::pair<weft::Sender<std::string>, weft::Receiver<std::string>> line =
        weft::channel<std::string>(0, "laboratory");
    std::string result() { return line.second.recv().value_or("no result"); }
};

static std::string composite_record(Laboratory& laboratory) {
    return "patient 7: " + laboratory.result();
}

int main() {
    return weft::run([] {
        Laboratory laboratory;
        (void)composite_record(laboratory);
    });
}

// Ends: 2
// Says: weft: PROVEN deadlock: all goroutines are asleep
// Says: "main" [receive "laboratory"
// Says: waits at runtime/examples/traps/09_no_deadline/wrong.cpp:13
