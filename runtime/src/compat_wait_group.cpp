// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "weft/cancelled.h"
#include "weft/compat/panic.h"
#include "weft/compat/wait_group.h"
#include "weft/detail/step.h"
#include "weft/ensure.h"
#include "weft/report.h"

#include "runtime/src/report.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1::compat {
namespace {

void report_late_add(const char* name, const std::source_location& where) {
    using namespace weft::detail;
    Runtime* const runtime = Runtime::current();
    if (runtime != nullptr && !runtime->late_adds.first(where)) return;
    Report report;
    report.certainty = Certainty::smell;
    report.finding = Finding::late_add;
    report.where = where;
    report.goroutines.push_back(look_at(self()));
    report.sentence =
        label(report.goroutines.front()) + " adds to wait group" +
        (name != nullptr ? " \"" + std::string(name) + '"' : std::string()) + " (" + place(where) +
        ") after another goroutine's wait() had found nothing to wait for: call add() "
        "before starting the goroutine";
    tell(report);
}

}  // namespace

WaitGroup::~WaitGroup() {
    ENSURE(count_ == 0,
           "a WaitGroup was destroyed while it counted: a later done() would write into freed "
           "memory");
}

void WaitGroup::add(std::int64_t delta, const std::source_location& where) {
    lock_.lock();
    if (count_ + delta < 0) {
        lock_.unlock();
        throw Panic("sync: negative WaitGroup counter", name_, where);
    }
    const bool late = delta > 0 && !used_ && waited_for_nothing_ != nullptr &&
                      waited_for_nothing_ != weft::detail::self();
    used_ = true;
    count_ += delta;
    const char* const name = name_;
    weft::detail::Waiter* chain = count_ == 0 ? waiters_.pop_all_claimed() : nullptr;
    lock_.unlock();  // from here on the group may be gone; the waiters' frames may not
    weft::detail::ready_all(chain);
    if (late) report_late_add(name, where);
    weft::detail::step();
}

void WaitGroup::wait(const std::source_location& where) {
    weft::detail::step();
    lock_.lock();
    if (count_ == 0) {
        if (!used_) waited_for_nothing_ = weft::detail::self();
        lock_.unlock();
        return;
    }
    weft::detail::Waiter waiter;
    waiter.ticket = weft::detail::arm({weft::detail::WaitKind::counted_group, this, name_, where});
    waiters_.push_back(waiter);
    if (weft::detail::park_releasing(lock_) == weft::detail::Woke::by_peer) return;
    lock_.lock();
    waiters_.remove(waiter);
    lock_.unlock();
    weft::detail::throw_cancelled();
}

}  // namespace weft::inline abi1::compat
