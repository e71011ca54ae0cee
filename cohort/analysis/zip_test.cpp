// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/zip.h"

#include "tests/support/test.h"

using namespace cohort::analysis;

TEST_CASE("An archive has its files' names, sizes and check sums, as ZIP says") {
    const std::vector<File> files{{"a.csv", "123456789"}, {"b.csv", ""}};
    const auto zip = to_zip(files).value();
    CHECK(zip.substr(0, 4) == "PK\x03\x04");
    CHECK(zip.substr(14, 4) == "\x26\x39\xf4\xcb");  // CRC-32 of "123456789" is cbf43926
    CHECK(zip.find("a.csv123456789PK\x03\x04") == 30);
    CHECK(zip.substr(zip.size() - 22, 4) == "PK\x05\x06");
    CHECK(zip == to_zip(files).value());
}
