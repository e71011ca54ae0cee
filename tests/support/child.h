// SPDX-License-Identifier: Apache-2.0
// For programs that must die: runs a piece of a test in a process of its own.
#pragma once

#include <functional>
#include <source_location>
#include <string>

namespace test {

struct ChildEnd {
    int exit_code = -1;  ///< -1: it did not exit
    int signal = 0;      ///< the signal that ended it, or 0
    std::string output;  ///< what it wrote to standard output and standard error

    bool died() const { return signal != 0 || exit_code != 0; }
    bool said(const std::string& text) const { return output.find(text) != std::string::npos; }
};

/// Starts this program again for the running test only and, when it arrives at this very call, runs
/// `body` there and exits with what it returns. Gives how that process ended. One call a line,
/// before which the test must not depend on anything but its own arguments.
ChildEnd in_child(const std::function<int()>& body,
                  std::source_location where = std::source_location::current());

/// This program was built for another processor and an emulator (TEST_EMULATOR) runs it. The
/// emulator's own threads look to weft like threads of the program that could still wake somebody,
/// so no deadlock can be proven there: tests of that say `* doctest::skip(test::emulated())`.
bool emulated();

}  // namespace test
