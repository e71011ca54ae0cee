// SPDX-License-Identifier: Apache-2.0
#include "ward.h"

#include "weft/channel.h"
#include "weft/run.h"
#include "weft/scope.h"

int beds_taken() {
    return weft::run([] {
        auto [out, beds] = weft::channel<int>(4);
        int taken = 0;
        weft::scope([&, &beds = beds](weft::Scope& s) {
            s.go("rounds", [out = std::move(out)]() mutable {
                for (const int in_room : {2, 1, 3})
                    if (!out.send(in_room)) return;
            });
            for (const int in_room : beds) taken += in_room;
        });
        return taken;
    });
}
