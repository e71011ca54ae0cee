// SPDX-License-Identifier: Apache-2.0
// The loader works on what it has in hand. All users get one table; had the loader thrown, the next
// user would have tried again.
#include <atomic>
#include <map>
#include <string>

#include "weft/ensure.h"
#include "weft/once.h"
#include "weft/run.h"
#include "weft/scope.h"

using Table = std::map<std::string, std::string>;
static std::atomic<int> loads{0};

static Table load() {
    ++loads;
    Table table{{"I10", "Essential hypertension"}};
    table["I15"] = "Like " + table["I10"];
    return table;
}

int main() {
    return weft::run([] {
        weft::Lazy<Table> icd10(load, "ICD-10");
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 10; ++i)
                s.go("lookup", [&] {
                    ENSURE(icd10.get().at("I15") == "Like Essential hypertension", "it is loaded");
                });
        });
        ENSURE(loads == 1, "the table is loaded once");
    });
}
