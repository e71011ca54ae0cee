// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace test {

/// Runs a program to its end, which must be a good one. What it says on its errors is in the file
/// "errors" of the folder.
/// Blocks: the goroutine, or the plain thread.
inline void run_program(const std::vector<std::string>& arguments, const TempFolder& folder) {
    tests::Process process(arguments, folder / "errors");
    while (process.read_line()) continue;
    REQUIRE(process.wait() == 0);
}

}  // namespace test
