// SPDX-License-Identifier: Apache-2.0
#include "weft/scope.h"

#include <mutex>

#include "weft/detail/park_in_graph.h"

namespace weft::inline abi1 {

Scope::Scope(const ScopeOptions& options, const std::source_location& where)
    : TaskOwner(detail::current_node(), detail::safe_link(detail::Link::child), where),
      where_(where),
      suppressed_(options.suppressed),
      link_(detail::safe_link(detail::Link::child)) {
    if (options.limit != 0) limit_.emplace(options.limit, "scope limit", where);
    opener_ = detail::self();
    entered_.emplace(&node_);
}

void Scope::task_started() noexcept {
    pending_.fetch_add(1, std::memory_order_relaxed);
}

void Scope::task_ended_early(detail::TaskEnd end, const std::exception_ptr& error) noexcept {
    if (end == detail::TaskEnd::cancelled) {
        something_cancelled_.store(true, std::memory_order_relaxed);
        return;
    }
    {
        std::lock_guard guard(lock_);
        if (first_error_ == nullptr)
            first_error_ = error;
        else if (suppressed_ != nullptr)
            suppressed_->push_back(error);
    }
    node_.cancel(EndReason::failed, where_);
}

// The last one to end wakes the opener, whose frame holds the scope until then.
void Scope::task_done() noexcept {
    if (limit_) limit_->leave();
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const detail::Ticket joiner = joiner_;
    if (detail::claim(joiner)) detail::ready(joiner.goroutine);
}

void Scope::body_threw(detail::TaskEnd end) noexcept {
    body_cancelled_ = end == detail::TaskEnd::cancelled;
    task_ended_early(end, std::current_exception());
}

void Scope::join() noexcept {
    if (pending_.load(std::memory_order_acquire) == 1) return;
    joiner_ =
        detail::arm({detail::WaitKind::join, this, "scope", where_}, detail::Interrupt::never);
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        detail::disarm(joiner_);
    else if (detail::ambient(joiner_.goroutine).held.count == 0 && !detail::permits_are_awaited())
        detail::park();
    else
        detail::park_behind_all(detail::Refusal::never);
}

void Scope::finish(bool has_result) {
    join();
    const bool outside_ended =
        link_ == detail::Link::child && entered_ && entered_->outside_ended();
    const bool ended_inside = node_.cancelled() && !outside_ended;
    entered_.reset();
    if (first_error_ != nullptr) std::rethrow_exception(first_error_);
    if (body_cancelled_ && (!ended_inside || !has_result)) detail::throw_cancelled();
    if (outside_ended && something_cancelled_.load(std::memory_order_relaxed))
        detail::throw_cancelled();
}

}  // namespace weft::inline abi1
