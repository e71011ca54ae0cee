// SPDX-License-Identifier: Apache-2.0
// What people read when something is stuck: every goroutine with its name, what it waits for and
// for how long, where it was started, and its stack.
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include "weft/report.h"

namespace weft::inline abi1::detail {

class Goroutine;

std::string report(const char* headline);
void print_report(const char* headline);

/// Puts all goroutines into a report, and their number behind its sentence.
void add_all_goroutines(Report& report);

/// After a run that left goroutines behind: they are never shown again, and their blocks are not
/// reused.
void abandon_goroutines() noexcept;

/// What is known of a goroutine just now, with its stack where that can be walked.
ReportedGoroutine look_at(Goroutine* goroutine);

/// Hands a report to Options::on_report, or writes it to stderr, and then does what the options
/// want done about its class. Misuse is always written, and ends the process.
void tell(const Report& report) noexcept;
/// The same, where what is done is decided already. Throwing is left to the caller.
void tell(const Report& report, Action action) noexcept;

// The words of reports.
std::string place(const std::source_location& where);  ///< "file:line", or nothing
/// Where it waits, in the program's own words: std::lock_guard knows only its own line.
std::string line_of(const ReportedGoroutine& goroutine);
/// The innermost call that is the program's own; nothing: none is.
std::string line_of(const std::vector<StackFrame>& stack);
std::string readable(Duration age);
std::string label(const ReportedGoroutine& goroutine);
std::string label(const ReportedObject& object);

}  // namespace weft::inline abi1::detail
