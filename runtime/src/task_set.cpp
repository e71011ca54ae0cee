// SPDX-License-Identifier: Apache-2.0
#include "weft/task_set.h"

#include <cstdio>
#include <mutex>
#include <string>

#include "weft/context.h"

namespace weft::inline abi1 {
namespace {

std::string what_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception that is not a std::exception";
    }
}

}  // namespace

TaskSet::TaskSet(const char* name, const std::source_location& where)
    : TaskOwner(detail::current_node(), detail::Link::shield, where), name_(name) {}

TaskSet::~TaskSet() {
    cancel();
    running_.wait(note(std::source_location::current()), detail::Interrupt::never);
}

detail::WaitNote TaskSet::note(const std::source_location& where) const noexcept {
    return {detail::WaitKind::join, this, name_, where};
}

void TaskSet::task_ended_early(detail::TaskEnd end, const std::exception_ptr& error) noexcept {
    if (end == detail::TaskEnd::cancelled) return;
    std::fprintf(stderr, "weft: a task of TaskSet \"%s\" failed: %s\n", name_,
                 what_of(error).c_str());
    std::lock_guard guard(lock_);
    if (first_error_ == nullptr) first_error_ = error;
}

Result<void> TaskSet::drain(Duration limit, const std::source_location& where) {
    const auto ended =
        timeout(limit, [&] { running_.wait(note(where), detail::Interrupt::by_context); }, where);
    if (!ended) {
        const std::size_t left = running_.count();
        cancel(where);
        running_.wait(note(where), detail::Interrupt::never);
        return Error{ErrorKind::timeout, "drain",
                     std::to_string(left) + " tasks of " + name_ + " had to be cancelled"};
    }
    std::exception_ptr error;
    {
        std::lock_guard guard(lock_);
        error = first_error_;
    }
    if (error != nullptr) return Error{ErrorKind::internal, "task-failed", what_of(error)};
    return {};
}

}  // namespace weft::inline abi1
