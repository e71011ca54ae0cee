// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/no_deadline.h"

#include <exception>
#include <string>

#include "weft/detail/context_node.h"
#include "weft/report.h"

#include "runtime/src/report.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1::detail {

namespace {

// Nobody waits for what a detached goroutine does, and the system looks after its own threads.
bool may_wait_for_ever(const Goroutine* me) noexcept {
    if (me->thread != nullptr || me->detached) return false;
    const ContextNode* const context = me->ambient.context;
    return context == nullptr || !context->deadline();
}

}  // namespace

void expect_deadline(std::string_view waits, std::string_view should,
                     const std::source_location& where) {
    Runtime* const runtime = Runtime::current();
    if (runtime == nullptr || runtime->options.require_deadline == RequireDeadline::off) return;
    Goroutine* const me = self();
    if (!may_wait_for_ever(me)) return;
    const bool throws = runtime->options.require_deadline == RequireDeadline::throw_error &&
                        std::uncaught_exceptions() <= me->ambient.exceptions_at_entry;
    if (!throws && !runtime->no_deadlines.first(where)) return;
    Report report;
    report.certainty = Certainty::smell;
    report.finding = Finding::no_deadline;
    report.where = where;
    report.goroutines.push_back(look_at(me));
    report.sentence = label(report.goroutines.front()) + ' ' + std::string(waits) + " (" +
                      place(where) + ") and no deadline is in force: should " +
                      std::string(should) + ", it waits for ever, and with it who waits for it";
    if (throws) throw NoDeadlineError(std::move(report));
    tell(report);
}

}  // namespace weft::inline abi1::detail
