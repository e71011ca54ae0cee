// SPDX-License-Identifier: Apache-2.0
// A recording of what the scheduler did, for chrome://tracing and Perfetto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "weft/result.h"

namespace weft::inline abi1 {

namespace detail {
struct Recorded;  // trace_recorder.h
}

struct TraceOptions {
    /// So many events are kept of each worker, the newest; 48 bytes each, taken as they come.
    std::size_t events_per_worker = 16'384;
};

/// What a Trace has recorded. Copies share it.
class TraceRecord {
  public:
    std::size_t events() const noexcept;     ///< that were kept
    std::uint64_t dropped() const noexcept;  ///< older ones that had to make room for these

    /// As Chrome's trace event JSON: a track for each worker with the turns that goroutines had
    /// there, a track for each goroutine with its waits, what for and where, and arrows from who
    /// started or woke a goroutine to its turn. Written piece by piece; says how many events were
    /// dropped.
    void write(const std::function<void(std::string_view)>& to) const;
    std::string json() const;

  private:
    friend class Trace;
    explicit TraceRecord(std::shared_ptr<const detail::Recorded> recorded)
        : recorded_(std::move(recorded)) {}
    std::shared_ptr<const detail::Recorded> recorded_;
};

/// Records, while the program runs, which goroutine ran when on which worker, who started and who
/// woke it, what it waited for, and who cancelled it.
///
/// Shape:  from start() to stop(), also over the beginning or the end of a weft::run. A destructor
///         that comes first gives the recording up. Plain threads are recorded only as those who
///         start, wake or cancel.
/// Blocks: start() and stop() not, beside the moment in which a worker finishes the event it
/// writes. Cancels: nothing. Errors: start() is refused ("trace-running") while another Trace
/// records. stop() twice, or of a
///         moved-from one, is a contract breach.
/// Source: Go package runtime/trace, Start and Stop.
class Trace {
  public:
    static Result<Trace> start(const TraceOptions& options = {});
    TraceRecord stop();

    Trace(Trace&& other) noexcept : records_(std::exchange(other.records_, false)) {}
    Trace& operator=(Trace&&) = delete;
    ~Trace();

  private:
    Trace() = default;
    bool records_ = true;
};

}  // namespace weft::inline abi1
