// SPDX-License-Identifier: Apache-2.0
// The sender is started first and owns its end. Had it died before sending, its end would have gone
// with it and recv() would have given nothing instead of waiting.
#include <utility>

#include "weft/channel.h"
#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        auto [found, report_id] = weft::channel<int>(0, "report id");
        weft::scope([&, &ids = report_id](weft::Scope& s) {
            s.go("query", [found = std::move(found)]() mutable { (void)found.send(1024); });
            ENSURE(ids.recv() == 1024, "the query sends the newest report");
        });
    });
}
