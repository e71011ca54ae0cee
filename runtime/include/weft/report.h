// SPDX-License-Identifier: Apache-2.0
// What weft has to say of a program that is stuck, or will be one day: one sentence that names who
// waits for whom and where, and then what it knows of each goroutine in that sentence.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

#include "weft/time.h"

namespace weft::inline abi1 {

/// How sure a report is. Classes are never mixed in one report.
enum class Certainty : std::uint8_t {
    smell,   ///< nothing hangs; written like this it can
    likely,  ///< it hangs, unless something that weft cannot see mends it
    proven,  ///< it hangs for ever, or a contract is broken: nothing in the program can mend it
};
const char* to_string(Certainty certainty) noexcept;

/// What a report is about.
enum class Finding : std::uint8_t {
    misuse,       ///< a contract was broken; the process ends
    deadlock,     ///< all goroutines are asleep
    lock_cycle,   ///< some wait for each other in a circle, among them for locks
    wait_cycle,   ///< the same without locks
    held_up,      ///< a lock is waited for, and who holds it waits for something else
    stuck,        ///< whoever could end the wait waits for ever, too
    growth,       ///< ever more wait at one line, and none is let go
    lock_order,   ///< locks were taken in opposite orders
    late_add,     ///< a group was counted up after somebody had waited for it in vain
    no_deadline,  ///< I/O or a blocking call that nothing ends should the other side never answer
    leak,         ///< main has ended, these goroutines have not
};
const char* to_string(Finding finding) noexcept;

/// What is done about a report beside telling it.
enum class Action : std::uint8_t {
    report,       ///< nothing: the program goes on
    throw_error,  ///< a call that would wait for itself throws DeadlockError instead
    abort,        ///< the process ends
};

/// One call on a stack.
struct StackFrame {
    std::string function;
    std::string file;  ///< empty: unknown
    int line = 0;
};

/// A lock, or another thing that is waited for.
struct ReportedObject {
    std::string kind;  ///< "mutex", "channel", ...
    std::string name;  ///< empty: it has none
    std::source_location made_at = {};
};

/// What was known of a goroutine, or of a thread that uses weft, when the report was made.
struct ReportedGoroutine {
    std::uint64_t id = 0;
    std::uint64_t parent = 0;  ///< the goroutine that started it; 0: none has
    std::string name;
    bool is_thread = false;
    std::string state;                ///< "running", "not yet run", or what it waits for
    std::string waits_on;             ///< the name of what it waits for, if that has one
    std::source_location waits_at{};  ///< line 0: it does not wait
    std::string remark;               ///< what is known of what it waits for; may be empty
    Duration waits_since{};  ///< how long it has waited; < 0: it was there, and did not wait
    std::optional<Duration> time_left;  ///< until its deadline, if it has one
    std::source_location started_at{};
    std::vector<ReportedObject> holds;  ///< the locks it holds, outermost first, as far as recorded
    std::vector<StackFrame> stack;      ///< innermost first, without weft's own frames

    std::string text() const;
    std::string json() const;
};

/// Something that weft found, with its evidence.
struct Report {
    Certainty certainty = Certainty::smell;
    Finding finding = Finding::misuse;
    std::string sentence;          ///< what is wrong, whole: who, where, and for whom it waits
    std::source_location where{};  ///< the line to look at first
    std::vector<ReportedGoroutine> goroutines;  ///< those of the sentence, in its order
    std::string details;                        ///< further evidence, as text; may be empty

    /// For people: class, finding and sentence in the first line, then the goroutines.
    std::string text() const;
    /// For machines: one object in one line.
    std::string json() const;
};

/// Thrown by the call that would have closed a circle of waits, instead of waiting for ever. What
/// it waited for is not the caller's; unwinding releases what the others wait for.
class DeadlockError : public std::runtime_error {
  public:
    explicit DeadlockError(Report report);
    const Report& report() const noexcept { return *report_; }

  private:
    std::shared_ptr<const Report> report_;  // shared: exceptions are copied without throwing
};

/// Thrown where Options::require_deadline wants it, by I/O and blocking() that would have begun to
/// wait with no deadline in force. A contract of the program's own, so not to be caught and
/// retried.
class NoDeadlineError : public std::logic_error {
  public:
    explicit NoDeadlineError(Report report);
    const Report& report() const noexcept { return *report_; }

  private:
    std::shared_ptr<const Report> report_;
};

/// What is known of every goroutine, and of threads that wait in weft, by id.
std::vector<ReportedGoroutine> goroutines();

/// The same of these goroutines, of all that they started, and so on. Who has ended is left out,
/// and with it what it started and did not wait for.
std::vector<ReportedGoroutine> goroutines_under(const std::vector<std::uint64_t>& ids);

/// The id by which reports name the goroutine that runs this, or the plain thread.
std::uint64_t this_goroutine() noexcept;

/// What hangs, or is held up, while other goroutines go on: every circle of waits; whoever has
/// waited so long for a lock whose holder waits for something else; and whoever has waited so long
/// at a channel, a select, an event, a condition or a semaphore that only those could end who wait
/// for ever, too.
///
/// `by_memory` proves the latter, or withdraws it, and finds those too whose other ends lie on the
/// heap: a copy of the process is searched for whatever the program can still reach. What is kept
/// as something else than an address (packed, in the kernel, in a file) it does not see.
///
/// Blocks:  not; goroutines run on meanwhile, each held still only while it is looked at.
///          `by_memory`: the caller, until a copy has been searched twice (about 2 s for each GB),
///          and all threads for a moment: a signal (SIGURG) stops them, so that a blocking call of
///          theirs may fail with EINTR.
/// Errors:  where the process cannot be searched (under a sanitizer, or a thread blocks the signal)
///          reports stay `likely`, and their details say why.
enum class Search : std::uint8_t { by_place, by_memory };
std::vector<Report> stuck(Duration waiting_for = std::chrono::seconds(1),
                          Search search = Search::by_place);

}  // namespace weft::inline abi1
