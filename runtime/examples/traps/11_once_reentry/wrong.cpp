// SPDX-License-Identifier: Apache-2.0
// Loading the ICD-10 table asks for a code while it loads, and so for the table itself.
#include <map>
#include <string>

#include "weft/once.h"
#include "weft/run.h"

using Table = std::map<std::string, std::string>;
static Table load();
static weft::Lazy<Table> icd10(load, "ICD-10");

static std::string title(const std::string& code) {
    return icd10.get()[code];
}

static Table load() {
    return {{"I10", "Essential hypertension"}, {"I15", "Like " + title("I10")}};
}

int main() {
    return weft::run([] { (void)title("I15"); });
}

// Says: PROVEN contract broken: Once::call() from inside the function it runs would wait for
// Says: at runtime/examples/traps/11_once_reentry/wrong.cpp:14
