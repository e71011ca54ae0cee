// SPDX-License-Identifier: Apache-2.0
// The limit is ambient: no function in between takes a parameter for it, so none can forget it, and
// there is no cancel function to forget either. Ignoring the outcome does not compile.
#include <chrono>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/ensure.h"
#include "weft/run.h"

using namespace std::chrono_literals;

struct Laboratory {
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
        const weft::Result<std::string> record =
            weft::timeout(20ms, [&] { return composite_record(laboratory); });
        ENSURE(!record && record.error().kind == weft::ErrorKind::timeout,
               "the caller is told that the laboratory was too slow");
    });
}
