// SPDX-License-Identifier: Apache-2.0
// Each validator owns a Sender. The channel closes by itself when the last of them is gone; there
// is no close() to call too early or twice (tx.close() does not compile).
#include <utility>

#include "weft/channel.h"
#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        auto [out, findings] = weft::channel<int>(4, "findings");
        int sum = 0;
        weft::scope([&, &findings = findings](weft::Scope& s) {
            s.go("validate vital signs", [out = out.clone()]() mutable { (void)out.send(1); });
            s.go("validate laboratory", [out = std::move(out)]() mutable { (void)out.send(2); });
            for (const int finding : findings) sum += finding;
        });
        ENSURE(sum == 3, "both findings arrive, and then the end");
    });
}
