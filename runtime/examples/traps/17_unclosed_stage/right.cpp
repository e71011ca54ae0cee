// SPDX-License-Identifier: Apache-2.0
// Each stage owns its ends. When it returns they go, and the next stage's loop ends: closing stage
// by stage needs no line of code.
#include <utility>

#include "weft/channel.h"
#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        auto [receive, received] = weft::channel<int>(10, "received");
        auto [validate, valid] = weft::channel<int>(10, "valid");
        int archived = 0;
        weft::scope([&](weft::Scope& s) {
            s.go("receive", [out = std::move(receive)]() mutable {
                for (int form = 1; form <= 3; ++form)
                    if (!out.send(form)) return;
            });
            s.go("validate", [in = std::move(received), out = std::move(validate)]() mutable {
                for (const int form : in)
                    if (!out.send(form)) return;
            });
            s.go("archive", [&archived, in = std::move(valid)]() mutable {
                for (const int form : in) archived += form > 0;
            });
        });
        ENSURE(archived == 3, "every form is archived");
    });
}
