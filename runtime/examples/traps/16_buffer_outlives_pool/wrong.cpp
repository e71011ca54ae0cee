// SPDX-License-Identifier: Apache-2.0
// The batch makes reports in pooled buffers and hands the last one to the archive; the batch and
// its pool end while the archive still writes from the buffer.
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "weft/detach.h"
#include "weft/pool.h"
#include "weft/run.h"
#include "weft/time.h"

using namespace std::chrono_literals;

static void nightly_batch() {
    weft::Pool<std::string> buffers;
    auto report = buffers.borrow();
    *report = "patient 7: 13.9 g/dL";
    weft::detach("archive", [report = std::move(report)] { weft::sleep(50ms); });
}

int main() {
    return weft::run([] { nightly_batch(); });
}

// Says: PROVEN contract broken: a Pool was destroyed while something of it was borrowed
// Says: nightly_batch
