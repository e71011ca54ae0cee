// SPDX-License-Identifier: Apache-2.0
#include "weft/err_group.h"

#include <mutex>

namespace weft::inline abi1 {
namespace {

Error as_error(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        return {ErrorKind::internal, "exception", e.what()};
    } catch (...) {
        return {ErrorKind::internal, "exception", "an exception that is not a std::exception"};
    }
}

}  // namespace

ErrGroup::ErrGroup(const char* name, std::size_t limit, const std::source_location& where)
    : TaskOwner(detail::current_node(), detail::safe_link(detail::Link::child), where),
      name_(name),
      made_at_(where) {
    if (limit != 0) limit_.emplace(limit, name, where);
}

ErrGroup::~ErrGroup() {
    if (running_.count() != 0) cancel(made_at_);
    running_.wait({detail::WaitKind::join, this, name_, made_at_}, detail::Interrupt::never);
}

void ErrGroup::admit(const std::source_location& where) {
    if (limit_) limit_->enter(where);
}

void ErrGroup::task_done() noexcept {
    if (limit_) limit_->leave();
    running_.done();
}

void ErrGroup::failed(Error error) noexcept {
    {
        std::lock_guard guard(lock_);
        if (first_ || thrown_)
            suppressed_.push_back(std::move(error));
        else
            first_ = std::move(error);
    }
    node_.cancel(EndReason::failed, made_at_);
}

void ErrGroup::task_ended_early(detail::TaskEnd end, const std::exception_ptr& error) noexcept {
    if (end == detail::TaskEnd::cancelled) return;
    {
        std::lock_guard guard(lock_);
        if (first_ || thrown_)
            suppressed_.push_back(as_error(error));
        else
            thrown_ = error;
    }
    node_.cancel(EndReason::failed, made_at_);
}

Result<void> ErrGroup::wait(const std::source_location& where) {
    running_.wait({detail::WaitKind::join, this, name_, where}, detail::Interrupt::by_context);
    std::lock_guard guard(lock_);
    if (thrown_) std::rethrow_exception(thrown_);
    if (first_) return *first_;
    return {};
}

std::vector<Error> ErrGroup::suppressed() const {
    std::lock_guard guard(lock_);
    return suppressed_;
}

}  // namespace weft::inline abi1
