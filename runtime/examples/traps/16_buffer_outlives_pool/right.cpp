// SPDX-License-Identifier: Apache-2.0
// The pool lives as long as its users: the scope joins the archive before the pool goes. A buffer
// is given back by its loan, and cleaned then, so no patient's data wait in it for the next report.
#include <memory>
#include <string>
#include <utility>

#include "weft/ensure.h"
#include "weft/pool.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        weft::Pool<std::string> buffers([] { return std::make_unique<std::string>(); },
                                        [](std::string& used) { used.clear(); });
        weft::scope([&](weft::Scope& s) {
            for (int patient = 0; patient < 50; ++patient) {
                auto report = buffers.borrow();
                ENSURE(report->empty(), "nothing is left of another patient");
                *report = "patient " + std::to_string(patient);
                s.go("archive", [report = std::move(report)] { weft::yield(); });
            }
        });
    });
}
