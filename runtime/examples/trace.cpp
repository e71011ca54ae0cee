// SPDX-License-Identifier: Apache-2.0
// Records what the scheduler does while three sites send their visits to one registry, and writes
// it to the file that is named on the command line: open that in https://ui.perfetto.dev, or in
// chrome://tracing.
#include "weft/trace.h"

#include <cstdio>
#include <fstream>
#include <string_view>
#include <utility>

#include "weft/channel.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

namespace {

int count_visits() {
    auto [visits, all_visits] = weft::channel<int>(2, "visits");
    int counted = 0;
    weft::scope([&, &visits = visits, &all_visits = all_visits](weft::Scope& s) {
        for (int site = 0; site < 3; ++site)
            s.go("site", [out = visits.clone()]() mutable {
                for (int visit = 0; visit < 10 && out.send(visit); ++visit) weft::sleep(100us);
            });
        s.go("registry", [&counted, in = std::move(all_visits)]() mutable {
            for ([[maybe_unused]] const int visit : in) ++counted;
        });
        const auto own = std::move(visits);  // dropped here: the sites have theirs
    });
    return counted;
}

// [record]
weft::Result<void> record_visits(const char* path) {
    weft::Trace trace = TRY(weft::Trace::start());
    std::printf("%d visits counted\n", count_visits());
    const weft::TraceRecord record = trace.stop();
    std::ofstream file(path);
    record.write([&file](std::string_view piece) { file << piece; });
    std::printf("%llu events dropped\n", static_cast<unsigned long long>(record.dropped()));
    return {};
}
// [end]

}  // namespace

int main(int argc, char** argv) {
    const char* path = argc > 1 ? argv[1] : "/dev/null";
    return weft::run([&] { return record_visits(path).ok() ? 0 : 1; });
}

// Output:
// 30 visits counted
// 0 events dropped
