// SPDX-License-Identifier: Apache-2.0
// Value and lock are one thing: nobody reaches the map without the lock, and no reference to it
// leaves. (Checked is for data whose owner changes by the program's shape, and keeps watch over
// that.)
#include <map>
#include <string>

#include "weft/ensure.h"
#include "weft/guarded.h"
#include "weft/run.h"
#include "weft/scope.h"

using Sites = std::map<std::string, int>;

int main() {
    return weft::run([] {
        weft::Guarded<Sites> sites(Sites{{"Oslo", 3}, {"Turin", 5}});
        weft::scope([&](weft::Scope& s) {
            s.go("report", [&] {
                const Sites copy = sites.with([](const Sites& all) { return all; });
                ENSURE(copy.size() >= 2, "a consistent picture");
            });
            s.go("new site", [&] { sites.with([](Sites& all) { all["Lyon"] = 1; }); });
        });
        ENSURE(sites.with([](const Sites& all) { return all.size(); }) == 3, "the site is there");
    });
}
