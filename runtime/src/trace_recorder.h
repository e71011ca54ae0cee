// SPDX-License-Identifier: Apache-2.0
// The scheduler's side of weft::Trace. Each worker writes to a ring of its own, inside its own
// gate, which costs it two plain stores; who begins or ends a trace enters each gate as a thief
// does. So a ring is never read, lent or taken back while somebody writes to it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <source_location>
#include <vector>

#include "weft/detail/park.h"
#include "weft/detail/spin_lock.h"

namespace weft::inline abi1::detail {

class Worker;

struct TraceEvent {
    enum class What : std::uint8_t { spawn, run, park, yield, end, ready, cancel };
    std::int64_t when = 0;            ///< machine_now()
    std::uint64_t goroutine = 0;      ///< to whom it happened
    std::uint64_t by = 0;             ///< who did it; 0: a timer, I/O, a plain thread
    const char* name = nullptr;       ///< of the goroutine: no name is ever freed
    std::source_location where = {};  ///< where it waits (park), else where it was started
    What what = What::spawn;
    WaitKind reason = WaitKind::none;  ///< of a park
};

/// The newest events of one worker, or of all threads that are none.
class TraceRing {
  public:
    static constexpr unsigned of_threads = ~0U;

    TraceRing(unsigned worker, std::size_t capacity) : worker_(worker), capacity_(capacity) {
        events_.reserve(capacity);  // takes its pages only as they are written
    }

    void add(const TraceEvent& event) noexcept {
        if (events_.size() < capacity_)
            events_.push_back(event);
        else
            events_[written_ % capacity_] = event;
        ++written_;
    }

    unsigned worker() const noexcept { return worker_; }
    std::size_t size() const noexcept { return events_.size(); }
    std::uint64_t dropped() const noexcept { return written_ - size(); }
    /// The oldest kept is 0.
    const TraceEvent& operator[](std::size_t i) const noexcept {
        return events_[(dropped() + i) % capacity_];
    }

  private:
    const unsigned worker_;
    const std::size_t capacity_;
    std::uint64_t written_ = 0;
    std::vector<TraceEvent> events_;
};

/// What a trace was, from its first to its last moment.
struct Recorded {
    std::int64_t begun = 0;
    std::int64_t ended = 0;
    std::vector<std::unique_ptr<TraceRing>> rings;
};

/// The workers that there are, and the trace that is being made, if one is.
class TraceRecorder {
  public:
    /// False: a trace is being made already.
    bool begin(std::size_t events_per_worker);
    Recorded end();

    void come(Worker& worker);
    void go(Worker& worker);

    /// Of a thread that is no worker.
    void add(const TraceEvent& event) noexcept;
    bool records() const noexcept { return records_.load(std::memory_order_relaxed); }

  private:
    void lend_ring(Worker& worker);
    TraceRing& ring_of(unsigned worker);

    std::mutex mutex_;
    std::vector<Worker*> workers_;
    std::size_t capacity_ = 0;
    Recorded recorded_;
    std::atomic<bool> records_{false};
    SpinLock threads_lock_;
    TraceRing* threads_ = nullptr;
};
TraceRecorder& trace_recorder() noexcept;

enum class After : std::uint8_t;
class Goroutine;

// What a worker notes where it is not `plain`: nothing while no trace is made.
void trace_switch(Worker& worker, After what, const Goroutine& from, const Goroutine& to) noexcept;
void trace_spawn(Worker& worker, const Goroutine& goroutine) noexcept;
void trace_ready(Worker& worker, const Goroutine& goroutine) noexcept;

/// Of a thread that may be a worker's.
void trace_cancel(const Goroutine& goroutine) noexcept;
/// Of a thread that is none.
void trace_from_outside(TraceEvent::What what, const Goroutine& goroutine) noexcept;

}  // namespace weft::inline abi1::detail
