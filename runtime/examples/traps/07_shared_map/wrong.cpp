// SPDX-License-Identifier: Apache-2.0
// A loop over the sites' counts waits in its middle; meanwhile another goroutine adds a site. Go's
// map says "concurrent map iteration and map write" if it is lucky; a std::map says nothing.
#include <chrono>
#include <map>
#include <string>

#include "weft/checked.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

int main() {
    return weft::run([] {
        weft::Checked<std::map<std::string, int>> sites({{"Oslo", 3}, {"Turin", 5}}, "sites");
        weft::scope([&](weft::Scope& s) {
            s.go("report", [&] {
                auto all = sites.read();
                for (const auto& site : all) {
                    weft::sleep(50ms);  // sends a line
                    (void)site;
                }
            });
            s.go("new site", [&] {
                weft::sleep(10ms);
                (*sites.write().operator->())["Lyon"] = 1;
            });
        });
    });
}

// Says: PROVEN contract broken: unsynchronised use of "sites"
// Says: "new site" writes it at runtime/examples/traps/07_shared_map/wrong.cpp:28 while
// Says: "report" reads it since runtime/examples/traps/07_shared_map/wrong.cpp:20
