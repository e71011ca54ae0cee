// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/trace_recorder.h"

#include <algorithm>
#include <sched.h>
#include <utility>

#include "runtime/src/runtime.h"
#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {

namespace {

using What = TraceEvent::What;

TraceEvent event(What what, const Goroutine& goroutine, std::uint64_t by = 0) noexcept {
    TraceEvent made;
    made.when = machine_now();
    made.goroutine = goroutine.id;
    made.by = by;
    made.name = goroutine.name;
    made.where = goroutine.spawned_at;
    made.what = what;
    return made;
}

// Who does it: null is the idle loop, that is a timer or I/O.
std::uint64_t runs_on(const Worker& worker) noexcept {
    return worker.current != worker.idle ? worker.current->id : 0;
}

// By the worker itself.
void note(Worker& worker, const TraceEvent& event) noexcept {
    worker.gate.enter();
    if (worker.trace != nullptr) worker.trace->add(event);
    worker.gate.leave();
}

// The worker is at work; this is soon over.
template <class F>
void inside_gate(Worker& worker, F f) noexcept {
    while (!worker.gate.try_enter_as_thief()) sched_yield();
    f();
    worker.gate.leave_as_thief();
}

What left_by(After what) noexcept {
    return what == After::park ? What::park : what == After::exit ? What::end : What::yield;
}

}  // namespace

TraceRecorder& trace_recorder() noexcept {
    static auto* one = new TraceRecorder;  // never destroyed: threads may outlive static objects
    return *one;
}

TraceRing& TraceRecorder::ring_of(unsigned worker) {
    for (auto& ring : recorded_.rings)
        if (ring->worker() == worker) return *ring;  // of a run that is over, or not
    return *recorded_.rings.emplace_back(std::make_unique<TraceRing>(worker, capacity_));
}

void TraceRecorder::lend_ring(Worker& worker) {
    TraceRing& ring = ring_of(worker.index);
    inside_gate(worker, [&] {
        worker.trace = &ring;
        worker.plain.store(false, std::memory_order_relaxed);
        // Of the others nobody can say who runs there; of its own worker the caller can.
        if (&worker == this_worker() && worker.current != worker.idle)
            ring.add(event(What::run, *worker.current));
    });
}

bool TraceRecorder::begin(std::size_t events_per_worker) {
    const std::lock_guard guard(mutex_);
    if (records()) return false;
    capacity_ = events_per_worker;
    recorded_ = {};
    recorded_.begun = machine_now();
    TraceRing& threads = ring_of(TraceRing::of_threads);
    {
        const std::lock_guard lock(threads_lock_);
        threads_ = &threads;
    }
    records_.store(true, std::memory_order_relaxed);
    for (Worker* worker : workers_) lend_ring(*worker);
    return true;
}

Recorded TraceRecorder::end() {
    const std::lock_guard guard(mutex_);
    records_.store(false, std::memory_order_relaxed);
    for (Worker* worker : workers_)
        inside_gate(*worker, [worker] {
            worker->trace = nullptr;
            worker->plain.store(worker->keeps_readied, std::memory_order_relaxed);
        });
    {
        const std::lock_guard lock(threads_lock_);
        threads_ = nullptr;
    }
    recorded_.ended = machine_now();
    return std::exchange(recorded_, {});
}

void TraceRecorder::come(Worker& worker) {
    const std::lock_guard guard(mutex_);
    workers_.push_back(&worker);
    if (records()) lend_ring(worker);
}

void TraceRecorder::go(Worker& worker) {
    const std::lock_guard guard(mutex_);
    std::erase(workers_, &worker);
}

void TraceRecorder::add(const TraceEvent& event) noexcept {
    const std::lock_guard lock(threads_lock_);
    if (threads_ != nullptr) threads_->add(event);
}

void trace_switch(Worker& worker, After what, const Goroutine& from, const Goroutine& to) noexcept {
    if (!trace_recorder().records()) return;
    if (&from != worker.idle) {
        TraceEvent left = event(left_by(what), from);
        if (what == After::park) {
            left.where = from.begun.note.where;
            left.reason = from.begun.note.kind;
        }
        note(worker, left);
    }
    if (&to != worker.idle) note(worker, event(What::run, to));
}

void trace_spawn(Worker& worker, const Goroutine& goroutine) noexcept {
    if (trace_recorder().records()) note(worker, event(What::spawn, goroutine, runs_on(worker)));
}

void trace_ready(Worker& worker, const Goroutine& goroutine) noexcept {
    if (trace_recorder().records()) note(worker, event(What::ready, goroutine, runs_on(worker)));
}

void trace_cancel(const Goroutine& goroutine) noexcept {
    if (!trace_recorder().records() || goroutine.thread != nullptr) return;
    if (Worker* worker = this_worker())
        note(*worker, event(What::cancel, goroutine, runs_on(*worker)));
    else
        trace_from_outside(What::cancel, goroutine);
}

void trace_from_outside(What what, const Goroutine& goroutine) noexcept {
    if (trace_recorder().records()) trace_recorder().add(event(what, goroutine));
}

}  // namespace weft::inline abi1::detail
