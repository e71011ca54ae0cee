// SPDX-License-Identifier: Apache-2.0
#include "weft/wait_group.h"

#include <mutex>

namespace weft::inline abi1 {

WaitGroup::WaitGroup(const char* name, const std::source_location& where)
    : TaskOwner(detail::current_node(), detail::safe_link(detail::Link::child), where),
      name_(name),
      made_at_(where) {}

WaitGroup::~WaitGroup() {
    running_.wait({detail::WaitKind::wait_group, this, name_, made_at_}, detail::Interrupt::never);
    ENSURE(first_error_ == nullptr || std::uncaught_exceptions() > 0 || node_.cancelled(),
           "a goroutine of a WaitGroup threw, and nobody called wait() to hear of it");
}

void WaitGroup::begin(const std::source_location& where) noexcept {
    lock_.lock();
    const bool too_late =
        !used_ && waited_for_nothing_ != nullptr && waited_for_nothing_ != detail::self();
    used_ = true;
    lock_.unlock();
    if (too_late)
        contract_broken("a token is taken before wait()",
                        "WaitGroup: the first token was taken after another goroutine's wait() had "
                        "found nothing to wait for; take it before starting the goroutine",
                        where);
    running_.add();
}

void WaitGroup::task_started() noexcept {
    begin(made_at_);
}

WaitGroup::Token WaitGroup::token(const std::source_location& where) {
    detail::EndPlace* const place = tokens_.add();
    begin(where);
    return {this, place};
}

void WaitGroup::task_ended_early(detail::TaskEnd end, const std::exception_ptr& error) noexcept {
    if (end == detail::TaskEnd::cancelled) return;
    std::lock_guard guard(lock_);
    if (first_error_ == nullptr) first_error_ = error;
}

void WaitGroup::wait(const std::source_location& where) {
    const bool waited = running_.wait({detail::WaitKind::wait_group, this, name_, where},
                                      detail::Interrupt::by_context);
    std::exception_ptr error;
    {
        std::lock_guard guard(lock_);
        if (!waited && !used_) waited_for_nothing_ = detail::self();
        error = std::exchange(first_error_, nullptr);
    }
    if (error != nullptr) std::rethrow_exception(error);
}

}  // namespace weft::inline abi1
