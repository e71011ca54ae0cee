// SPDX-License-Identifier: Apache-2.0
#include "weft/descriptor.h"

#include <poll.h>

#include "weft/cancelled.h"
#include "weft/detail/park.h"
#include "weft/ensure.h"

#include "runtime/src/no_deadline.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1::net {
namespace {

detail::Poller& poller() noexcept {
    detail::Runtime* runtime = detail::Runtime::current();
    ENSURE(runtime != nullptr && !runtime->sim, "a Descriptor needs a running weft::run");
    return runtime->poller;
}

bool is_ready(int fd, short events) noexcept {
    pollfd one{fd, events, 0};
    return ::poll(&one, 1, 0) != 0;
}

// The poller tells of changes. What is true already is asked for first; a change between the
// question and the wait is kept, and a change from before it only makes the question be asked anew.
Result<void> wait_until(int fd, short events, detail::PollEntry* entry, detail::Direction direction,
                        TimePoint deadline, const std::source_location& where) {
    while (!is_ready(fd, events)) {
        if (deadline == TimePoint::max())
            detail::expect_deadline("waits for a descriptor", "nothing ever come", where);
        const auto answer = poller().wait(entry, direction, deadline, where);
        if (answer == detail::Readiness::interrupted) detail::throw_cancelled();
        if (answer == detail::Readiness::timed_out)
            return Error{ErrorKind::timeout, "deadline", "nothing came in time"};
    }
    return {};
}

}  // namespace

Descriptor::Descriptor(int fd) : fd_(fd), entry_(poller().add(fd)) {}

Descriptor::~Descriptor() {
    // One that outlives its runtime has nothing to take back: the poller is gone.
    if (detail::Runtime* runtime = detail::Runtime::current()) {
        runtime->poller.close(entry_);
        runtime->poller.remove(entry_);
    }
}

Result<void> Descriptor::readable(TimePoint deadline, const std::source_location& where) {
    return wait_until(fd_, POLLIN, entry_, detail::Direction::read, deadline, where);
}

Result<void> Descriptor::writable(TimePoint deadline, const std::source_location& where) {
    return wait_until(fd_, POLLOUT, entry_, detail::Direction::write, deadline, where);
}

}  // namespace weft::inline abi1::net
