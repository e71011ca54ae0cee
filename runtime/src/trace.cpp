// SPDX-License-Identifier: Apache-2.0
#include "weft/trace.h"

#include "weft/ensure.h"

#include "runtime/src/trace_recorder.h"

namespace weft::inline abi1 {

Result<Trace> Trace::start(const TraceOptions& options) {
    ENSURE(options.events_per_worker > 0, "a trace without room for an event");
    if (!detail::trace_recorder().begin(options.events_per_worker))
        return Error{ErrorKind::conflict, "trace-running", "another trace is being made"};
    return Trace();
}

TraceRecord Trace::stop() {
    ENSURE(records_, "a trace was stopped that does not record");
    records_ = false;
    return TraceRecord(std::make_shared<const detail::Recorded>(detail::trace_recorder().end()));
}

Trace::~Trace() {
    if (records_) (void)detail::trace_recorder().end();
}

std::size_t TraceRecord::events() const noexcept {
    std::size_t sum = 0;
    for (const auto& ring : recorded_->rings) sum += ring->size();
    return sum;
}

std::uint64_t TraceRecord::dropped() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& ring : recorded_->rings) sum += ring->dropped();
    return sum;
}

std::string TraceRecord::json() const {
    std::string text;
    write([&text](std::string_view piece) { text += piece; });
    return text;
}

}  // namespace weft::inline abi1
